#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <parley/error.hpp>

/// What uploaded files may be called and how browsers are told to treat them.
namespace parley::chat_service::media {

/// `patterns` like "image/png", "image/*", "*/*"; none of them: everything is allowed. `content_type` as
/// clean_content_type() gives it; its parameters play no part.
bool is_allowed(const std::vector<std::string>& patterns, std::string_view content_type);

/// True for "media", "body", "history".
bool is_category(std::string_view text);

/// The name without its path and what TextKind::line refuses; nothing if nothing is left.
/// Errc::invalid_argument if it is not UTF-8 or too long.
Result<std::optional<std::string>> clean_filename(std::string_view text);

/// Content-Disposition, for a type from clean_content_type(): what a browser could run or be fooled by is
/// saved, pictures, sound, films and plain text are shown.
std::string disposition(std::string_view content_type, const std::optional<std::string>& filename);

}  // namespace parley::chat_service::media
