#pragma once
#include <map>

#include "chat_sdk/src/connection/timers.hpp"
#include "chat_sdk/src/model/outbox_queue.hpp"

namespace parley::detail {

/// Those who wait until all messages that were submitted before have their outcomes.
class Flushes {
 public:
  Flushes(Timers& timers, const OutboxQueue& queue) : timers_(timers), queue_(queue) {}

  /// Completes at once if nothing is to be waited for; with Errc::timed_out after `deadline`.
  void wait(Duration deadline, Done<void> done);
  /// A message has its outcome.
  void on_outcome();
  /// Everybody who waits is told; nobody waits afterwards.
  void close(const Error& reason);

 private:
  struct Waiting {
    std::int64_t through;  ///< the number of the last message it waits for
    TimePoint deadline;
    Done<void> done;
  };

  void expect(std::uint64_t id);
  bool all_done_through(std::int64_t number) const;

  Timers& timers_;
  const OutboxQueue& queue_;
  std::map<std::uint64_t, Waiting> waiting_;  // oldest first
  std::uint64_t last_id_ = 0;
};

}  // namespace parley::detail
