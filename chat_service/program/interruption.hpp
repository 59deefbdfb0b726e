#pragma once
#include <array>
#include <csignal>

namespace parley::chat_service {

/// While it lives, the first SIGINT, SIGTERM or SIGHUP asks a command to end instead of ending the process; a
/// second one of the same kind ends it at once. What was ignored stays ignored. One at a time, on the main
/// thread.
class Interruption {
 public:
  Interruption();
  ~Interruption();
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;

  bool is_asked_for() const;
  /// As a shell says it: 128 and the number of the signal.
  int exit_code() const;

 private:
  static constexpr std::array kSignals{SIGINT, SIGTERM, SIGHUP};
  std::array<struct sigaction, kSignals.size()> before_{};
};

}  // namespace parley::chat_service
