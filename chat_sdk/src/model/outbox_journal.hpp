#pragma once
#include "chat_sdk/src/model/cache.hpp"
#include "chat_sdk/src/model/outbox_queue.hpp"

namespace parley::detail {

/// Keeps the messages of the outbox in the cache, if there is one; without it everything counts as kept at
/// once.
class OutboxJournal {
 public:
  OutboxJournal(Context& context, Cache& cache) : context_(context), cache_(cache) {}

  bool is_durable() const { return cache_.is_enabled(); }
  /// A new one is the last one of all; one that is saved already is with `to_end`. `newest_before`: in its
  /// channel, as far as known.
  void save(const OutboxEntry& entry, std::int64_t newest_before, bool to_end, Done<void> done);
  /// What has changed of one that is saved.
  void update(const OutboxEntry& entry);
  void erase(const std::string& id, Done<void> done = {});
  /// All that are saved may be sent from now on.
  void mark_sendable(WallTime since, Done<void> done);

  /// The entry of a message as it was left, but for its place in the queue. `lane` and `message` are set.
  void restore(const StoredOutgoing& stored, OutboxEntry& entry) const;

 private:
  OutgoingProgress progress_of(const OutboxEntry& entry) const;

  Context& context_;
  Cache& cache_;
};

}  // namespace parley::detail
