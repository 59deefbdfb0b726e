#include "chat_service/program/interruption.hpp"

namespace parley::chat_service {
namespace {

constexpr int kSignalled = 128;

volatile std::sig_atomic_t came = 0;

}  // namespace

// `nohup` and jobs in the background rely on what they ignore. Without SA_RESTART a command that waits for a
// pipe is woken.
Interruption::Interruption() {
  came = 0;
  struct sigaction ask {};
  ask.sa_handler = [](int number) { came = number; };
  ask.sa_flags = static_cast<int>(SA_RESETHAND);
  for (std::size_t i = 0; i < kSignals.size(); ++i) {
    ::sigaction(kSignals[i], nullptr, &before_[i]);
    if (before_[i].sa_handler != SIG_IGN) ::sigaction(kSignals[i], &ask, nullptr);
  }
}

Interruption::~Interruption() {
  for (std::size_t i = 0; i < kSignals.size(); ++i) ::sigaction(kSignals[i], &before_[i], nullptr);
}

bool Interruption::is_asked_for() const { return came != 0; }

int Interruption::exit_code() const { return kSignalled + came; }

}  // namespace parley::chat_service
