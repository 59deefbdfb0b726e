#pragma once
#include <string>

#include "token_server/routes.hpp"

/// The key, service and moment that the token server's tests share.
namespace parley::token_server::samples {

inline const std::string kSecret = "0123456789abcdefghijklmnopqrstuv";
inline const std::string kService = "IS00000000000000000000000000000003";

inline token::ApiKey key() {
  return {"AC00000000000000000000000000000001", "SK00000000000000000000000000000002", kSecret};
}
inline MintPolicy policy() { return {key(), kService, std::chrono::seconds(120)}; }
inline WallTime now() { return WallTime(std::chrono::seconds(1'585'699'200)); }

inline constexpr const char* kJson = "application/json";
inline constexpr const char* kForm = "application/x-www-form-urlencoded";

inline http::Request post(std::string path, std::string body, std::string type = kJson) {
  return {.method = "POST",
          .path = std::move(path),
          .params = {},
          .headers = {{"Host", "127.0.0.1:4000"}, {"Content-Type", std::move(type)}},
          .body = std::move(body)};
}

}  // namespace parley::token_server::samples
