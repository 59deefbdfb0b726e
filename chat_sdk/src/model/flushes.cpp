#include "chat_sdk/src/model/flushes.hpp"

#include <algorithm>
#include <utility>

namespace parley::detail {

void Flushes::wait(Duration deadline, Done<void> done) {
  if (all_done_through(queue_.last_number())) return done({});
  const auto id = ++last_id_;
  waiting_.emplace(id, Waiting{queue_.last_number(), timers_.now() + deadline, std::move(done)});
  expect(id);
}

// A connection that is given up ends the waits of its timers, but not those of a user.
void Flushes::expect(std::uint64_t id) {
  const Duration left = waiting_.at(id).deadline - timers_.now();
  timers_.after(std::max(left, Duration::zero()), [this, id](const Result<void>& time) {
    if (!waiting_.contains(id)) return;
    if (!time) return expect(id);
    const auto done = std::move(waiting_.extract(id).mapped().done);
    done(Error{.code = Errc::timed_out, .message = "some messages are not sent yet"});
  });
}

// A blocked message has had its outcome.
bool Flushes::all_done_through(std::int64_t number) const {
  for (const OutboxEntry& entry : queue_.queued()) {
    if (entry.number > number) break;
    if (entry.state != OutboxEntry::State::blocked && !entry.unwanted) return false;
  }
  return true;
}

void Flushes::on_outcome() {
  while (!waiting_.empty() && all_done_through(waiting_.begin()->second.through)) {
    const auto done = std::move(waiting_.begin()->second.done);
    waiting_.erase(waiting_.begin());
    done({});
  }
}

void Flushes::close(const Error& reason) {
  const auto all = std::exchange(waiting_, {});
  for (const auto& [id, waiting] : all) waiting.done(reason);
}

}  // namespace parley::detail
