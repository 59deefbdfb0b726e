#pragma once
#include <boost/intrusive/set.hpp>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <parley/message.hpp>
#include <parley/outgoing.hpp>

#include "chat_sdk/src/connection/context.hpp"
#include "common/base/backoff.hpp"

namespace parley::detail {

struct OutboxLane;

/// What became of a message since it was first sent.
struct OutboxAttempts {
  std::vector<std::string> media_sids{};  ///< of the files that are there
  /// The channel's newest message when this one was first sent, -1 if there was none; nothing: was never
  /// sent.
  std::optional<std::int64_t> newest_before{};
  WallTime first_sent_at{};              ///< if `newest_before`
  TimePoint search_not_before{};         ///< what is on its way may still be stored
  std::uint64_t upload = 0;              ///< names the upload under way
  int failures = 0;                      ///< of the service, that are no refusals
  std::unique_ptr<const Error> error{};  ///< why it failed, or is blocked
};

/// A message that is to be sent. See Outbox for the states. Very many may wait for a connection: what only
/// those need that were sent is apart, and the sets that they are in need no memory of their own.
struct OutboxEntry {
  enum class State : std::uint8_t { saving, queued, checking, uploading, sending, erasing, blocked, failed };
  using Hook = boost::intrusive::set_member_hook<boost::intrusive::optimize_size<true>>;

  std::string id;           ///< the local id
  std::int64_t number = 0;  ///< rises with each that is queued: the order
  OutboxLane* lane = nullptr;
  std::shared_ptr<const NewMessage> message;
  WallTime created_at{};
  TimePoint deadline{};
  /// As the cache has it: since when it may have been sent; nothing: it must not be sent yet.
  std::optional<WallTime> sendable_since{};
  std::vector<Done<Message>> waiters{};
  int wanted = 0;  ///< waiters that have not cancelled
  State state = State::queued;
  State before = State::queued;  ///< `saving` or `erasing`: what it is again if that fails
  bool saved = false;            ///< it is in the cache
  bool told = false;             ///< the user knows it
  bool unwanted = false;         ///< to be erased as soon as it is saved; everybody was told
  bool over = false;             ///< the deadline has passed; an answer is outstanding
  bool maybe_stored = false;     ///< a request left, and nobody knows what became of it
  /// Its name was given by the caller, who may have given it to another client before; not looked for yet.
  bool named = false;
  Hook in_lane{}, in_order{}, by_deadline{};  ///< the places in the sets of OutboxQueue

  const OutboxAttempts& attempts() const;
  OutboxAttempts& attempts();
  /// Its failures do not count any more, or the last one is not told any more.
  void forget_failures();
  void forget_error();
  bool is_refused() const { return state == State::blocked || state == State::failed; }
  bool is_on_its_way_to_disk() const { return state == State::saving || state == State::erasing; }
  /// As the user sees it.
  OutgoingMessage shown() const;

 private:
  std::unique_ptr<OutboxAttempts> attempts_{};
};

struct NumberOfEntry {
  using type = std::int64_t;
  const type& operator()(const OutboxEntry& entry) const { return entry.number; }
};
struct DeadlineOfEntry {
  using type = std::pair<TimePoint, std::int64_t>;
  type operator()(const OutboxEntry& entry) const { return {entry.deadline, entry.number}; }
};
template <OutboxEntry::Hook OutboxEntry::*Place, class Key>
using OutboxSet =
    boost::intrusive::set<OutboxEntry, boost::intrusive::member_hook<OutboxEntry, OutboxEntry::Hook, Place>,
                          boost::intrusive::key_of_value<Key>>;

/// The messages of one channel that wait for each other, and how long they wait for the next try.
struct OutboxLane {
  std::string channel_sid;
  OutboxSet<&OutboxEntry::in_lane, NumberOfEntry> queue{};
  Backoff backoff;
  std::uint64_t wait = 0;   ///< names the wait for the next try; 0: it does not wait
  bool proceeding = false;  ///< its first message is being started
};

/// Which messages there are, and in which order: a queue for each channel, those that failed, and their
/// deadlines. Everything is found in logarithmic time.
class OutboxQueue {
 public:
  using Entry = OutboxEntry;
  using Lane = OutboxLane;
  using InOrder = OutboxSet<&OutboxEntry::in_order, NumberOfEntry>;

  /// A message that is in no queue yet. `id` is new.
  Entry& add(const std::string& channel_sid, std::string id, std::shared_ptr<const NewMessage> message);
  /// Puts it at the end of its channel's queue, or back to where it was if it is there.
  void enqueue(Entry& entry, TimePoint deadline);
  /// Puts one that is left from an earlier run before all others of this run. In the order of their age;
  /// `left` are to follow.
  void restore(Entry& entry, std::size_t left);
  /// Its deadline does not count any more; it keeps its place.
  void forget_deadline(Entry& entry);
  /// Out of its queue, to be kept. Returns the id of the oldest, which is forgotten, if they are too many.
  std::optional<std::string> move_to_failed(Entry& entry);
  void forget(Entry& entry);

  /// nullptr if there is none, as with all that follow.
  Entry* find(const std::string& id) const;
  Entry* find(const std::string& channel_sid, const std::string& id) const;
  Entry* find(std::int64_t number, Entry::State state);
  /// Whose deadline has passed, each once.
  Entry* take_expired(TimePoint now);
  std::optional<TimePoint> next_deadline() const;

  std::map<std::string, Lane>& lanes() { return lanes_; }
  /// In a channel's queue, of all channels, by number.
  InOrder& queued() { return queued_; }
  const InOrder& queued() const { return queued_; }
  /// The same as a list that does not change.
  std::vector<Entry*> all_queued();
  std::int64_t last_number() const { return last_number_; }
  /// Of all messages, those that failed included, with their files that are not on the disk.
  std::uint64_t bytes() const { return bytes_; }
  /// Of one channel, oldest first, those that the user knows.
  std::vector<OutgoingMessage> shown(const std::string& channel_sid) const;

 private:
  void put(Entry& entry, std::int64_t number);
  void leave_queue(Entry& entry);

  std::unordered_map<std::string_view, std::unique_ptr<Entry>> entries_;  // by their own local ids
  std::map<std::string, Lane> lanes_;                                     // by channel SID
  InOrder queued_, failed_;
  OutboxSet<&OutboxEntry::by_deadline, DeadlineOfEntry> deadlines_;
  std::int64_t last_number_ = 0;
  std::uint64_t bytes_ = 0;
};

/// What a message takes in memory, and in the cache.
std::uint64_t bytes_of(const NewMessage& message);

}  // namespace parley::detail
