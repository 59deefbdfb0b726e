#pragma once
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

namespace parley::faults {

/// The wall clock of a process, which jumps when the test says so; its monotonic clock goes on.
class FakedClock {
 public:
  static bool is_installed() { return std::filesystem::exists(kLibrary); }

  /// `file` says how far the clock is off; it shows the machine's time at first.
  explicit FakedClock(std::string file) : file_(std::move(file)) { jump_to("+0"); }

  /// The program with arguments that runs another one by this clock.
  std::vector<std::string> wrapper() const {
    return {"/usr/bin/env",        std::string("LD_PRELOAD=") + kLibrary, "FAKETIME_TIMESTAMP_FILE=" + file_,
            "FAKETIME_NO_CACHE=1", "FAKETIME_DONT_FAKE_MONOTONIC=1",      "DONT_FAKE_MONOTONIC=1"};
  }

  /// "+400d", "-1d": against the machine's clock.
  void jump_to(const std::string& offset) const { std::ofstream(file_) << offset << "\n"; }

 private:
  static constexpr const char* kLibrary = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1";

  std::string file_;
};

}  // namespace parley::faults
