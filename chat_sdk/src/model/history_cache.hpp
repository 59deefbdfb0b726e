#pragma once
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <parley/message.hpp>

#include "chat_sdk/src/connection/timers.hpp"
#include "chat_sdk/src/model/cache.hpp"
#include "chat_sdk/src/model/channel_registry.hpp"

namespace parley::detail {

/// Keeps the newest messages of each channel in the cache. What changes is written a second later, or when it
/// has become much, so that many messages cost one write; what cannot be written, half a minute later, or if
/// it has become too much by then, the history of that channel is begun anew.
///
///   a channel | holds while                              | leaves by
///   ----------|------------------------------------------|-----------------------------------------
///   (none)    | the cache has everything                 | a change -> waiting
///   waiting   | changes wait                             | time, or they are many -> writing
///   writing   | they are on their way to the disk; those | written -> none, or waiting if more have
///             | that have come meanwhile wait            | come; not written -> waiting
class HistoryCache {
 public:
  HistoryCache(Timers& timers, Cache& cache, const ChannelRegistry& registry)
      : timers_(timers), cache_(cache), registry_(registry) {}

  bool is_enabled() const { return cache_.is_enabled() && cache_.history_limits().per_channel > 0; }
  /// Of the indexes of `range`, `messages` are all that exist; in order.
  void put(const std::string& sid, IndexRange range, const std::vector<Message>& messages);
  void update(const std::string& sid, const Message& message);
  void remove(const std::string& sid, std::int64_t index);

  /// Writes what waits.
  void flush();
  void flush(const std::string& sid);
  /// The same, for the last time: what is on its way is not waited for.
  void close();
  /// What the cache has of this channel is as it was told.
  bool is_written(const std::string& sid) const { return !channels_.contains(sid); }

 private:
  using Changes = std::vector<HistoryChange>;
  struct Channel {
    Changes waiting{};
    std::size_t size = 0;  ///< of these and those that are written, in messages
    bool writing = false;
  };
  using Channels = std::map<std::string, Channel>;

  void add(const std::string& sid, HistoryChange change);
  void grow(Channel& channel, std::size_t size);
  void forget(Channels::iterator at);
  void wait(Duration time);
  void on_written(const std::string& sid, const Changes& changes, const Result<void>& outcome);
  std::int64_t oldest_kept(const std::string& sid) const;

  Timers& timers_;
  Cache& cache_;
  const ChannelRegistry& registry_;
  Channels channels_;     // by SID
  std::size_t size_ = 0;  // of all that waits or is written, in messages
  bool waits_ = false;
  bool failing_ = false;
  TimePoint next_try_{};  // while it fails
};

}  // namespace parley::detail
