#pragma once
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include <parley/seams.hpp>

#include "common/base/backoff.hpp"
#include "common/base/http.hpp"
#include "common/protocol/sync/event.hpp"

namespace parley::sync {

struct SubscriberSettings {
  Duration retry_min = std::chrono::seconds(1);  ///< after a failed POST; doubles up to retry_max
  Duration retry_max = std::chrono::seconds(60);
};

/// POST this body to /v4/Subscriptions and tell on_batch_reply().
struct SendBatch {
  std::int64_t batch_id;
  std::string body;
};
/// One change, exactly once per object and in order.
struct Apply {
  Event event;
};
/// The object is up to date: everything missed has been applied, live events follow.
struct Established {
  std::string object_sid;
};
/// The object does not exist any more.
struct Gone {
  std::string object_sid;
};
/// Refused (for instance forbidden); not tried again until the next connection.
struct SubscriptionFailed {
  std::string object_sid;
  Error error;
};
using SubscriberAction = std::variant<SendBatch, Apply, Established, Gone, SubscriptionFailed>;

/// Keeps a set of Sync objects subscribed over a changing connection and turns what arrives (replays,
/// live events, duplicates) into each change once, in order. No I/O.
///
///   object state | accepts                              | leaves by
///   -------------|--------------------------------------|--------------------------------------------
///   wanted       | on_connected, next batch             | batch sent -> asked
///   asked        | outcome with its correlation id;     | established -> live, interrupted or silence
///                | events are held back                 | -> wanted, 404 -> forgotten, other -> failed
///   live         | events; id <= last is a duplicate,   | a gap in the ids -> wanted (replay from there)
///                | id > last + 1 is a gap               |
///   failed       | nothing                              | on_connected -> wanted
///
/// on_disconnected() puts every object back to wanted and drops what was held back: the next replay
/// brings it again.
///
/// Within one replay of a list, added items are applied first and by index: a compacted replay is in the
/// order of last changes, where an item edited later would come after its successors.
class Subscriber {
 public:
  explicit Subscriber(SubscriberSettings settings = {});

  /// From now on changes after `last_event_id` are applied. Adding a known object changes nothing.
  void add(std::string object_sid, ObjectType type, std::int64_t last_event_id);
  /// No event of it is applied any more.
  void remove(const std::string& object_sid);

  void on_connected(TimePoint now);
  void on_disconnected();
  void on_batch_reply(std::int64_t batch_id, const Result<http::Response>& reply, TimePoint now);
  void on_envelope(Envelope envelope, TimePoint now);
  void on_time(TimePoint now);

  std::optional<SubscriberAction> next(TimePoint now);
  std::optional<TimePoint> next_deadline() const;

  bool established(const std::string& object_sid) const;
  /// How many objects are to be subscribed.
  std::size_t size() const { return objects_.size(); }

 private:
  enum class State { wanted, asked, live, failed };
  struct Object {
    ObjectType type;
    std::int64_t last_event_id;
    State state = State::wanted;
    std::int64_t correlation_id = 0;
    int retries = 0;
    std::vector<Event> held{};
    std::size_t held_bytes = 0;
  };
  using Objects = std::map<std::string, Object>;
  struct Batch {
    std::vector<std::string> objects;
    std::optional<TimePoint> silence_deadline;
  };

  void on_event(Event event);
  void on_outcome(const Outcome& outcome, std::int64_t correlation_id, TimePoint now);
  void hold(Object& object, Event event);
  void release_held(Object& object, std::int64_t up_to);
  void want_again(Objects::iterator at);
  void forget(Objects::iterator at);
  void send_batches();
  void send_cancellation();
  std::int64_t start_batch(SubscriptionBatch batch);

  SubscriberSettings settings_;
  Objects objects_;
  std::set<std::string> wanted_;  // those in that state: a batch must not look at all others
  std::vector<SubscriptionRequest> cancelled_;
  std::map<std::int64_t, Batch> batches_;
  std::int64_t last_batch_id_ = 0;
  int max_batch_size_ = 100;
  Backoff backoff_;  // of failed POSTs
  bool connected_ = false;
  std::optional<TimePoint> retry_at_, renew_at_;
  std::deque<SubscriberAction> actions_;
};

}  // namespace parley::sync
