#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "chat_service/src/connections/throttle.hpp"
#include "chat_service/src/tenants.hpp"

namespace parley::chat_service {

/// Who may still ask for something now. Each user and each connection has a bucket (see Throttle), and what
/// they ask for costs about what it makes the service do (see cost.hpp): one, and more for what is much. What
/// a packet costs is known before anybody has looked into it and has to be there; what it causes is known
/// when it is done and is owed then.
class Admission {
 public:
  explicit Admission(const Throttle& throttle)
      : by_user_(throttle), by_connection_(throttle), refusals_(refusals_of(throttle)) {}

  /// A request, on a connection or, for 0, outside of them. Something: not now, but after that time.
  std::optional<Duration> admit(const UserKey& user, ConnectionId connection, std::size_t cost,
                                TimePoint now) {
    if ((connection == 0 || by_connection_.take(connection, now, cost)) && by_user_.take(user, now, cost))
      return std::nullopt;
    ++refused_;
    const auto wait = by_user_.wait_for(user, now, cost);
    return connection == 0 ? wait : std::max(wait, by_connection_.wait_for(connection, now, cost));
  }
  /// A request turned out to cost more: what comes next has to wait for that.
  void consume(const UserKey& user, ConnectionId connection, std::size_t cost, TimePoint now) {
    if (connection != 0) by_connection_.consume(connection, now, cost);
    by_user_.consume(user, now, cost);
  }
  /// A packet of a connection that is no request. False: there have been too many.
  bool admit_packet(ConnectionId connection, std::size_t cost, TimePoint now) {
    if (by_connection_.take(connection, now, cost)) return true;
    ++refused_;
    return false;
  }
  /// A connection goes on asking although it is refused, at this cost. False: it does not learn.
  bool admit_after_refusal(ConnectionId connection, std::size_t cost, TimePoint now) {
    return refusals_.take(connection, now, cost);
  }

  void forget(ConnectionId connection) {
    by_connection_.forget(connection);
    refusals_.forget(connection);
  }
  /// Requests and packets refused so far.
  std::uint64_t refused() const { return refused_; }

 private:
  /// A refusal is cheap: whoever allows little does not have to send people away for a little more. And an official
  /// client in a thousand conversations, as many as the vendor allows, asks for four thousand objects at once when it
  /// starts; it asks again for those that are refused.
  static Throttle refusals_of(const Throttle& throttle) {
    constexpr double kBursts = 4;
    return {std::max(throttle.per_second, Throttle{}.per_second),
            std::max(throttle.burst, kBursts * Throttle{}.burst)};
  }

  Buckets<UserKey> by_user_;
  Buckets<ConnectionId> by_connection_;
  Buckets<ConnectionId> refusals_;  ///< who has spent this one, too, is sent away
  std::uint64_t refused_ = 0;
};

}  // namespace parley::chat_service
