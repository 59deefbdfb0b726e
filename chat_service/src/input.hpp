#pragma once
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "chat_service/src/router.hpp"
#include "common/base/json.hpp"

/// Reading requests. A member that is not acceptable is kept by the reader, see json::Reader::failed().
namespace parley::chat_service::input {

/// The body as an object. 400 otherwise.
Result<json::Value> body(const Call& call);

/// A friendly or unique name: bounded, without control characters.
std::optional<std::string> name(json::Reader& reader, const char* member);
/// Text of at most that many bytes.
std::optional<std::string> text(json::Reader& reader, const char* member, std::size_t max_bytes);
/// JSON within JSON: text that parses.
std::optional<std::string> attributes(json::Reader& reader);

/// How many items a page may hold: the query's PageSize within the limits. 400 if it is no number.
Result<std::size_t> page_size(const Call& call);
/// A row number that page_token() wrote, 0 if the query has none. 400 if it is not one of ours.
Result<Id> page_token(const Call& call);
std::string make_page_token(Id last);

/// 400 with the reader's message.
Error refused(const json::Reader& reader);
/// 400 unless the identity may be used.
Result<void> identity(std::string_view identity);

}  // namespace parley::chat_service::input
