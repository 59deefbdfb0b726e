#pragma once
#include <parley/seams.hpp>
#include <string>

#include "tests/unit/token_oidc/test_key.hpp"
#include "token_server/oidc/oidc_verifier.hpp"

namespace parley::token_server::test {

inline const std::string kIssuer = "https://id.example.com";
inline constexpr std::int64_t kNow = 1'735'689'600;

/// Time that the test moves.
class ManualClock final : public Clock {
 public:
  TimePoint now() const override { return TimePoint(std::chrono::hours(1) + elapsed_); }
  WallTime wall_now() const override { return WallTime(std::chrono::seconds(kNow) + elapsed_); }
  void pass(std::chrono::seconds step) { elapsed_ += step; }

 private:
  std::chrono::seconds elapsed_{0};
};

/// Made once for all tests: an RSA key takes a while.
inline const TestKey& rsa_key() {
  static const TestKey key = TestKey::rsa();
  return key;
}
inline const TestKey& ec_key() {
  static const TestKey key = TestKey::ec();
  return key;
}

inline OidcSettings settings() {
  OidcSettings settings;
  settings.issuer = kIssuer;
  settings.audiences = {"chat", "chat-mobile"};
  settings.algorithms = {"RS256", "ES256"};
  return settings;
}

/// A payload that lets alice in, with `more` members behind.
inline std::string payload(const std::string& more = "") {
  return R"({"iss":")" + kIssuer + R"(","aud":"chat","sub":"alice","iat":)" + std::to_string(kNow - 10) +
         R"(,"exp":)" + std::to_string(kNow + 600) + (more.empty() ? "" : "," + more) + "}";
}

inline std::string header(const std::string& algorithm, const std::string& kid) {
  return R"({"alg":")" + algorithm + R"(","typ":"JWT","kid":")" + kid + "\"}";
}
inline std::string rsa_token(const std::string& kid, const TestKey& key = rsa_key()) {
  return make_token(key, header("RS256", kid), payload());
}
inline std::string ec_token(const std::string& kid, const TestKey& key = ec_key()) {
  return make_token(key, header("ES256", kid), payload());
}

/// A set of these JWKs.
inline std::string jwks(const std::string& keys) { return "{\"keys\":[" + keys + "]}"; }

}  // namespace parley::token_server::test
