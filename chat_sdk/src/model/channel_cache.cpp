#include "chat_sdk/src/model/channel_cache.hpp"

#include <utility>

namespace parley::detail {
namespace {

constexpr Duration kSoon = std::chrono::seconds(1);
constexpr Duration kAfterFailure = std::chrono::seconds(30);

}  // namespace

void ChannelCache::on_changed(const std::string& sid) {
  changed_.insert(sid);
  wait(kSoon);
}

// A connection that is given up ends the wait, too.
void ChannelCache::wait(Duration time) {
  if (std::exchange(waits_, true)) return;
  timers_.after(time, [this](const Result<void>&) {
    waits_ = false;
    flush();
  });
}

void ChannelCache::flush() {
  for (const auto& sid : std::exchange(changed_, {})) {
    const auto record = registry_.by_sid(sid);
    CacheChange change = record ? CacheChange(PutChannel{record->handle().state()}) : EraseChannel{sid};
    cache_.write(std::move(change), [this, sid](const Result<void>& outcome) {
      if (outcome) return;
      changed_.insert(sid);
      wait(kAfterFailure);
    });
  }
}

}  // namespace parley::detail
