#include "chat_sdk/src/model/unread_counter.hpp"

#include <algorithm>

namespace parley::detail {
namespace {

// As many as one page brings: of more nobody wants to know exactly how many are one's own.
constexpr std::int64_t kMostSettled = 100;
constexpr std::size_t kMaxOwn = 4096;

}  // namespace

void UnreadCounter::restore(const Unread& unread, Horizon horizon) {
  restored_ = true;
  count_ = unread.count;
  first_ = unread.first_unread_index;
  horizon_ = horizon;
}

void UnreadCounter::count(std::int64_t count, Horizon horizon, bool live) {
  counted_ = true;
  live_ = live;
  unsure_ = restored_ = moved_ = false;
  service_horizon_ = horizon;
  move(horizon);
  count_ = count;
  if (wanted_) apply_wanted();
  find_first();
}

// What was read of a range behind the old horizon says nothing of the one behind an earlier one.
void UnreadCounter::move(Horizon horizon) {
  if (horizon < horizon_) {
    own_.clear();
    examined_.clear();
    first_.reset();
  }
  horizon_ = horizon;
  own_.erase(own_.begin(), own_.lower_bound(first_index()));
  examined_.drop_through(first_index() - 1);
  if (first_ && *first_ < first_index()) first_.reset();
  if (!first_) first_exists_ = false;
}

void UnreadCounter::want(std::optional<HorizonMove> wanted) {
  wanted_ = wanted;
  if (!wanted) return;
  apply_wanted();
  find_first();
}

void UnreadCounter::apply_wanted() {
  const HorizonMove& move_to = *wanted_;
  if (move_to.is_done(horizon_)) return;
  const std::int64_t last = move_to.to.value_or(-1);
  const std::int64_t passed = last - horizon_.value_or(-1);
  const bool exact = passed > 0 && (last >= newest_ || all_exist());
  if (passed > 0) count_ = last >= newest_ ? 0 : std::min(count_, newest_ - last);
  if (passed < 0) count_ -= passed;
  move(move_to.to);
  moved_ = moved_ || !exact;
}

void UnreadCounter::add(const Message& message) {
  newest_ = std::max(newest_, message.index);
  if (!counted_ || message.index < first_index()) return;
  if (live_) {  // otherwise nobody knows whether it was counted
    ++count_;
    if (!first_ && !is_own(message)) {
      first_ = message.index;
      first_exists_ = true;
    }
  }
  learn({message.index, message.index}, {message});
}

void UnreadCounter::remove(std::int64_t index, bool counted) {
  own_.erase(index);
  if (!counted_ || index < first_index() || count_ == 0) return;
  // It may have come and gone while the connection was lost.
  if (!counted) return void(unsure_ = true);
  --count_;
  if (first_ == index) {
    first_ = index + 1;
    first_exists_ = false;
  }
  find_first();
}

void UnreadCounter::learn(IndexRange range, const std::vector<Message>& messages) {
  if (range.last < first_index()) return;
  examined_.add(range);
  examined_.drop_through(first_index() - 1);
  for (const auto& message : messages) {
    if (message.index < first_index()) continue;
    if (is_own(message)) {
      own_.insert(message.index);
    } else if (first_ && !first_exists_ && range.first <= *first_ && message.index >= *first_) {
      first_ = message.index;
      first_exists_ = true;
    }
  }
  if (first_ && !first_exists_ && range.first <= *first_) first_ = std::max(*first_, range.last + 1);
  while (own_.size() > kMaxOwn) {
    examined_.drop_through(*own_.begin());
    own_.erase(own_.begin());
  }
  find_first();
}

// Where as many exist as there are indexes, the first one that is not one's own is the first unread one.
void UnreadCounter::find_first() {
  if (shown() == 0) {
    first_.reset();
    first_exists_ = false;
    return;
  }
  if (!first_) first_ = first_index();
  while (!first_exists_ && own_.contains(*first_)) ++*first_;
  first_exists_ = first_exists_ || (all_exist() && (counts_own_ || examined_.around(*first_)));
}

std::int64_t UnreadCounter::shown() const {
  return std::max<std::int64_t>(count_ - static_cast<std::int64_t>(own_.size()), 0);
}

bool UnreadCounter::is_settled() const {
  if (counts_own_ || shown() == 0) return true;
  const auto known = examined_.around(first_index());
  return known && known->last >= newest_;
}

UnreadReason UnreadCounter::reason() const {
  if (restored_) return UnreadReason::restored;
  if (moved_) return UnreadReason::moved;
  if (counted_ && !live_) return UnreadReason::listed;
  return is_settled() ? UnreadReason::counted : UnreadReason::authors;
}

Unread UnreadCounter::unread() const {
  const auto why = reason();
  return {shown(), why == UnreadReason::counted, first_, why};
}

std::optional<std::int64_t> UnreadCounter::unsettled_from() const {
  if (!counted_ || !first_) return std::nullopt;
  if (!is_settled() && count_ <= kMostSettled) {
    const auto known = examined_.around(first_index());
    return known ? known->last + 1 : first_index();
  }
  return first_exists_ ? std::nullopt : first_;
}

}  // namespace parley::detail
