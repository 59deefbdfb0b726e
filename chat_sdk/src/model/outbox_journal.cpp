#include "chat_sdk/src/model/outbox_journal.hpp"

#include <algorithm>
#include <utility>

namespace parley::detail {

OutgoingProgress OutboxJournal::progress_of(const OutboxEntry& entry) const {
  const auto left = std::chrono::duration_cast<WallTime::duration>(entry.deadline - context_.now);
  return {.expires_at = context_.wall_now + left,
          .sendable_since = entry.sendable_since,
          .media_sids = entry.attempts().media_sids,
          .error = entry.is_refused() ? std::optional(*entry.attempts().error) : std::nullopt,
          .blocked = entry.state == OutboxEntry::State::blocked};
}

void OutboxJournal::save(const OutboxEntry& entry, std::int64_t newest_before, bool to_end, Done<void> done) {
  if (!is_durable()) return done({});
  if (entry.saved) return cache_.write(UpdateOutgoing{entry.id, progress_of(entry), to_end}, std::move(done));
  AddOutgoing added{{.local_id = entry.id,
                     .channel_sid = entry.lane->channel_sid,
                     .message = entry.message,
                     .created_at = entry.created_at,
                     .named = entry.named,
                     .newest_before = newest_before,
                     .progress = progress_of(entry)}};
  cache_.write(std::move(added), std::move(done));
}

void OutboxJournal::update(const OutboxEntry& entry) {
  if (is_durable() && entry.saved) cache_.write(UpdateOutgoing{entry.id, progress_of(entry)});
}

void OutboxJournal::erase(const std::string& id, Done<void> done) {
  if (is_durable()) return cache_.write(EraseOutgoing{id}, std::move(done));
  if (done) done({});
}

void OutboxJournal::mark_sendable(WallTime since, Done<void> done) {
  cache_.write(MarkSendable{since}, std::move(done));
}

// Nobody knows how far it came, so it counts as sent as soon as it could be. Clocks may have been set
// meanwhile: its life is not longer for it.
void OutboxJournal::restore(const StoredOutgoing& stored, OutboxEntry& entry) const {
  const OutgoingProgress& progress = stored.progress;
  entry.created_at = stored.created_at;
  entry.named = stored.named;
  if (!progress.media_sids.empty()) entry.attempts().media_sids = progress.media_sids;
  entry.sendable_since = progress.sendable_since;
  entry.saved = true;
  entry.maybe_stored = progress.sendable_since.has_value();
  if (entry.maybe_stored) {
    entry.attempts().newest_before = stored.newest_before;
    entry.attempts().first_sent_at = *progress.sendable_since;
  }
  entry.deadline =
      context_.now + std::max<Duration>(progress.expires_at - context_.wall_now, Duration::zero());
  if (!progress.error) return;
  entry.attempts().error = std::make_unique<const Error>(*progress.error);
  // A refusal is one after all.
  entry.maybe_stored = entry.maybe_stored && progress.error->code == Errc::outcome_unknown;
  entry.state = progress.blocked ? OutboxEntry::State::blocked : OutboxEntry::State::failed;
}

}  // namespace parley::detail
