#pragma once
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "chat_service/src/routes/router.hpp"
#include "chat_service/src/store/row_window.hpp"
#include "common/base/json.hpp"
#include "common/base/limits.hpp"

/// Reading requests. A member that is not acceptable is kept by the reader, see json::Reader::failed().
namespace parley::chat_service::input {

/// The body as an object. 400 otherwise.
Result<json::Value> body(const Call& call);

/// A name that others look up: bounded, TextKind::identifier.
std::optional<std::string> name(json::Reader& reader, const char* member);
/// TextKind::line of at most so many Unicode characters.
std::optional<std::string> short_text(json::Reader& reader, const char* member, std::size_t max_chars);
inline std::optional<std::string> friendly_name(json::Reader& reader) {
  return short_text(reader, "friendly_name", limits::kFriendlyNameChars);
}
/// TextKind::line of at most that many bytes.
std::optional<std::string> line(json::Reader& reader, const char* member, std::size_t max_bytes);
/// Text of at most that many bytes, as it came.
std::optional<std::string> text(json::Reader& reader, const char* member, std::size_t max_bytes);
/// JSON within JSON: text that parses.
std::optional<std::string> attributes(json::Reader& reader, std::size_t max_bytes = limits::kAttributesBytes);

/// How many items a page may hold: the query's PageSize within the limits. 400 if it is no number.
Result<std::size_t> page_size(const Call& call);

/// Where a page stands, as its neighbours' tokens say: behind or before a row.
struct PageToken {
  enum class Side { after, before } side = Side::after;
  std::string row{};  ///< its number or SID
};
std::string make_page_token(const PageToken& token);
/// The query's; without one the beginning, which is behind the row "". 400 if it is not one of ours.
Result<PageToken> page_token(const Call& call);
/// Page token and size of a list that is read by row number.
Result<RowWindow> window(const Call& call);

/// 400 with the reader's message.
Error refused(const json::Reader& reader);
/// 400 unless the identity may be used.
Result<void> identity(std::string_view identity);

}  // namespace parley::chat_service::input
