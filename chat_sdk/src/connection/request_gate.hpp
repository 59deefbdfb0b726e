#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <unordered_map>

#include <parley/seams.hpp>

#include "common/base/backoff.hpp"

namespace parley::detail {

struct GateSettings {
  std::size_t in_flight = 64;             ///< requests without an answer, at most
  std::size_t background_in_flight = 16;  ///< of those, in the background
};

/// Decides when each request of a client may be sent: a bounded number at once, first in first out, what a
/// user waits for before what happens in the background.
///
/// A refusal as "too many requests" closes the gate for everybody until the service's Retry-After; the
/// refused request is the first again afterwards. From then on requests are paced a little below what the
/// service was seen to take, so that the limit is not run into again and again; the pace rises slowly while
/// nothing is refused and ends when it has not been needed for a minute.
///
///   state  | holds while                          | leaves by
///   -------|--------------------------------------|------------------------------------------------
///   open   | nothing was refused lately           | refusal -> closed
///   closed | the time the service asked for runs  | time -> paced
///   paced  | requests are spread over time        | refusal -> closed; a minute without need -> open
///
/// No I/O. Every call takes the time, which never goes back.
class RequestGate {
 public:
  using Id = std::uint64_t;

  explicit RequestGate(GateSettings settings = {});

  /// Queues a request that next() will name. Ids rise.
  void submit(Id id, bool background = false);
  /// The request that may be sent now, if there is one; it is in flight from here on.
  std::optional<Id> next(TimePoint now);
  /// When next() may have more to say without another call; nothing: only after an answer.
  std::optional<TimePoint> next_deadline() const;

  /// A request in flight has been answered.
  void on_answered(Id id);
  /// A request in flight was refused because there are too many; it is queued again, as the first of its
  /// kind.
  void on_refused(Id id, std::optional<Duration> retry_after, TimePoint now, double random);
  /// Queued or in flight, nobody waits for it any more.
  void remove(Id id);

  std::size_t queued() const { return requests_.size() - in_flight_; }

 private:
  struct Request {
    bool background = false;
    bool in_flight = false;
    std::uint64_t period = 0;  ///< in which it was sent
  };
  using Queue = std::map<Id, Request*>;

  void make_ready(Id id, Request& request);
  void leave_flight(Request& request);
  void close(std::optional<Duration> retry_after, TimePoint now, double random);
  void slow_down(TimePoint now);
  double accepted_per_second(TimePoint now) const;
  void keep_pace(TimePoint now);
  bool may_send() const;

  GateSettings settings_;
  std::unordered_map<Id, Request> requests_;
  Queue foreground_, background_;  // what may be sent, oldest first
  std::size_t in_flight_ = 0, background_in_flight_ = 0;

  std::optional<TimePoint> closed_until_;
  std::optional<double> per_second_;  // the pace, if there is one
  TimePoint next_slot_{};             // not before; of the pace
  TimePoint last_needed_{};           // when the pace held something up
  TimePoint last_raised_{};
  std::uint64_t period_ = 0;  // rises with each refusal
  TimePoint last_refused_{};
  TimePoint counting_since_{};         // what is accepted
  std::uint64_t accepted_ = 0;         // since then
  Duration counted_before_{};          // the time before that was counted, and
  std::uint64_t accepted_before_ = 0;  // what was accepted in it
  Backoff backoff_;                    // of refusals that do not say how long
};

}  // namespace parley::detail
