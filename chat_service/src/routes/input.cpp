#include "chat_service/src/routes/input.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <nlohmann/json.hpp>

#include "chat_service/src/errors.hpp"
#include "common/base/encoding.hpp"
#include "common/base/limits.hpp"
#include "common/base/text_rules.hpp"
#include "common/protocol/token/identity.hpp"

namespace parley::chat_service::input {
namespace {

constexpr std::string_view kAfter = "after:";
constexpr std::string_view kBefore = "before:";

template <class T>
std::optional<T> number(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// The text is valid UTF-8: every character has one byte that does not continue another.
std::size_t count_characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char byte) { return (byte & 0xC0) != 0x80; }));
}

Error bad_page_token() { return errors::bad_request("PageToken: expected a token of this service"); }

}  // namespace

Result<json::Value> body(const Call& call) {
  auto value = json::parse_object(call.request.body);
  if (!value) return errors::bad_request("body: " + value.error().message);
  return value;
}

std::optional<std::string> text(json::Reader& reader, const char* member, std::size_t max_bytes) {
  auto value = reader.optional_string(member);
  if (value && value->size() > max_bytes)
    reader.fail(member, "at most " + std::to_string(max_bytes) + " bytes");
  return value;
}

std::optional<std::string> line(json::Reader& reader, const char* member, std::size_t max_bytes) {
  auto value = text(reader, member, max_bytes);
  if (value && !is_clean(*value, TextKind::line)) reader.fail(member, kCleanLine);
  return value;
}

std::optional<std::string> name(json::Reader& reader, const char* member) {
  auto value = text(reader, member, limits::kNameBytes);
  if (value && !is_clean(*value, TextKind::identifier)) reader.fail(member, kCleanIdentifier);
  return value;
}

std::optional<std::string> short_text(json::Reader& reader, const char* member, std::size_t max_chars) {
  auto value = reader.optional_string(member);
  if (!value) return value;
  if (!is_clean(*value, TextKind::line)) reader.fail(member, kCleanLine);
  if (count_characters(*value) > max_chars)
    reader.fail(member, "at most " + std::to_string(max_chars) + " characters");
  return value;
}

std::optional<std::string> attributes(json::Reader& reader, std::size_t max_bytes) {
  auto value = text(reader, "attributes", max_bytes);
  if (value && !json::is_json(*value)) reader.fail("attributes", "JSON text");
  return value;
}

Result<std::size_t> page_size(const Call& call) {
  const auto given = http::find_param(call.request.params, "PageSize");
  if (!given) return limits::kDefaultPageSize;
  const auto size = number<std::uint32_t>(*given);
  if (!size || *size == 0) return errors::bad_request("PageSize: expected a positive number");
  return std::min<std::size_t>(*size, limits::kPageSize);
}

std::string make_page_token(const PageToken& token) {
  const bool after = token.side == PageToken::Side::after;
  return base64url_encode(std::string(after ? kAfter : kBefore) + token.row);
}

Result<PageToken> page_token(const Call& call) {
  const auto given = http::find_param(call.request.params, "PageToken");
  if (!given || given->empty()) return PageToken{};
  const auto decoded = base64url_decode(*given);
  if (decoded && decoded->starts_with(kAfter))
    return PageToken{PageToken::Side::after, decoded->substr(kAfter.size())};
  if (decoded && decoded->starts_with(kBefore))
    return PageToken{PageToken::Side::before, decoded->substr(kBefore.size())};
  return bad_page_token();
}

Result<RowWindow> window(const Call& call) {
  const auto token = page_token(call);
  if (!token) return token.error();
  const auto size = page_size(call);
  if (!size) return size.error();
  RowWindow window{.limit = *size};
  if (token->row.empty() && token->side == PageToken::Side::after) return window;
  const auto row = number<Id>(token->row);
  if (!row || *row < 0 || *row == std::numeric_limits<Id>::max()) return bad_page_token();
  (token->side == PageToken::Side::after ? window.after : window.before) = *row;
  return window;
}

Error refused(const json::Reader& reader) { return errors::bad_request(reader.error().message); }

Result<void> identity(std::string_view identity) {
  const auto checked = token::check_identity(identity);
  if (!checked) return errors::bad_request("identity: " + checked.error().message);
  return {};
}

}  // namespace parley::chat_service::input
