#pragma once
#include <optional>
#include <vector>

#include <parley/channel_state.hpp>

namespace parley::detail {

/// A set of indexes as ranges, in order, no two of which touch. Bounded: of too many the lowest are
/// forgotten.
class IndexRanges {
 public:
  void add(IndexRange range);
  void clear() { ranges_.clear(); }
  /// Takes out everything up to and with that index.
  void drop_through(std::int64_t index);
  /// The one that has `index`; nothing if it is not in the set.
  std::optional<IndexRange> around(std::int64_t index) const;
  /// The highest index; nothing of an empty set.
  std::optional<std::int64_t> highest() const;
  const std::vector<IndexRange>& all() const { return ranges_; }

 private:
  std::vector<IndexRange> ranges_;
};

}  // namespace parley::detail
