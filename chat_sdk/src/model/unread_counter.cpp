#include "chat_sdk/src/model/unread_counter.hpp"

#include <algorithm>
#include <iterator>

namespace parley::detail {
namespace {

constexpr std::int64_t kMaxSettled = 100;  // of more nobody wants to know exactly how many are one's own
constexpr std::int64_t kMaxSearched = 1000;
constexpr std::size_t kMaxRemembered = 4096;
constexpr std::int64_t kMaxMessages = std::int64_t{1} << 53;

std::int64_t in_bounds(std::int64_t count) { return std::clamp<std::int64_t>(count, 0, kMaxMessages); }

Horizon in_bounds(Horizon horizon) {
  if (!horizon || *horizon < 0) return std::nullopt;
  return std::min(*horizon, kMaxMessages);
}

}  // namespace

void UnreadCounter::restore(const Unread& unread, Horizon horizon) {
  restored_ = true;
  count_ = in_bounds(unread.count);
  restored_first_ = in_bounds(unread.first_unread_index);
  horizon_ = in_bounds(horizon);
}

void UnreadCounter::set_newest(std::optional<std::int64_t> index) {
  newest_ = std::min(index.value_or(-1), kMaxMessages);
}

// Where the user wants it further than the service has it, both are shown as if it were there.
void UnreadCounter::count(std::int64_t count, Horizon horizon, bool live) {
  counted_ = true;
  live_ = live;
  unsure_ = moved_ = false;
  service_horizon_ = in_bounds(horizon);
  count_ = in_bounds(count);
  const bool is_there = !wanted_ || wanted_->is_done(service_horizon_);
  const Horizon to = is_there ? service_horizon_ : wanted_->to;
  carry(service_horizon_, to);
  move(to);
}

// What was read of a range behind the old horizon says nothing of the one behind an earlier one.
void UnreadCounter::move(Horizon horizon) {
  if (horizon < horizon_) interrupt();
  horizon_ = horizon;
  own_.erase(own_.begin(), own_.lower_bound(first_index()));
  others_.erase(others_.begin(), others_.lower_bound(first_index()));
  examined_.drop_through(first_index() - 1);
}

void UnreadCounter::interrupt() {
  own_.clear();
  others_.clear();
  examined_.clear();
}

void UnreadCounter::want(std::optional<HorizonMove> wanted) {
  wanted_ = wanted;
  if (!wanted) {
    unsure_ = unsure_ || (counted_ && horizon_ != service_horizon_);
  } else if (!wanted->is_done(horizon_)) {
    carry(horizon_, wanted->to);
    move(wanted->to);
  }
}

// How many of those behind `from` are behind `to` is known only if none was removed, or none is left.
void UnreadCounter::carry(Horizon from, Horizon to) {
  const std::int64_t last = to.value_or(-1);
  const std::int64_t passed = last - from.value_or(-1);
  if (passed == 0) return;
  if (passed > 0 && last >= newest_) {
    count_ = 0;
    return;
  }
  moved_ = moved_ || passed < 0 || !all_exist(count_, from);
  count_ = passed > 0 ? std::min(count_, newest_ - last) : in_bounds(count_ - passed);
}

void UnreadCounter::add(const Message& message) {
  newest_ = std::max(newest_, message.index);
  if (!counted_ || message.index < first_index()) return;
  if (live_) ++count_;  // otherwise nobody knows whether it was counted
  learn({message.index, message.index}, {message});
}

void UnreadCounter::remove(std::int64_t index, bool counted) {
  own_.erase(index);
  others_.erase(index);
  if (!counted_ || index < first_index() || count_ == 0) return;
  if (!counted) return doubt();  // it may have come and gone while the connection was lost
  --count_;
}

void UnreadCounter::learn(IndexRange range, const std::vector<Message>& messages) {
  if (range.last < first_index()) return;
  examined_.add(range);
  examined_.drop_through(first_index() - 1);
  for (const auto& message : messages) note(message);
}

void UnreadCounter::note(const Message& message) {
  if (message.index < first_index()) return;
  const bool is_own = !counts_own_ && message.author == self_;
  (is_own ? own_ : others_).insert(message.index);
  if (others_.size() > kMaxRemembered) others_.erase(std::prev(others_.end()));
  if (own_.size() <= kMaxRemembered) return;
  examined_.drop_through(*own_.begin());
  others_.erase(others_.begin(), others_.lower_bound(*own_.begin()));
  own_.erase(own_.begin());
}

std::int64_t UnreadCounter::first_unexamined() const {
  const auto known = examined_.around(first_index());
  return known ? known->last + 1 : first_index();
}

bool UnreadCounter::all_exist(std::int64_t count, Horizon horizon) const {
  return counted_ && live_ && !moved_ && count == newest_ - horizon.value_or(-1);
}

std::int64_t UnreadCounter::shown() const {
  return std::max<std::int64_t>(count_ - static_cast<std::int64_t>(own_.size()), 0);
}

bool UnreadCounter::is_settled() const {
  return counts_own_ || shown() == 0 || first_unexamined() > last_index();
}

UnreadCounter::First UnreadCounter::first() const {
  if (shown() == 0) return {};
  if (!counted_) return {restored_first_ >= first_index() ? restored_first_ : first_index()};
  const std::int64_t unexamined = first_unexamined();
  if (!others_.empty() && *others_.begin() < unexamined) return {*others_.begin(), true};
  if (counts_own_ && all_exist(count_, horizon_)) return {first_index(), true};
  return {unexamined <= last_index() ? unexamined : first_index()};
}

UnreadReason UnreadCounter::reason() const {
  if (!counted_) return restored_ ? UnreadReason::restored : UnreadReason::counted;
  if (moved_) return UnreadReason::moved;
  if (!live_) return UnreadReason::listed;
  return is_settled() ? UnreadReason::counted : UnreadReason::authors;
}

Unread UnreadCounter::unread() const {
  const auto why = reason();
  return {shown(), why == UnreadReason::counted, first().index, why};
}

std::optional<std::int64_t> UnreadCounter::unsettled_from() const {
  if (!counted_ || shown() == 0) return std::nullopt;
  const std::int64_t from = first_unexamined();
  const bool gap = from <= last_index();
  const bool few = count_ <= kMaxSettled || last_index() - from < kMaxSettled;
  if (gap && few && !counts_own_) return from;
  if (first().exists || (gap && count_ > kMaxSearched && from > first_index())) return std::nullopt;
  return gap ? from : first_index();
}

}  // namespace parley::detail
