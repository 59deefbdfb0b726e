#include "chat_service/src/media/content.hpp"

#include <algorithm>

#include "chat_service/src/media/header_value.hpp"
#include "common/base/encoding.hpp"
#include "common/base/limits.hpp"
#include "common/base/trim.hpp"
#include "common/base/utf8.hpp"

namespace parley::chat_service::media {
namespace {

Error refused(std::string message) {
  return {.code = Errc::invalid_argument, .message = std::move(message), .http_status = 400};
}

/// A token of RFC 9110: what types and subtypes are made of.
bool is_token(std::string_view text) {
  constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           kOthers.find(c) != std::string_view::npos;
  });
}

bool is_printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < 0x7f; });
}

/// "text/html" of "text/html; charset=utf-8".
std::string_view essence(std::string_view content_type) {
  return trim_blanks(content_type.substr(0, content_type.find(';')));
}

bool matches(std::string_view pattern, std::string_view type) {
  if (pattern == "*" || pattern == "*/*") return true;
  if (pattern.ends_with("/*")) return type.starts_with(pattern.substr(0, pattern.size() - 1));
  return pattern == type;
}

bool is_shown(std::string_view type) {
  if (type == "text/plain") return true;
  if (type.starts_with("audio/") || type.starts_with("video/")) return true;
  return type.starts_with("image/") && type.find("xml") == std::string_view::npos &&
         type.find("svg") == std::string_view::npos;
}

/// For clients that do not read filename*: what is not plain becomes '_'.
std::string plain_name(std::string_view name) {
  std::string plain;
  for (const char c : name) {
    const bool inside_character = (static_cast<unsigned char>(c) & 0xc0) == 0x80;
    if (inside_character) continue;
    plain += c >= ' ' && c < 0x7f && c != '"' && c != '\\' && c != '%' ? c : '_';
  }
  return plain;
}

}  // namespace

Result<std::string> clean_content_type(std::string_view text) {
  text = trim_blanks(text);
  if (text.empty()) return std::string("application/octet-stream");
  const auto type = essence(text);
  const auto slash = type.find('/');
  if (text.size() > limits::kMediaTypeBytes || !is_printable(text) || slash == std::string_view::npos ||
      !is_token(type.substr(0, slash)) || !is_token(type.substr(slash + 1)))
    return refused("Content-Type: expected type/subtype of at most " +
                   std::to_string(limits::kMediaTypeBytes) + " bytes");
  return to_lower(type) + std::string(text.substr(type.size()));
}

bool is_allowed(const std::vector<std::string>& patterns, std::string_view content_type) {
  const std::string type = to_lower(essence(content_type));
  return patterns.empty() || std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
           return matches(to_lower(pattern), type);
         });
}

bool is_category(std::string_view text) { return text == "media" || text == "body" || text == "history"; }

Result<std::optional<std::string>> clean_filename(std::string_view text) {
  if (!is_valid_utf8(text)) return refused("Filename: expected UTF-8");
  const auto slash = text.find_last_of("/\\");
  if (slash != std::string_view::npos) text.remove_prefix(slash + 1);
  std::string name;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t end = i + 1;
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) ++end;
    const auto character = text.substr(i, end - i);
    if (!has_control_characters(character)) name += character;
    i = end;
  }
  if (name.size() > limits::kMediaFilenameBytes)
    return refused("Filename: expected at most " + std::to_string(limits::kMediaFilenameBytes) + " bytes");
  if (name.empty() || name == "." || name == "..") return std::optional<std::string>();
  return std::optional(std::move(name));
}

std::string disposition(std::string_view content_type, const std::optional<std::string>& filename) {
  std::string out = is_shown(essence(content_type)) ? "inline" : "attachment";
  if (!filename) return out;
  out += "; filename=\"" + plain_name(*filename) + '"';
  out += "; filename*=UTF-8''" + percent_encode(*filename);
  return out;
}

}  // namespace parley::chat_service::media
