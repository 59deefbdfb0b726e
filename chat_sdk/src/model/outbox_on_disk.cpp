#include <utility>

#include "chat_sdk/src/model/outbox.hpp"
#include "chat_sdk/src/model/outbox_outcomes.hpp"

namespace parley::detail {
namespace {

constexpr Duration kMarkAgain = std::chrono::seconds(5);

}  // namespace

// --- saving and erasing

void Outbox::enqueue(Entry& entry) {
  const bool to_end = entry.state == State::failed;
  entry.before = entry.state;
  entry.state = State::saving;
  entry.over = false;
  entry.forget_failures();
  queue_.enqueue(entry, context_.now + settings_.options.lifetime);
  wait_for_deadline();
  if (!entry.sendable_since && ready_) entry.sendable_since = context_.wall_now;
  expect_mark(entry);
  journal_.save(entry, newest_index(entry.lane->channel_sid), to_end,
                [this, number = entry.number](const Result<void>& outcome) {
                  if (auto* saved = queue_.find(number, State::saving)) on_saved(*saved, outcome);
                });
}

void Outbox::on_saved(Entry& entry, const Result<void>& outcome) {
  if (!outcome) return on_not_saved(entry, outcome.error());
  entry.saved = true;
  entry.state = State::queued;
  entry.forget_error();
  if (entry.unwanted) return drop(entry);
  entry.told = true;
  context_.emit(MessagePending{channel_of(entry), entry.shown()});
  if (entry.over) return on_over(entry);
  if (entry.wanted == 0 && may_leave(entry)) return withdraw(entry, [](Result<void>) {});
  proceed(*entry.lane);
}

// Everybody was told of its end before it was there.
void Outbox::drop(Entry& entry) {
  Lane& lane = *entry.lane;
  journal_.erase(entry.id);
  queue_.forget(entry);
  go_on(lane);
}

// One that failed before is what it was.
void Outbox::on_not_saved(Entry& entry, const Error& error) {
  Lane& lane = *entry.lane;
  const auto waiters = std::exchange(entry.waiters, {});
  entry.state = entry.before;
  if (!entry.saved)
    queue_.forget(entry);
  else if (entry.state == State::blocked)
    queue_.forget_deadline(entry);
  else if (const auto forgotten = queue_.move_to_failed(entry))
    journal_.erase(*forgotten);
  complete(waiters, error);
  go_on(lane);
}

// It ends before it was there; what is being written of it is erased behind that.
void Outbox::abandon(Entry& entry, const Error& error) {
  const auto waiters = std::exchange(entry.waiters, {});
  entry.unwanted = true;
  complete(waiters, error);
  flushes_.on_outcome();
}

// The next process must not find what its user was told is gone.
void Outbox::withdraw(Entry& entry, Done<void> done) {
  stop_upload(entry);
  entry.before = entry.state == State::uploading ? State::queued : entry.state;
  entry.state = State::erasing;
  journal_.erase(entry.id, [this, id = entry.id, done = std::move(done)](const Result<void>& outcome) {
    Entry* erased = queue_.find(id);
    if (erased && erased->state == State::erasing) outcome ? remove(*erased) : stay(*erased);
    done(outcome);
  });
}

void Outbox::stay(Entry& entry) {
  entry.state = entry.before;
  if (entry.over && entry.state == State::queued) return on_over(entry);
  go_on(*entry.lane);
}

void Outbox::remove(Entry& entry) {
  Lane& lane = *entry.lane;
  end(entry, discarded());
  const auto waiters = std::move(entry.waiters);
  if (entry.told) context_.emit(MessageFailed{channel_of(entry), entry.shown()});
  queue_.forget(entry);
  complete(waiters, discarded());
  go_on(lane);
}

// --- from one process to the next

void Outbox::restore(std::vector<StoredOutgoing> stored) {
  std::size_t left = stored.size();
  for (auto& message : stored) restore(std::move(message), --left);
  wait_for_deadline();
  flushes_.on_outcome();
  mark_sendable();
  proceed_all();
}

// A message may have been given again before it was known that the cache has it.
void Outbox::restore(StoredOutgoing stored, std::size_t left) {
  std::vector<Done<Message>> early;
  int wanted = 0;
  if (Entry* given = queue_.find(stored.local_id)) {
    early = std::move(given->waiters);
    wanted = given->wanted;
    if (!is_same(*given, stored.channel_sid, *stored.message))
      complete(std::exchange(early, {}), key_is_taken());
    queue_.forget(*given);
  }
  Entry& entry = queue_.add(stored.channel_sid, stored.local_id, stored.message);
  journal_.restore(stored, entry);
  entry.deadline = std::min(entry.deadline, context_.now + settings_.options.lifetime);
  if (entry.maybe_stored) entry.attempts().search_not_before = context_.now + kSettles;
  entry.told = true;
  queue_.restore(entry, left);
  expect_mark(entry);
  entry.is_refused() ? context_.emit(MessageFailed{channel_of(entry), entry.shown()})
                     : context_.emit(MessagePending{channel_of(entry), entry.shown()});
  for (auto& done : early) submit_again(stored.local_id, std::move(done));
  if (!early.empty()) entry.wanted = wanted;
}

void Outbox::expect_mark(const Entry& entry) {
  if (!journal_.is_durable() || entry.sendable_since || entry.state == State::failed) return;
  unmarked_through_ = std::max(unmarked_through_.value_or(entry.number), entry.number);
}

void Outbox::mark_sendable() {
  if (!ready_ || !unmarked_through_ || std::exchange(marking_, true)) return;
  journal_.mark_sendable(context_.wall_now, [this, through = *unmarked_through_,
                                             since = context_.wall_now](const Result<void>& outcome) {
    marking_ = false;
    on_marked(through, since, outcome);
  });
}

void Outbox::on_marked(std::int64_t through, WallTime since, const Result<void>& outcome) {
  if (!outcome)
    return timers_.after(kMarkAgain, [this](const Result<void>& time) {
      if (time) mark_sendable();
    });
  // One that is being saved again is behind the mark, as what has come meanwhile.
  std::optional<std::int64_t> unmarked = unmarked_through_ > through ? unmarked_through_ : std::nullopt;
  for (Entry& entry : queue_.queued()) {
    if (entry.number > through || entry.sendable_since) continue;
    if (entry.state == State::saving)
      unmarked = std::max(unmarked.value_or(entry.number), entry.number);
    else
      entry.sendable_since = since;
  }
  unmarked_through_ = unmarked;
  unmarked_through_ ? mark_sendable() : proceed_all();
}

}  // namespace parley::detail
