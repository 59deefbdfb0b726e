#include "chat_sdk/src/model/history_cache.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace parley::detail {
namespace {

constexpr Duration kSoon = std::chrono::seconds(1);
constexpr Duration kAfterFailure = std::chrono::seconds(30);
constexpr std::size_t kMany = 500;      // messages: they are written at once
constexpr std::size_t kTooMany = 2000;  // of one channel
constexpr std::size_t kTooManyOfAll = 20'000;

std::size_t size_of(const HistoryChange& change) {
  const auto* put = std::get_if<PutMessages>(&change);
  return 1 + (put ? put->messages.size() : 0);
}

std::size_t size_of(const std::vector<HistoryChange>& changes) {
  std::size_t size = 0;
  for (const auto& change : changes) size += size_of(change);
  return size;
}

}  // namespace

void HistoryCache::put(const std::string& sid, IndexRange range, const std::vector<Message>& messages) {
  if (!is_enabled()) return;
  range.first = std::max(range.first, oldest_kept(sid));
  if (range.first > range.last) return;
  PutMessages put{.range = range};
  std::copy_if(messages.begin(), messages.end(), std::back_inserter(put.messages),
               [&](const Message& message) { return message.index >= range.first; });
  Channel& channel = channels_[sid];
  auto* last = channel.waiting.empty() ? nullptr : std::get_if<PutMessages>(&channel.waiting.back());
  if (!last || last->range.last + 1 != range.first) return add(sid, std::move(put));
  last->range.last = range.last;
  const std::size_t size = put.messages.size();
  std::move(put.messages.begin(), put.messages.end(), std::back_inserter(last->messages));
  grow(channel, size);
}

void HistoryCache::update(const std::string& sid, const Message& message) {
  if (is_enabled() && message.index >= oldest_kept(sid)) add(sid, UpdateMessage{message});
}

void HistoryCache::remove(const std::string& sid, std::int64_t index) {
  if (is_enabled() && index >= oldest_kept(sid)) add(sid, EraseMessage{index});
}

void HistoryCache::add(const std::string& sid, HistoryChange change) {
  Channel& channel = channels_[sid];
  const std::size_t size = size_of(change);
  channel.waiting.push_back(std::move(change));
  grow(channel, size);
}

// What waits for a disk that does not take it must not fill the memory.
void HistoryCache::grow(Channel& channel, std::size_t size) {
  channel.size += size;
  size_ += size;
  if (channel.size > kTooMany || size_ > kTooManyOfAll) {
    const std::size_t dropped = size_of(channel.waiting);
    channel.waiting = {EraseHistory()};
    channel.size -= dropped - 1;
    size_ -= dropped - 1;
  }
  size_ >= kMany && !failing_ ? flush() : wait(kSoon);
}

// A connection that is given up ends the wait, too.
void HistoryCache::wait(Duration time) {
  if (std::exchange(waits_, true)) return;
  timers_.after(time, [this](const Result<void>&) {
    waits_ = false;
    failing_&& timers_.now() < next_try_ ? wait(next_try_ - timers_.now()) : flush();
  });
}

void HistoryCache::flush() {
  std::vector<std::string> sids;
  for (const auto& [sid, channel] : channels_)
    if (!channel.writing) sids.push_back(sid);
  for (const auto& sid : sids) flush(sid);
}

void HistoryCache::flush(const std::string& sid) {
  const auto at = channels_.find(sid);
  if (at == channels_.end() || at->second.writing) return;
  if (!registry_.by_sid(sid)) return forget(at);  // this user has left the channel
  at->second.writing = true;
  const auto changes = std::make_shared<const Changes>(std::exchange(at->second.waiting, {}));
  cache_.write(ChangeHistory{sid, changes, oldest_kept(sid)},
               [this, sid, changes](const Result<void>& outcome) { on_written(sid, *changes, outcome); });
  cache_.write(LimitHistories{cache_.history_limits().max_bytes}, [](const Result<void>&) {});
}

void HistoryCache::close() {
  for (auto& [sid, channel] : std::exchange(channels_, {})) {
    if (channel.waiting.empty() || !registry_.by_sid(sid)) continue;
    auto changes = std::make_shared<const Changes>(std::move(channel.waiting));
    cache_.write(ChangeHistory{sid, std::move(changes), oldest_kept(sid)});
  }
}

void HistoryCache::on_written(const std::string& sid, const Changes& changes, const Result<void>& outcome) {
  const auto at = channels_.find(sid);
  if (at == channels_.end()) return;
  Channel& channel = at->second;
  channel.writing = false;
  failing_ = !outcome;
  if (!outcome) {
    channel.waiting.insert(channel.waiting.begin(), changes.begin(), changes.end());
    next_try_ = timers_.now() + kAfterFailure;
    return wait(kAfterFailure);
  }
  const std::size_t written = size_of(changes);
  channel.size -= written;
  size_ -= written;
  channel.waiting.empty() ? forget(at) : wait(kSoon);
}

void HistoryCache::forget(Channels::iterator at) {
  size_ -= at->second.size;
  channels_.erase(at);
}

std::int64_t HistoryCache::oldest_kept(const std::string& sid) const {
  const auto record = registry_.by_sid(sid);
  if (!record) return 0;
  return std::max<std::int64_t>(
      record->state().last_message_index.value_or(-1) + 1 - cache_.history_limits().per_channel, 0);
}

}  // namespace parley::detail
