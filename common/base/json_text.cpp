#include "common/base/json_text.hpp"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "common/base/json.hpp"

namespace parley::json {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

/// Takes the parts of one text from its beginning to its end.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {
    if (rest_.starts_with(kByteOrderMark)) rest_.remove_prefix(kByteOrderMark.size());
    skip_blanks();
  }

  bool starts_with(char c) const { return rest_.starts_with(c); }
  bool take(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    skip_blanks();
    return true;
  }
  std::string_view take_value() {
    const auto value = rest_.substr(0, size_of_value());
    rest_.remove_prefix(value.size());
    skip_blanks();
    return value;
  }

 private:
  void skip_blanks() { rest_.remove_prefix(std::min(rest_.find_first_not_of(kBlanks), rest_.size())); }

  std::size_t size_of_value() const {
    if (rest_.starts_with('"')) return end_of_string(0);
    if (!rest_.starts_with('{') && !rest_.starts_with('['))
      return std::min(rest_.find_first_of(",]} \t\r\n"), rest_.size());
    std::size_t depth = 0;
    for (std::size_t at = 0; at < rest_.size(); ++at) {
      const char c = rest_[at];
      if (c == '"') at = end_of_string(at) - 1;
      if (c == '{' || c == '[') ++depth;
      if ((c == '}' || c == ']') && --depth == 0) return at + 1;
    }
    return rest_.size();
  }

  /// Behind the quote that ends the string which begins at `at`.
  std::size_t end_of_string(std::size_t at) const {
    std::size_t end = rest_.find('"', at + 1);
    while (end != rest_.npos && is_escaped(end)) end = rest_.find('"', end + 1);
    return end == rest_.npos ? rest_.size() : end + 1;
  }

  /// Whether an odd number of backslashes is before it.
  bool is_escaped(std::size_t at) const {
    const auto before = rest_.substr(0, at).find_last_not_of('\\');
    return (at - before) % 2 == 0;
  }

  std::string_view rest_;
};

std::string unquoted(std::string_view string) {
  if (string.find('\\') == string.npos) return std::string(string.substr(1, string.size() - 2));
  const auto value = parse(string);
  return value && value->is_string() ? value->get<std::string>() : std::string();
}

/// `use` gets the name as it is written, with its quotes.
template <class Use>
void for_each_member(std::string_view object, Use use) {
  Scanner scanner(object);
  if (!scanner.take('{')) return;
  while (scanner.starts_with('"')) {
    const auto name = scanner.take_value();
    if (!scanner.take(':')) return;
    use(name, scanner.take_value());
    scanner.take(',');
  }
}

}  // namespace

Error not_an_object() { return {.code = Errc::protocol_error, .message = "JSON: not an object"}; }

Result<void> check_object(std::string_view text, const Bounds& bounds) {
  auto checked = check(text, bounds);
  if (checked && !Scanner(text).starts_with('{')) return not_an_object();
  return checked;
}

std::vector<TextMember> members_in(std::string_view object) {
  std::vector<TextMember> members;
  for_each_member(object, [&](std::string_view name, std::string_view value) {
    members.push_back({unquoted(name), value});
  });
  return members;
}

std::vector<std::string_view> elements_in(std::string_view array) {
  std::vector<std::string_view> elements;
  Scanner scanner(array);
  if (!scanner.take('[')) return elements;
  while (!scanner.starts_with(']')) {
    const auto element = scanner.take_value();
    if (element.empty()) break;
    elements.push_back(element);
    scanner.take(',');
  }
  return elements;
}

std::string_view member_in(std::string_view object, std::string_view name) {
  std::string_view found;
  for_each_member(object, [&](std::string_view member, std::string_view value) {
    if (unquoted(member) == name) found = value;
  });
  return found;
}

std::optional<std::string> string_in(std::string_view value) {
  return is_string(value) ? std::optional(unquoted(value)) : std::nullopt;
}

std::optional<std::int64_t> integer_in(std::string_view value) {
  std::int64_t number = 0;
  const auto read = std::from_chars(value.data(), value.data() + value.size(), number);
  const bool is_whole = read.ec == std::errc() && read.ptr == value.data() + value.size();
  return is_whole ? std::optional(number) : std::nullopt;
}

TextReader::TextReader(std::string_view object, std::string path) : FirstFailure(std::move(path)) {
  if (!Scanner(object).starts_with('{')) fail_object();
  for_each_member(object, [&](std::string_view name, std::string_view value) {
    const bool is_plain = name.find('\\') == name.npos;
    if (!is_plain) unescaped_.push_front(unquoted(name));
    members_.push_back({is_plain ? name.substr(1, name.size() - 2) : unescaped_.front(), value});
  });
}

std::string_view TextReader::any(std::string_view name) const {
  if (failed()) return {};
  const auto last = std::find_if(members_.rbegin(), members_.rend(),
                                 [&](const Member& member) { return member.name == name; });
  return last == members_.rend() || last->value == "null" ? std::string_view() : last->value;
}

std::string TextReader::string(std::string_view name) {
  auto value = string_in(any(name));
  if (!value) fail(name, "a string");
  return std::move(value).value_or("");
}

std::int64_t TextReader::integer(std::string_view name) {
  const auto value = integer_in(any(name));
  if (!value) fail(name, "an integer");
  return value.value_or(0);
}

bool TextReader::boolean(std::string_view name) {
  const auto value = any(name);
  if (value != "true" && value != "false") fail(name, "true or false");
  return value == "true";
}

std::string_view TextReader::object(std::string_view name) {
  const auto value = any(name);
  if (!is_object(value)) fail(name, "an object");
  return is_object(value) ? value : "{}";
}

std::string_view TextReader::array(std::string_view name) {
  const auto value = any(name);
  if (!is_array(value)) fail(name, "an array");
  return is_array(value) ? value : "[]";
}

std::optional<std::string> TextReader::optional_string(std::string_view name) {
  const auto value = any(name);
  if (!value.empty() && !is_string(value)) fail(name, "a string or null");
  return string_in(value);
}

std::optional<std::int64_t> TextReader::optional_integer(std::string_view name) {
  const auto value = any(name);
  const auto number = integer_in(value);
  if (!value.empty() && !number) fail(name, "an integer or null");
  return number;
}

}  // namespace parley::json
