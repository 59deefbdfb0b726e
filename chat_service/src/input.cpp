#include "chat_service/src/input.hpp"

#include <charconv>
#include <nlohmann/json.hpp>

#include "chat_service/src/errors.hpp"
#include "common/base/encoding.hpp"
#include "common/base/limits.hpp"
#include "common/base/utf8.hpp"
#include "common/protocol/token/identity.hpp"

namespace parley::chat_service::input {
namespace {

constexpr std::string_view kTokenPrefix = "after:";

template <class T>
std::optional<T> number(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

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

std::optional<std::string> name(json::Reader& reader, const char* member) {
  auto value = text(reader, member, limits::kNameBytes);
  if (value && has_control_characters(*value)) reader.fail(member, "no control characters");
  return value;
}

std::optional<std::string> attributes(json::Reader& reader) {
  auto value = text(reader, "attributes", limits::kAttributesBytes);
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

std::string make_page_token(Id last) {
  return base64url_encode(std::string(kTokenPrefix) + std::to_string(last));
}

Result<Id> page_token(const Call& call) {
  const auto given = http::find_param(call.request.params, "PageToken");
  if (!given || given->empty()) return Id{0};
  const auto decoded = base64url_decode(*given);
  if (decoded && decoded->starts_with(kTokenPrefix))
    if (const auto last = number<Id>(std::string_view(*decoded).substr(kTokenPrefix.size()))) return *last;
  return errors::bad_request("PageToken: expected a token of this service");
}

Error refused(const json::Reader& reader) { return errors::bad_request(reader.error().message); }

Result<void> identity(std::string_view identity) {
  const auto checked = token::check_identity(identity);
  if (!checked) return errors::bad_request("identity: " + checked.error().message);
  return {};
}

}  // namespace parley::chat_service::input
