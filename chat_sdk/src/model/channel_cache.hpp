#pragma once
#include <set>
#include <string>

#include "chat_sdk/src/connection/timers.hpp"
#include "chat_sdk/src/model/cache.hpp"
#include "chat_sdk/src/model/channel_registry.hpp"

namespace parley::detail {

/// Keeps the list of channels in the cache. What changes is written a second later, so that a channel in
/// which much happens is written once; what cannot be written, half a minute later.
class ChannelCache {
 public:
  ChannelCache(Timers& timers, Cache& cache, const ChannelRegistry& registry)
      : timers_(timers), cache_(cache), registry_(registry) {}

  /// It has another state now.
  void on_changed(const std::string& sid);
  /// It is no channel of this user any more, though it may be one again.
  void on_left(const std::string& sid);
  /// Writes what waits.
  void flush();

 private:
  void wait(Duration time);

  Timers& timers_;
  Cache& cache_;
  const ChannelRegistry& registry_;
  std::set<std::string> changed_, left_;
  bool waits_ = false;
};

}  // namespace parley::detail
