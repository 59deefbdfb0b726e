#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "chat_service/src/connections/throttle.hpp"
#include "chat_service/src/tenants.hpp"
#include "common/base/limits.hpp"

namespace parley::chat_service {

/// Who may still ask for something now. Each user and each connection has a bucket (see Throttle), and what
/// they ask for costs about what it makes the service do: one, and more for what is long.
class Admission {
 public:
  explicit Admission(const Throttle& throttle)
      : by_user_(throttle), by_connection_(throttle), refusals_(refusals_of(throttle)) {}

  /// What a packet of that many bytes costs before anybody has looked into it.
  static std::size_t price_of_packet(std::size_t bytes) { return 1 + bytes / limits::kThrottledPacketBytes; }
  /// What an answer costs beyond its request: for its bytes and the objects looked up for it.
  static std::size_t price_of_answer(std::size_t bytes, std::size_t lookups) {
    return bytes / limits::kThrottledAnswerBytes + lookups / limits::kThrottledLookups;
  }

  /// A request, on a connection or, for 0, outside of them.
  bool admit(const UserKey& user, ConnectionId connection, std::size_t price, TimePoint now) {
    const bool admitted =
        (connection == 0 || by_connection_.take(connection, now, price)) && by_user_.take(user, now, price);
    if (!admitted) ++refused_;
    return admitted;
  }
  /// A request turned out to cost more: what comes next has to wait for that.
  void charge(const UserKey& user, ConnectionId connection, std::size_t price, TimePoint now) {
    if (connection != 0) by_connection_.charge(connection, now, price);
    by_user_.charge(user, now, price);
  }
  /// A packet of a connection that is no request. False: there have been too many.
  bool bear(ConnectionId connection, std::size_t price, TimePoint now) {
    if (by_connection_.take(connection, now, price)) return true;
    ++refused_;
    return false;
  }
  /// A connection goes on asking although it is refused, at this price. False: it does not learn.
  bool bear_refused(ConnectionId connection, std::size_t price, TimePoint now) {
    return refusals_.take(connection, now, price);
  }

  void forget(ConnectionId connection) {
    by_connection_.forget(connection);
    refusals_.forget(connection);
  }
  /// Requests and packets refused so far.
  std::uint64_t refused() const { return refused_; }

 private:
  /// A refusal is cheap: whoever allows little does not have to send people away for a little more.
  static Throttle refusals_of(const Throttle& throttle) {
    return {std::max(throttle.per_second, Throttle{}.per_second), std::max(throttle.burst, Throttle{}.burst)};
  }

  Buckets<UserKey> by_user_;
  Buckets<ConnectionId> by_connection_;
  Buckets<ConnectionId> refusals_;  ///< who has spent this one, too, is sent away
  std::uint64_t refused_ = 0;
};

}  // namespace parley::chat_service
