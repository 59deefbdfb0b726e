#pragma once
#include <chrono>
#include <cstdint>
#include <optional>

#include <parley/seams.hpp>

namespace parley::detail {

/// Times are microseconds since 1970 in the database.
inline std::int64_t to_integer(WallTime time) {
  return std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
}

inline std::optional<std::int64_t> to_integer(const std::optional<WallTime>& time) {
  if (!time) return std::nullopt;
  return to_integer(*time);
}

inline WallTime to_time(std::int64_t micro) {
  return WallTime(std::chrono::duration_cast<WallTime::duration>(std::chrono::microseconds(micro)));
}

}  // namespace parley::detail
