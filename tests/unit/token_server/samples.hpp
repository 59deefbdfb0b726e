#pragma once
#include <string>

#include "common/base/crypto.hpp"
#include "common/base/encoding.hpp"
#include "common/base/http.hpp"
#include "token_server/options.hpp"

/// The key, service, callers and moment that the token server's tests share.
namespace parley::token_server::samples {

inline const std::string kSecret = "0123456789abcdefghijklmnopqrstuv";
inline const std::string kService = "IS00000000000000000000000000000003";
inline const std::string kBackendKey = "pk_a-back-ends-key";

inline token::ApiKey key() {
  return {"AC00000000000000000000000000000001", "SK00000000000000000000000000000002", kSecret};
}
inline WallTime now() { return WallTime(std::chrono::seconds(1'585'699'200)); }

inline AccountOptions account(std::string name = "default") {
  return {.name = std::move(name), .key = key(), .chat_service_sid = kService};
}

inline BackendKey backend(std::string name = "crm", std::vector<std::string> identities = {}) {
  return {.name = std::move(name),
          .sha256 = hex_encode(as_bytes(sha256(kBackendKey))),
          .identities = std::move(identities)};
}

inline CallerOptions callers(decltype(CallerOptions::who) who) { return {.who = std::move(who)}; }

/// One account and one kind of callers.
inline Policy policy(decltype(CallerOptions::who) who, std::chrono::seconds ttl = std::chrono::hours(1)) {
  return {.accounts = {account()}, .callers = {callers(std::move(who))}, .ttl = ttl};
}

inline constexpr const char* kJson = "application/json";
inline constexpr const char* kForm = "application/x-www-form-urlencoded";

inline http::Request post(std::string path, std::string body, std::string type = kJson) {
  return {.method = "POST",
          .path = std::move(path),
          .params = {},
          .headers = {{"Host", "127.0.0.1:4000"}, {"Content-Type", std::move(type)}},
          .body = std::move(body)};
}

inline http::Request get(std::string path) {
  return {.method = "GET", .path = std::move(path), .headers = {{"Host", "127.0.0.1:4000"}}};
}

inline http::Request with_header(http::Request request, const std::string& name, const std::string& value) {
  std::erase_if(request.headers,
                [&](const auto& field) { return http::equal_ignoring_case(field.first, name); });
  request.headers.emplace_back(name, value);
  return request;
}

inline http::Request with_key(http::Request request, const std::string& key = kBackendKey) {
  return with_header(std::move(request), "Authorization", "Bearer " + key);
}

}  // namespace parley::token_server::samples
