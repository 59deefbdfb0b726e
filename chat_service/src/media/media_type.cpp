#include "chat_service/src/media/media_type.hpp"

#include <algorithm>
#include <optional>
#include <set>

#include "chat_service/src/media/refusal.hpp"
#include "common/base/header_value.hpp"
#include "common/base/limits.hpp"
#include "common/base/trim.hpp"

namespace parley::chat_service::media {
namespace {

bool is_token_character(char c) {
  constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         kOthers.find(c) != std::string_view::npos;
}

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_character);
}

bool is_printable(char c) { return c >= ' ' && c < 0x7f; }

/// Reads from the front of a text what the grammar has at that place.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  bool at_end() const { return rest_.empty(); }
  bool at(char c) const { return !rest_.empty() && rest_.front() == c; }

  bool take(char c) {
    if (!at(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  void skip_blanks() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t"), rest_.size())); }

  /// "" if there is none.
  std::string_view token() {
    const auto end = std::find_if_not(rest_.begin(), rest_.end(), is_token_character);
    const auto taken = rest_.substr(0, static_cast<std::size_t>(end - rest_.begin()));
    rest_.remove_prefix(taken.size());
    return taken;
  }

  /// What is meant by a quoted string, behind whose first quote this is; nothing if it is none.
  std::optional<std::string> quoted() {
    std::string out;
    for (std::size_t i = 0; i < rest_.size(); ++i) {
      if (rest_[i] == '"') {
        rest_.remove_prefix(i + 1);
        return out;
      }
      if (rest_[i] == '\\' && ++i == rest_.size()) break;
      if (!is_printable(rest_[i])) break;
      out += rest_[i];
    }
    return std::nullopt;
  }

 private:
  std::string_view rest_;
};

void append_parameter(std::string& out, std::string_view name, std::string_view value) {
  out.append(";").append(name).append("=");
  if (is_token(value)) {
    out += value;
    return;
  }
  out += '"';
  for (const char c : value) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
}

std::optional<std::string> read_value(Reader& reader) {
  if (reader.take('"')) return reader.quoted();
  const auto token = reader.token();
  return token.empty() ? std::nullopt : std::optional(std::string(token));
}

/// False if there is something that is no parameter.
bool read_parameters(Reader& reader, std::string& out) {
  std::set<std::string> seen;
  for (reader.skip_blanks(); !reader.at_end(); reader.skip_blanks()) {
    if (!reader.take(';')) return false;
    reader.skip_blanks();
    if (reader.at_end() || reader.at(';')) continue;
    const std::string name = http::to_lower(reader.token());
    if (name.empty() || !reader.take('=') || !seen.insert(name).second) return false;
    const auto value = read_value(reader);
    if (!value) return false;
    append_parameter(out, name, *value);
  }
  return true;
}

std::optional<std::string> read(std::string_view text) {
  Reader reader(text);
  std::string out = http::to_lower(reader.token());
  if (out.empty() || !reader.take('/')) return std::nullopt;
  const auto subtype = reader.token();
  if (subtype.empty()) return std::nullopt;
  out += '/' + http::to_lower(subtype);
  return read_parameters(reader, out) ? std::optional(std::move(out)) : std::nullopt;
}

}  // namespace

// A value that loses its quotes is shorter; one that gets them had them before.
Result<std::string> clean_content_type(std::string_view text) {
  text = trim_blanks(text);
  if (text.empty()) return std::string("application/octet-stream");
  auto type = text.size() <= limits::kMediaTypeBytes ? read(text) : std::nullopt;
  if (!type)
    return refused(400, "Content-Type: expected one type/subtype with parameters as name=value, of at most " +
                            std::to_string(limits::kMediaTypeBytes) + " bytes");
  return std::move(*type);
}

std::string_view essence(std::string_view media_type) { return media_type.substr(0, media_type.find(';')); }

}  // namespace parley::chat_service::media
