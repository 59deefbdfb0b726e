#pragma once
#include <chrono>
#include <cstdint>
#include <parley/seams.hpp>

namespace parley::token_server {

/// Dates in the database are milliseconds since 1970.
inline std::int64_t to_stored(WallTime time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}
inline WallTime from_stored(std::int64_t time) { return WallTime(std::chrono::milliseconds(time)); }

}  // namespace parley::token_server
