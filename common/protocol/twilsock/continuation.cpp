#include "common/protocol/twilsock/continuation.hpp"

#include <nlohmann/json.hpp>

#include "common/base/crypto.hpp"
#include "common/base/encoding.hpp"
#include "common/base/json.hpp"
#include "common/base/random.hpp"

namespace parley::twilsock {
namespace {

constexpr const char* kFormat = "rtd-ct-1";

}  // namespace

std::string ContinuationTokens::sign(std::string_view body) const {
  return base64url_encode(hmac(HashAlgorithm::sha256, secret_, body));
}

std::string ContinuationTokens::issue(std::string_view identity, std::string_view service_sid,
                                      Random& random) const {
  const json::OrderedValue value{
      {"format", kFormat},
      {"endpointId", random_uuid(random)},
      {"grants", {{"ip_messaging", {{"identity", identity}, {"service_sid", service_sid}}}}}};
  const std::string body = base64url_encode(json::dump(value));
  return body + "." + sign(body);
}

ContinuationTokens::Verdict ContinuationTokens::check(std::string_view token, std::string_view identity,
                                                      std::string_view service_sid) const {
  if (token.empty()) return Verdict::missing;
  const auto dot = token.rfind('.');
  if (dot == std::string_view::npos) return Verdict::invalid;
  if (!constant_time_equal(sign(token.substr(0, dot)), token.substr(dot + 1))) return Verdict::invalid;

  const auto body = base64url_decode(token.substr(0, dot));
  if (!body) return Verdict::invalid;
  const auto value = json::parse_object(*body);
  if (!value) return Verdict::invalid;
  const json::Value expected{{"ip_messaging", {{"identity", identity}, {"service_sid", service_sid}}}};
  return value->value("grants", json::Value()) == expected ? Verdict::valid : Verdict::different_identity;
}

}  // namespace parley::twilsock
