#pragma once
#include <algorithm>
#include <string>

#include "bench/support/wire.hpp"

namespace parley::bench {

/// Resident memory of a process, from a moment when it has all that it needs.
class FlatMemory {
 public:
  explicit FlatMemory(int pid) : pid_(pid), before_(resident_kib(pid)) {}

  long before() const { return before_; }
  /// What it is now, in KiB. Ends the program if that is more by over a tenth, and by over 8 MiB.
  long check() const {
    const long now = resident_kib(pid_);
    if (now - before_ > std::max(before_ / 10, 8192L))
      fail("memory grew from " + std::to_string(before_) + " to " + std::to_string(now) + " KiB");
    return now;
  }

 private:
  const int pid_;
  const long before_;
};

}  // namespace parley::bench
