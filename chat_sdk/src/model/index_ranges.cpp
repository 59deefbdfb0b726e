#include "chat_sdk/src/model/index_ranges.hpp"

#include <algorithm>

namespace parley::detail {
namespace {

constexpr std::size_t kMaxRanges = 64;

}  // namespace

// Those that the new one overlaps or touches become one with it.
void IndexRanges::add(IndexRange range) {
  const auto begin = std::partition_point(ranges_.begin(), ranges_.end(),
                                          [&](const IndexRange& one) { return one.last < range.first - 1; });
  const auto end = std::partition_point(begin, ranges_.end(),
                                        [&](const IndexRange& one) { return one.first <= range.last + 1; });
  if (begin != end) {
    range.first = std::min(range.first, begin->first);
    range.last = std::max(range.last, std::prev(end)->last);
  }
  ranges_.insert(ranges_.erase(begin, end), range);
  if (ranges_.size() > kMaxRanges) ranges_.erase(ranges_.begin());
}

void IndexRanges::drop_through(std::int64_t index) {
  const auto end = std::partition_point(ranges_.begin(), ranges_.end(),
                                        [&](const IndexRange& one) { return one.last <= index; });
  ranges_.erase(ranges_.begin(), end);
  if (!ranges_.empty()) ranges_.front().first = std::max(ranges_.front().first, index + 1);
}

std::optional<IndexRange> IndexRanges::around(std::int64_t index) const {
  const auto at = std::partition_point(ranges_.begin(), ranges_.end(),
                                       [&](const IndexRange& one) { return one.last < index; });
  if (at == ranges_.end() || at->first > index) return std::nullopt;
  return *at;
}

std::optional<std::int64_t> IndexRanges::highest() const {
  if (ranges_.empty()) return std::nullopt;
  return ranges_.back().last;
}

}  // namespace parley::detail
