#pragma once
#include <string>
#include <unordered_set>
#include <vector>

#include "chat_service/src/domain/replay_origins.hpp"
#include "chat_service/src/scope.hpp"
#include "common/protocol/sync/event.hpp"

namespace parley::chat_service {

/// Tells a client that was away what it missed, compacted from the current state: no event log is kept.
///
///  1. an item changed since then: one event with its data now; "added" if it was created since, else
///     "updated";
///  2. an item removed since then: "removed", even if it was also created since: the client may have read it
///     while its own position was still older;
///  3. a changed document: one "updated";
///  4. a deleted object: no replay, the subscription fails with 404;
///  5. removals that the client may have missed are forgotten (SyncObject::pruned_event_id): every item there
///     is as "added", and the removals that are still known. What the client has already it ignores, by the
///     ids of the items' events. What it has and was removed so long ago it keeps until it reads the object
///     anew: no event says "all but these", and telling it that the object is gone (404) would close the
///     conversation to its user until the next start.
///
/// Each object is handled once per batch, whatever it is called.
///
/// A long replay is cut, by items of an object and by bytes of the batch: the outcome is then "interrupted"
/// and the client asks again from where it is. The connection remembers where it came from at first: seen
/// from the cut, an item created before it and changed after it would look like an update of something the
/// client has.
class Replay {
 public:
  /// `origins` is the connection's.
  Replay(Scope& scope, ReplayOrigins& origins, sync::Correlation correlation)
      : scope_(scope), origins_(origins), correlation_(correlation) {}

  /// Adds the effects for one request: what was missed, and from now on live events.
  void establish(const sync::SubscriptionRequest& request);
  /// The same for a list that is not in the store, with the events that were missed; few of them.
  void establish(const std::string& list_sid, std::int64_t last_event_id, std::vector<sync::Event> missed);
  void cancel(const sync::SubscriptionRequest& request);
  /// Adds the outcomes. Call once, last.
  void finish();

 private:
  sync::Outcome missed_since(const SyncObject& object, std::int64_t last_event_id);
  // How far these got: to the object's last event, or less if cut.
  std::int64_t replay_document(const SyncObject& object, std::int64_t last_event_id);
  std::int64_t replay_items(const SyncObject& object, std::int64_t last_event_id);
  ReplayOrigins::Span span_of(const SyncObject& object, std::int64_t last_event_id);
  bool has_room(std::size_t bytes);
  void add(sync::Event event, std::size_t bytes);
  /// So many share an envelope, at most; one alone for clients that read no more.
  std::size_t share(std::size_t most) const {
    return correlation_.protocol == sync::EventProtocol::v3 ? 1 : most;
  }
  void send_events();
  void send_outcomes(const std::vector<sync::Outcome>& outcomes);

  Scope& scope_;
  ReplayOrigins& origins_;
  sync::Correlation correlation_;
  std::unordered_set<std::string> handled_;  ///< names and SIDs
  std::size_t bytes_ = 0;                    ///< of all events, about
  bool spent_ = false;                       ///< the batch brings no more events
  std::vector<sync::Event> run_;             ///< events of one kind, to share an envelope
  std::size_t run_bytes_ = 0;
  std::vector<sync::Outcome> established_, canceled_, failed_;
};

}  // namespace parley::chat_service
