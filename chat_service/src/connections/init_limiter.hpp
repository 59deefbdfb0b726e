#pragma once
#include <optional>
#include <string>

#include "chat_service/core.hpp"
#include "chat_service/src/connections/throttle.hpp"

namespace parley::chat_service {

/// Who may send an `init`: each address so many a second, each user as long as he has few connections.
/// Clients of this machine are only counted for a limit that the operator has set (see ConnectionLimits).
class InitLimiter {
 public:
  explicit InitLimiter(const ConnectionLimits& limits)
      : limits_(limits), by_address_(rate_of(limits.inits_per_second.value_or(kDefaultInitsPerSecond))) {}

  /// One more `init` from there. Something: it is refused without a look at its token.
  std::optional<Error> admit_address(const Peer& peer, TimePoint now) {
    if (peer.is_local && !limits_.inits_per_second) return std::nullopt;
    if (by_address_.take(peer.address, now)) return std::nullopt;
    return refusal(51202, "Too many connections are begun from this address",
                   by_address_.wait_for(peer.address, now));
  }

  /// `connections`: how many the user has already. Something: one more is refused.
  std::optional<Error> admit_user(const Peer& peer, std::size_t connections) const {
    if (peer.is_local && !limits_.per_user) return std::nullopt;
    if (connections < limits_.per_user.value_or(kDefaultConnectionsPerUser)) return std::nullopt;
    return refusal(51124, "This user has too many connections", kUserDelay);
  }

 private:
  /// Connections of a user are freed by people, not by the clock.
  static constexpr Duration kUserDelay = std::chrono::seconds(10);
  static constexpr double kBurstSeconds = 10;

  static Throttle rate_of(std::size_t per_second) {
    const auto rate = static_cast<double>(per_second);
    return {.per_second = rate, .burst = rate * kBurstSeconds};
  }

  static Error refusal(int server_code, const char* message, Duration wait) {
    return {.code = Errc::denied,
            .message = message,
            .http_status = 429,
            .server_code = server_code,
            .retry_after = std::chrono::ceil<std::chrono::milliseconds>(wait)};
  }

  ConnectionLimits limits_;
  Buckets<std::string> by_address_;
};

}  // namespace parley::chat_service
