#pragma once
#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <parley/channel_state.hpp>
#include <parley/message.hpp>

#include "chat_sdk/src/model/index_ranges.hpp"

namespace parley::detail {

/// A read horizon: the index of the last message that was read; nothing: none was.
using Horizon = std::optional<std::int64_t>;

/// Where a user wants it to be: there at least, or with `back` exactly there.
struct HorizonMove {
  Horizon to;
  bool back = false;

  bool is_done(Horizon horizon) const { return back ? horizon == to : horizon >= to; }
  bool operator==(const HorizonMove&) const = default;
};

/// How many messages of one channel this user has not read, and which is the first.
///
/// The service counts all that exist behind its read horizon. From there this one follows by itself: a
/// message adds one, a removed one takes one away, a moved horizon those that it passes. One's own messages
/// are taken off the count as they become known (unless they are to count); of a range whose authors nobody
/// has seen, learn() makes it known.
///
/// Takes any numbers. Memory is bounded: of the messages behind the horizon some thousands are remembered.
class UnreadCounter {
 public:
  UnreadCounter(std::string self_identity, bool counts_own)
      : self_(std::move(self_identity)), counts_own_(counts_own) {}

  /// @name What the world does
  /// As an earlier process left it.
  void restore(const Unread& unread, Horizon horizon);
  /// The service says that there are `count` messages behind its horizon. With `live`, that is so between
  /// the events before and after; otherwise nobody knows which messages it includes.
  void count(std::int64_t count, Horizon horizon, bool live);
  /// A message that is new.
  void add(const Message& message);
  /// A message does not exist any more; `counted`: it was told, or is old.
  void remove(std::int64_t index, bool counted);
  /// Of the indexes of `range`, `messages` are all that exist; in order.
  void learn(IndexRange range, const std::vector<Message>& messages);
  /// The channel's newest message.
  void set_newest(std::optional<std::int64_t> index);
  /// Nobody has heard what became of messages that are known.
  void interrupt();
  /// The count may be wrong, until the next one.
  void doubt() { unsure_ = true; }

  /// @name What the user does
  /// The horizon is to be there, though the service does not know yet; nothing: what was wanted is over.
  void want(std::optional<HorizonMove> wanted);
  /// Where the user wants it, or where the service has it.
  Horizon horizon() const { return horizon_; }
  Horizon service_horizon() const { return service_horizon_; }

  Unread unread() const;
  bool is_counted() const { return counted_; }
  /// True if a horizon that the service tells of is neither known nor wanted, so that another device moved
  /// it.
  bool is_news(Horizon horizon) const {
    return counted_ && horizon != service_horizon_ && !(wanted_ && wanted_->to == horizon);
  }
  /// True if the last count was taken blind, or something happened of which it is not known whether it was
  /// counted, or how much a move that is over has changed.
  bool wants_recount() const { return counted_ && (!live_ || unsure_ || (moved_ && !wanted_)); }
  /// The index from which messages are to be read, so that the first unread one and how many are one's own
  /// become known; nothing if they are, or are too many to be worth it. What is read is told by learn().
  std::optional<std::int64_t> unsettled_from() const;

 private:
  struct First {
    std::optional<std::int64_t> index{};
    bool exists = false;
  };

  std::int64_t first_index() const { return horizon_.value_or(-1) + 1; }
  /// Of the newest message, as far as known: at least as many as are unread have come.
  std::int64_t last_index() const { return std::max(newest_, first_index() + count_ - 1); }
  /// From there on nobody knows who wrote what.
  std::int64_t first_unexamined() const;
  /// None of `count` messages behind `horizon` was removed.
  bool all_exist(std::int64_t count, Horizon horizon) const;
  bool is_settled() const;
  std::int64_t shown() const;
  First first() const;
  UnreadReason reason() const;
  void move(Horizon horizon);
  void carry(Horizon from, Horizon to);
  void note(const Message& message);

  std::string self_;
  bool counts_own_;
  bool counted_ = false;
  bool live_ = false;  // the count is neither too high nor too low
  bool unsure_ = false;
  bool restored_ = false;
  bool moved_ = false;      // by the user, and not counted since
  std::int64_t count_ = 0;  // behind the horizon, with one's own
  std::int64_t newest_ = -1;
  Horizon horizon_, service_horizon_;
  std::optional<HorizonMove> wanted_;
  IndexRanges examined_;                 // what exists of these is known
  std::set<std::int64_t> own_, others_;  // of these, behind the horizon; of the others the lowest
  std::optional<std::int64_t> restored_first_;
};

}  // namespace parley::detail
