#pragma once
#include <string>
#include <string_view>

#include <parley/seams.hpp>

namespace parley::twilsock {

/// Continuation tokens name an endpoint across reconnects: base64url JSON "." base64url HMAC, bound to
/// identity and service. They carry no event position; missed events come from Sync replay.
class ContinuationTokens {
 public:
  explicit ContinuationTokens(std::string_view secret) : secret_(secret) {}

  std::string issue(std::string_view identity, std::string_view service_sid, Random& random) const;

  enum class Verdict { valid, missing, invalid, different_identity };
  Verdict check(std::string_view token, std::string_view identity, std::string_view service_sid) const;

 private:
  std::string sign(std::string_view body) const;

  std::string_view secret_;
};

}  // namespace parley::twilsock
