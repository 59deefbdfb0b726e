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
  /// Nothing that waits of this channel is written any more.
  void forget(const std::string& sid);
  /// Takes all histories out of what was restored, and out of the cache.
  void drop(CacheContents& contents);

  /// Writes what waits.
  void flush();
  void flush(const std::string& sid);
  /// The same, for the last time: what is on its way is not waited for.
  void close();
  /// What the cache has of this channel is as it was told.
  bool is_written(const std::string& sid) const { return !channels_.contains(sid); }
  /// The lowest index that is kept of the channel.
  std::int64_t oldest_kept(const std::string& sid) const;

 private:
  using Changes = std::vector<HistoryChange>;
  struct Channel {
    Changes waiting{};
    std::size_t bytes = 0;  ///< of those that wait
    bool writing = false;
    bool forgotten = false;  ///< what is written is not to be tried again
  };
  using Channels = std::map<std::string, Channel>;

  void add(const std::string& sid, HistoryChange change);
  void grow(const std::string& sid, Channel& channel, std::size_t bytes);
  void begin_anew(Channel& channel);
  void take_from(Channel& channel);
  bool write(const std::string& sid);
  void limit();
  void wait(Duration time);
  void on_written(const std::string& sid, const Changes& changes, const Result<void>& outcome);

  Timers& timers_;
  Cache& cache_;
  const ChannelRegistry& registry_;
  Channels channels_;            // by SID
  std::set<std::string> ready_;  // of these, those with changes that can be written
  std::size_t bytes_ = 0;        // of all that wait
  bool waits_ = false;
  bool failing_ = false;
  TimePoint next_try_{};  // while it fails
};

}  // namespace parley::detail
