#include "chat_service/program/interruption.hpp"

#include <unistd.h>

#include <cerrno>

namespace parley::chat_service {
namespace {

constexpr int kSignalled = 128;

volatile std::sig_atomic_t came = 0;
volatile std::sig_atomic_t ended_input = -1;  ///< the end of a pipe that nobody writes to

// A read that waits is woken, and one that begins just after the signal finds the end of the input.
void ask(int number) {
  const int before = errno;
  came = number;
  static_cast<void>(::dup2(ended_input, STDIN_FILENO));
  errno = before;
}

int open_ended_input() {
  int ends[2] = {-1, -1};
  if (::pipe(ends) != 0) return -1;
  ::close(ends[1]);
  return ends[0];
}

}  // namespace

// `nohup` and jobs in the background rely on what they ignore. Without SA_RESTART a command that waits for a
// pipe is woken.
Interruption::Interruption() {
  came = 0;
  ended_input = open_ended_input();
  struct sigaction action {};
  action.sa_handler = ask;
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  for (std::size_t i = 0; i < kSignals.size(); ++i) {
    ::sigaction(kSignals[i], nullptr, &before_[i]);
    if (before_[i].sa_handler != SIG_IGN) ::sigaction(kSignals[i], &action, nullptr);
  }
}

Interruption::~Interruption() {
  for (std::size_t i = 0; i < kSignals.size(); ++i) ::sigaction(kSignals[i], &before_[i], nullptr);
  ::close(ended_input);
}

bool Interruption::is_asked_for() const { return came != 0; }

int Interruption::exit_code() const { return kSignalled + came; }

}  // namespace parley::chat_service
