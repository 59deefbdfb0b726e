#pragma once
#include <cstddef>
#include <limits>

#include "chat_service/src/model.hpp"

namespace parley::chat_service {

/// Which rows to read, by row number: the first ones after `after` upwards, or, if `before` is given, the
/// last ones before it downwards. Rows come in the order of reading.
struct RowWindow {
  Id after = 0;
  Id before = std::numeric_limits<Id>::max();
  std::size_t limit = 0;

  bool backwards() const { return before != std::numeric_limits<Id>::max(); }
  /// To see whether there are more.
  RowWindow one_more() const { return {after, before, limit + 1}; }
};

}  // namespace parley::chat_service
