#include "chat_sdk/src/model/channel_cache.hpp"

#include <utility>

namespace parley::detail {

void ChannelCache::on_changed(const std::string& sid) {
  changed_.insert(sid);
  wait(kCacheWriteDelay);
}

void ChannelCache::on_left(const std::string& sid) {
  left_.insert(sid);
  wait(kCacheWriteDelay);
}

// A connection that is given up ends the wait, too.
void ChannelCache::wait(Duration time) {
  if (std::exchange(waits_, true)) return;
  timers_.after(time, [this](const Result<void>&) {
    waits_ = false;
    flush();
  });
}

// What was kept of a channel that was left and joined again is not kept on.
void ChannelCache::flush() {
  for (const auto& sid : std::exchange(left_, {}))
    cache_.write(EraseChannel{sid}, [this, sid](const Result<void>& outcome) {
      if (!outcome) on_left(sid);
    });
  for (const auto& sid : std::exchange(changed_, {})) {
    const auto record = registry_.by_sid(sid);
    if (!record) continue;
    cache_.write(PutChannel{record->handle().state()}, [this, sid](const Result<void>& outcome) {
      if (outcome) return;
      changed_.insert(sid);
      wait(kCacheRetryDelay);
    });
  }
}

}  // namespace parley::detail
