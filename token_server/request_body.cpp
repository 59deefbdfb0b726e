#include "token_server/request_body.hpp"

#include <nlohmann/json.hpp>

#include "common/base/encoding.hpp"
#include "common/base/json.hpp"
#include "common/protocol/token/identity.hpp"

namespace parley::token_server {
namespace {

using Identity = std::optional<std::string>;

constexpr const char* kNames[] = {"user", "identity"};

Error refuse(int status, std::string message, int server_code = 0) {
  return {.code = Errc::invalid_argument,
          .message = std::move(message),
          .http_status = status,
          .server_code = server_code};
}

// "application/json; charset=utf-8" -> "application/json"
std::string_view media_type(const http::Request& request) {
  auto type = http::find_header(request.headers, "Content-Type").value_or("");
  type = type.substr(0, type.find(';'));
  while (type.ends_with(' ') || type.ends_with('\t')) type.remove_suffix(1);
  return type;
}

Result<void> take(Identity& identity, std::string value) {
  if (value.empty()) return {};
  if (identity && *identity != value) return refuse(400, "body: expected user and identity to be the same");
  identity = std::move(value);
  return {};
}

Result<Identity> from_json(std::string_view body) {
  auto object = json::parse_unique_object(body);
  if (!object) return refuse(400, "body: expected one JSON object that names no member twice");
  Identity identity;
  for (const char* name : kNames) {
    const auto member = object->find(name);
    if (member == object->end() || member->is_null()) continue;
    if (!member->is_string()) return refuse(400, std::string(name) + ": expected a string");
    if (auto taken = take(identity, member->get<std::string>()); !taken) return taken.error();
  }
  return identity;
}

Result<Identity> from_form(std::string_view body) {
  if (!percent_decode(body)) return refuse(400, "body: expected a form with well-formed percent-encoding");
  const auto fields = http::parse_query(body, /*plus_is_space=*/true);
  Identity identity;
  for (const char* name : kNames) {
    int count = 0;
    for (const auto& [field, value] : fields) {
      if (field != name) continue;
      if (++count > 1) return refuse(400, std::string(name) + ": expected once");
      if (auto taken = take(identity, value); !taken) return taken.error();
    }
  }
  return identity;
}

Result<Identity> read_body(const http::Request& request) {
  if (request.body.empty()) return Identity{};
  const auto type = media_type(request);
  if (http::equal_ignoring_case(type, "application/json")) return from_json(request.body);
  if (http::equal_ignoring_case(type, "application/x-www-form-urlencoded")) return from_form(request.body);
  return refuse(415, "Content-Type: expected application/json or application/x-www-form-urlencoded");
}

}  // namespace

Result<Identity> read_identity(const http::Request& request) {
  auto identity = read_body(request);
  if (!identity || !*identity) return identity;
  if (auto checked = token::check_identity(**identity); !checked)
    return refuse(400, checked.error().message, checked.error().server_code);
  return identity;
}

}  // namespace parley::token_server
