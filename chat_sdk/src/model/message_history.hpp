#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <parley/channel_state.hpp>
#include <parley/message.hpp>

#include "chat_sdk/src/model/index_ranges.hpp"

namespace parley::detail {

class HistoryCache;

/// Of which indexes of one channel every message is known, and brings what becomes known to the cache.
class MessageHistory {
 public:
  explicit MessageHistory(std::string channel_sid) : sid_(std::move(channel_sid)) {}

  /// It is to be kept in that from now on; nullptr: in none.
  void keep_in(HistoryCache* cache) { cache_ = cache; }
  /// What an earlier process has left in the cache: it may have changed since.
  void restore(const std::vector<IndexRange>& ranges);

  /// Of the indexes of `range`, `messages` are all that exist; in order.
  void learn(IndexRange range, const std::vector<Message>& messages);
  /// This user is no member any more: nothing of it is to be kept.
  void leave();
  /// One that may be known changed, or does not exist any more.
  void update(const Message& message);
  void remove(std::int64_t index);
  /// Changes may have been missed: what is known counts as restored from now on.
  void interrupt() { current_.clear(); }

  const IndexRanges& known() const { return known_; }
  /// What is known, but for what was only restored: every change since has been heard of.
  const IndexRanges& current() const { return current_; }
  /// The index behind which messages are to be told, where `newest` is the service's newest: that of the
  /// newest one that was restored, so that none is left out, unless too many have come since.
  std::int64_t told_from(std::int64_t newest) const;
  /// Another one after each update() and remove().
  std::uint64_t edition() const { return edition_; }

 private:
  std::string sid_;
  HistoryCache* cache_ = nullptr;
  IndexRanges known_, current_;
  std::uint64_t edition_ = 0;
};

}  // namespace parley::detail
