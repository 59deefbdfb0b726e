#include "common/base/json_text.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/base/json.hpp"

namespace parley::json {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";  // which the library skips, too

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
    for (++at; at < rest_.size() && rest_[at] != '"'; ++at)
      if (rest_[at] == '\\') ++at;
    return std::min(at + 1, rest_.size());
  }

  std::string_view rest_;
};

std::string unquoted(std::string_view string) {
  if (string.find('\\') == string.npos) return std::string(string.substr(1, string.size() - 2));
  const auto value = parse(string);
  return value && value->is_string() ? value->get<std::string>() : std::string();
}

template <class Use>
void for_each_member(std::string_view object, Use use) {
  Scanner scanner(object);
  if (!scanner.take('{')) return;
  while (scanner.starts_with('"')) {
    std::string name = unquoted(scanner.take_value());
    if (!scanner.take(':')) return;
    use(std::move(name), scanner.take_value());
    scanner.take(',');
  }
}

}  // namespace

std::vector<TextMember> members_in(std::string_view object) {
  std::vector<TextMember> members;
  for_each_member(object, [&](std::string name, std::string_view value) {
    members.push_back({std::move(name), value});
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
  for_each_member(object, [&](const std::string& member, std::string_view value) {
    if (member == name) found = value;
  });
  return found;
}

}  // namespace parley::json
