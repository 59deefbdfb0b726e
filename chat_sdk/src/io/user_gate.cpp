#include "chat_sdk/src/io/user_gate.hpp"

#include <utility>

namespace parley::detail {

bool UserGate::enter(const std::function<void()>& use) {
  const std::lock_guard lock(mutex_);
  if (closed_) return false;
  use();
  return true;
}

void UserGate::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  readers_.clear();
}

UserGate::ReaderId UserGate::keep(std::unique_ptr<FileReader> reader) {
  readers_.emplace(++last_, std::move(reader));
  return last_;
}

void UserGate::drop(ReaderId id) {
  const std::lock_guard lock(mutex_);
  readers_.erase(id);
}

}  // namespace parley::detail
