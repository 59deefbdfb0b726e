#pragma once
#include <string>
#include <vector>

#include <parley/seams.hpp>

#include "chat_service/core.hpp"

namespace parley::chat_service {

/// Tells the operator what has become of the database and the clock: a line of the log for each change, and
/// why.
class StorageWatch {
 public:
  /// Lines for the log, if anything is new. Call after each commit.
  std::vector<std::string> look_at(const CoreCounters& counters, TimePoint now, WallTime wall_now);

 private:
  bool commits_fail_ = false;
  bool damaged_ = false;
  bool log_held_ = false;
  bool clock_waits_ = false;
  std::uint64_t failed_requests_ = 0;  ///< that were told
  TimePoint tell_requests_at_{};       ///< not before
};

}  // namespace parley::chat_service
