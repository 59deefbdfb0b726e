#pragma once
#include <string>

#include "common/protocol/token/verifier.hpp"

/// The key, service and moment that the token tests share.
namespace parley::token::samples {

inline const std::string kAccount = "AC00000000000000000000000000000001";
inline const std::string kKeySid = "SK00000000000000000000000000000002";
inline const std::string kSecret = "0123456789abcdefghijklmnopqrstuv";
inline const std::string kService = "IS00000000000000000000000000000003";
inline constexpr std::int64_t kNow = 1'735'689'600;

inline WallTime at(std::int64_t unix_seconds) { return WallTime(std::chrono::seconds(unix_seconds)); }
inline WallTime now() { return at(kNow); }
inline ApiKey key() { return {kAccount, kKeySid, kSecret}; }
inline VerifyPolicy policy() { return {.service_sids = {kService}}; }

inline TokenSpec spec(std::string identity = "alice") {
  return {.identity = std::move(identity), .grants = {ChatGrant{.service_sid = kService}}};
}

}  // namespace parley::token::samples
