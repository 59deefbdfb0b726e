#include "chat_service/src/media/content.hpp"

#include <algorithm>

#include "chat_service/src/media/media_type.hpp"
#include "chat_service/src/media/refusal.hpp"
#include "common/base/encoding.hpp"
#include "common/base/header_value.hpp"
#include "common/base/limits.hpp"
#include "common/base/text_rules.hpp"
#include "common/base/utf8.hpp"

namespace parley::chat_service::media {
namespace {

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

bool is_allowed(const std::vector<std::string>& patterns, std::string_view content_type) {
  const std::string_view type = essence(content_type);
  return patterns.empty() || std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
           return matches(http::to_lower(pattern), type);
         });
}

bool is_category(std::string_view text) { return text == "media" || text == "body" || text == "history"; }

Result<std::optional<std::string>> clean_filename(std::string_view text) {
  if (!is_valid_utf8(text)) return refused(400, "Filename: expected UTF-8");
  const auto slash = text.find_last_of("/\\");
  if (slash != std::string_view::npos) text.remove_prefix(slash + 1);
  std::string name = without_hazards(text, TextKind::line);
  if (name.size() > limits::kMediaFilenameBytes)
    return refused(400,
                   "Filename: expected at most " + std::to_string(limits::kMediaFilenameBytes) + " bytes");
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
