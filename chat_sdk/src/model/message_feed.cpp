#include "chat_sdk/src/model/message_feed.hpp"

#include <algorithm>
#include <utility>

namespace parley::detail {
namespace {

constexpr std::size_t kMaxAhead = 64;  // what is more is read again when its turn comes

}  // namespace

MessageFeed::Messages MessageFeed::begin(std::int64_t last_old, std::int64_t newest) {
  newest_ = std::max(newest_, newest);
  told_through_ = passed_through_ = last_old;
  return release();
}

std::optional<IndexRange> MessageFeed::take_passed() {
  if (!told_through_ || *told_through_ <= passed_through_) return std::nullopt;
  return IndexRange{std::exchange(passed_through_, *told_through_) + 1, *told_through_};
}

bool MessageFeed::knows(std::int64_t index) const {
  return (told_through_ && index <= *told_through_) || ahead_.contains(index);
}

MessageFeed::Messages MessageFeed::add(Message message) {
  newest_ = std::max(newest_, message.index);
  if (told_through_ && message.index <= *told_through_) return {};
  absent_.erase(message.index);
  keep(std::move(message));
  return release();
}

void MessageFeed::keep(Message message) {
  const auto index = message.index;
  ahead_.insert_or_assign(index, std::move(message));
  if (ahead_.size() > kMaxAhead) ahead_.erase(std::prev(ahead_.end()));
}

bool MessageFeed::update(const Message& message) {
  const auto at = ahead_.find(message.index);
  if (at != ahead_.end()) {
    at->second = message;
    return false;
  }
  return !told_through_ || message.index <= *told_through_;
}

MessageFeed::Removal MessageFeed::remove(std::int64_t index) {
  if (told_through_ && index <= *told_through_) return {true, {}};
  ahead_.erase(index);
  if (absent_.size() < kMaxAhead) absent_.insert(index);
  return {false, release()};
}

std::optional<MessageFeed::Hole> MessageFeed::hole() const {
  if (!told_through_) return std::nullopt;
  std::int64_t last = newest_;
  if (!ahead_.empty()) last = std::max(last, ahead_.rbegin()->first);
  if (last <= *told_through_) return std::nullopt;
  return Hole{*told_through_ + 1, last};
}

MessageFeed::Messages MessageFeed::fill(Messages found, std::int64_t through) {
  if (!told_through_) return {};
  for (auto& message : found)
    if (message.index > *told_through_ && message.index <= through && !absent_.contains(message.index))
      ahead_.insert_or_assign(message.index, std::move(message));
  Messages ready;
  while (!ahead_.empty() && ahead_.begin()->first <= through) {
    ready.push_back(std::move(ahead_.begin()->second));
    ahead_.erase(ahead_.begin());
  }
  told_through_ = std::max(*told_through_, through);
  auto rest = release();
  std::move(rest.begin(), rest.end(), std::back_inserter(ready));
  return ready;
}

MessageFeed::Messages MessageFeed::release() {
  Messages ready;
  if (!told_through_) return ready;
  ahead_.erase(ahead_.begin(), ahead_.upper_bound(*told_through_));
  while (true) {
    const auto next = *told_through_ + 1;
    const auto at = ahead_.find(next);
    if (at != ahead_.end()) {
      ready.push_back(std::move(at->second));
      ahead_.erase(at);
    } else if (!absent_.contains(next)) {
      break;
    }
    told_through_ = next;
  }
  absent_.erase(absent_.begin(), absent_.upper_bound(*told_through_));
  return ready;
}

}  // namespace parley::detail
