#include "token_server/program/password_prompt.hpp"

#include <iostream>
#include <optional>

#ifndef _WIN32
#include <sys/select.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#endif

namespace parley::token_server {
namespace {

constexpr std::size_t kLineBytes = 8 * 1024;

Error refuse(std::string_view expected) {
  return {.code = Errc::invalid_argument, .message = "password: expected " + std::string(expected)};
}

#ifdef _WIN32

// There is no prompt here: a terminal would show what is typed.
Result<std::string> read_line(int) {
  std::string line;
  if (!std::getline(std::cin, line)) return refuse("one line");
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

#else

constexpr std::array kSignals = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP};
volatile std::sig_atomic_t caught = 0;

/// While it lives, kSignals are remembered instead of ending or stopping the program, and come in only where
/// wait_for() says so. Those that are ignored stay ignored (nohup).
class SignalCatcher {
 public:
  SignalCatcher() {
    caught = 0;
    sigset_t ours;
    sigemptyset(&ours);
    struct sigaction remember {};
    remember.sa_handler = [](int number) { caught = number; };
    for (std::size_t i = 0; i < kSignals.size(); ++i) {
      sigaddset(&ours, kSignals[i]);
      sigaction(kSignals[i], nullptr, &actions_[i]);
      if (actions_[i].sa_handler != SIG_IGN) sigaction(kSignals[i], &remember, nullptr);
    }
    pthread_sigmask(SIG_BLOCK, &ours, &mask_);
  }
  ~SignalCatcher() {
    for (std::size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &actions_[i], nullptr);
    pthread_sigmask(SIG_SETMASK, &mask_, nullptr);
  }
  SignalCatcher(const SignalCatcher&) = delete;
  SignalCatcher& operator=(const SignalCatcher&) = delete;

  /// False if a signal came first.
  bool wait_for(int input) const {
    fd_set readable;
    FD_ZERO(&readable);
    FD_SET(input, &readable);
    // Lets signals in only while it waits: none can slip in between a look at `caught` and the wait.
    return pselect(input + 1, &readable, nullptr, nullptr, nullptr, &mask_) == 1;
  }

 private:
  std::array<struct sigaction, kSignals.size()> actions_{};
  sigset_t mask_{};
};

/// Takes the echo away while it lives. What was typed before is thrown away: it was shown.
class SilentTerminal {
 public:
  explicit SilentTerminal(int terminal) : terminal_(terminal) {
    works_ = tcgetattr(terminal_, &before_) == 0;
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO | ECHOE | ECHOK | ECHONL);
    works_ = works_ && tcsetattr(terminal_, TCSAFLUSH, &silent) == 0;
  }
  ~SilentTerminal() {
    if (works_) tcsetattr(terminal_, TCSADRAIN, &before_);
  }
  SilentTerminal(const SilentTerminal&) = delete;
  SilentTerminal& operator=(const SilentTerminal&) = delete;
  bool works() const { return works_; }

 private:
  int terminal_;
  termios before_{};
  bool works_ = false;
};

// Byte by byte: what follows the line belongs to whoever reads next.
template <class Ready>
Result<std::string> read_line_when(int input, Ready ready) {
  std::string line;
  char byte = 0;
  while (line.size() <= kLineBytes) {
    if (!ready()) return Error{.code = Errc::cancelled, .message = "password: a signal came"};
    const auto count = ::read(input, &byte, 1);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0 && line.empty()) return refuse("one line");
    if (count <= 0 || byte == '\n') break;
    line.push_back(byte);
  }
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

Result<std::string> read_line(int input) {
  return read_line_when(input, [] { return true; });
}

Result<std::string> read_silently(int terminal, std::ostream& prompt, const char* question) {
  const SignalCatcher signals;
  const SilentTerminal silent(terminal);
  if (!silent.works()) return refuse("a terminal that can be silenced, or a pipe");
  prompt << question << std::flush;
  auto line = read_line_when(terminal, [&] { return signals.wait_for(terminal); });
  prompt << std::endl;
  return line;
}

// A signal is answered as it would have been, but with the terminal as it was.
Result<std::string> ask(int terminal, std::ostream& prompt, const char* question) {
  for (;;) {
    auto line = read_silently(terminal, prompt, question);
    if (line || line.error().code != Errc::cancelled) return line;
    std::raise(caught);
    if (caught != SIGTSTP) return line;  // after a stop the program goes on here
  }
}

#endif

}  // namespace

Result<std::string> read_new_password(int input, std::ostream& prompt) {
#ifdef _WIN32
  static_cast<void>(prompt);
  return read_line(input);
#else
  if (!isatty(input)) return read_line(input);
  auto password = ask(input, prompt, "Password: ");
  if (!password) return password;
  const auto repeated = ask(input, prompt, "Once more: ");
  if (!repeated) return repeated;
  if (*repeated != *password) return refuse("the same twice");
  return password;
#endif
}

}  // namespace parley::token_server
