#pragma once
#include <parley/seams.hpp>

#include <optional>

namespace parley {

/// `first` becomes the earlier of both; nothing means never.
inline void keep_earliest(std::optional<TimePoint>& first, std::optional<TimePoint> other) {
  if (other && (!first || *other < *first)) first = other;
}

}  // namespace parley
