#include "chat_sdk/src/model/history_cache.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace parley::detail {
namespace {

constexpr std::size_t kMany = 256U << 10U;   // bytes: they are written at once
constexpr std::size_t kTooMany = 4U << 20U;  // of one channel
constexpr std::size_t kTooManyOfAll = 32U << 20U;
constexpr std::size_t kChangeBytes = 300;  // beside the texts, about

std::size_t bytes_of(const Message& message) {
  return kChangeBytes + message.text.size() + message.attributes.size();
}

std::size_t bytes_of(const std::vector<Message>& messages) {
  std::size_t bytes = 0;
  for (const auto& message : messages) bytes += bytes_of(message);
  return bytes;
}

std::size_t bytes_of(const HistoryChange& change) {
  if (const auto* put = std::get_if<PutMessages>(&change)) return kChangeBytes + bytes_of(put->messages);
  const auto* update = std::get_if<UpdateMessage>(&change);
  return update ? bytes_of(update->message) : kChangeBytes;
}

}  // namespace

// What is older than the window is not kept.
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
  const std::size_t bytes = bytes_of(put.messages);
  std::move(put.messages.begin(), put.messages.end(), std::back_inserter(last->messages));
  grow(sid, channel, bytes);
}

void HistoryCache::update(const std::string& sid, const Message& message) {
  if (is_enabled()) add(sid, UpdateMessage{message});
}

void HistoryCache::remove(const std::string& sid, std::int64_t index) {
  if (is_enabled()) add(sid, EraseMessage{index});
}

void HistoryCache::add(const std::string& sid, HistoryChange change) {
  Channel& channel = channels_[sid];
  const std::size_t bytes = bytes_of(change);
  channel.waiting.push_back(std::move(change));
  grow(sid, channel, bytes);
}

// What waits for a disk that does not take it must not fill the memory.
void HistoryCache::grow(const std::string& sid, Channel& channel, std::size_t bytes) {
  channel.bytes += bytes;
  bytes_ += bytes;
  if (!channel.writing) ready_.insert(sid);
  if (channel.bytes > kTooMany) begin_anew(channel);
  if (bytes_ > kTooManyOfAll)
    for (auto& [other, one] : channels_)
      if (one.bytes > 0) begin_anew(one);
  bytes_ >= kMany && !ready_.empty() && !failing_ ? flush() : wait(kCacheWriteDelay);
}

void HistoryCache::begin_anew(Channel& channel) {
  take_from(channel);
  channel.waiting = {EraseHistory()};
  channel.bytes = kChangeBytes;
  bytes_ += kChangeBytes;
}

void HistoryCache::take_from(Channel& channel) {
  bytes_ -= std::exchange(channel.bytes, 0);
  channel.waiting.clear();
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
  bool wrote = false;
  for (const auto& sid : std::exchange(ready_, {})) wrote = write(sid) || wrote;
  if (wrote) limit();
}

void HistoryCache::flush(const std::string& sid) {
  if (ready_.erase(sid) > 0 && write(sid)) limit();
}

void HistoryCache::limit() {
  cache_.write(LimitHistories{cache_.history_limits().max_bytes}, [](const Result<void>&) {});
}

bool HistoryCache::write(const std::string& sid) {
  const auto at = channels_.find(sid);
  const auto changes = std::make_shared<const Changes>(std::move(at->second.waiting));
  take_from(at->second);
  if (!registry_.by_sid(sid)) {  // this user has left the channel
    channels_.erase(at);
    return false;
  }
  at->second.writing = true;
  cache_.write(ChangeHistory{sid, changes, oldest_kept(sid)},
               [this, sid, changes](const Result<void>& outcome) { on_written(sid, *changes, outcome); });
  return true;
}

void HistoryCache::close() {
  for (auto& [sid, channel] : std::exchange(channels_, {})) {
    if (channel.waiting.empty() || !registry_.by_sid(sid)) continue;
    auto changes = std::make_shared<const Changes>(std::move(channel.waiting));
    cache_.write(ChangeHistory{sid, std::move(changes), oldest_kept(sid)});
  }
  ready_.clear();
}

void HistoryCache::on_written(const std::string& sid, const Changes& changes, const Result<void>& outcome) {
  const auto at = channels_.find(sid);
  if (at == channels_.end()) return;
  Channel& channel = at->second;
  channel.writing = false;
  failing_ = !outcome;
  if (!outcome && !channel.forgotten) {
    std::size_t bytes = 0;
    for (const auto& change : changes) bytes += bytes_of(change);
    channel.waiting.insert(channel.waiting.begin(), changes.begin(), changes.end());
    channel.bytes += bytes;
    bytes_ += bytes;
    next_try_ = timers_.now() + kCacheRetryDelay;
  }
  channel.forgotten = false;
  if (channel.waiting.empty()) return void(channels_.erase(at));
  ready_.insert(sid);
  wait(failing_ ? kCacheRetryDelay : kCacheWriteDelay);
}

void HistoryCache::forget(const std::string& sid) {
  const auto at = channels_.find(sid);
  if (at == channels_.end()) return;
  take_from(at->second);
  ready_.erase(sid);
  at->second.forgotten = true;
  if (!at->second.writing) channels_.erase(at);
}

void HistoryCache::drop(CacheContents& contents) {
  for (auto& channel : contents.channels) channel.known_history.clear();
  cache_.write(LimitHistories{0});
}

std::int64_t HistoryCache::oldest_kept(const std::string& sid) const {
  const auto record = registry_.by_sid(sid);
  if (!record) return 0;
  return std::max<std::int64_t>(
      record->state().last_message_index.value_or(-1) + 1 - cache_.history_limits().per_channel, 0);
}

}  // namespace parley::detail
