#include "chat_sdk/src/io/user_gate.hpp"

#include <algorithm>
#include <utility>

namespace parley::detail {

bool UserGate::enter(const std::function<void()>& use) {
  const std::lock_guard lock(mutex_);
  if (closed_) return false;
  use();
  give_back(std::exchange(borrowed_, {}));
  return true;
}

// The user's destructors run without the mutex.
void UserGate::close() {
  std::map<ReaderId, std::shared_ptr<FileReader>> readers;
  std::vector<Thing> returned;
  const std::lock_guard lock(mutex_);
  closed_ = true;
  readers.swap(readers_);
  returned = returned_->take();
}

UserGate::ReaderId UserGate::keep(std::unique_ptr<FileReader> reader) {
  readers_.emplace(++last_, std::move(reader));
  return last_;
}

void UserGate::drop(ReaderId id) {
  const std::lock_guard lock(mutex_);
  auto reader = readers_.extract(id);
  if (!reader.empty()) give_back({std::move(reader.mapped())});
}

// Within the mutex, so that close() misses nothing.
void UserGate::give_back(std::vector<Thing> things) {
  if (things.empty() || !returned_->add(std::move(things))) return;
  post_([returned = returned_] { const auto ended = returned->take(); });
}

// What is there already is let go of within the mutex, so this is never the last of it.
bool UserGate::Returned::add(std::vector<Thing> more) {
  const std::lock_guard lock(mutex);
  const bool first = things.empty();
  for (Thing& thing : more)
    if (std::find(things.begin(), things.end(), thing) == things.end())
      things.push_back(std::move(thing));
    else
      thing.reset();
  return first;
}

std::vector<UserGate::Thing> UserGate::Returned::take() {
  const std::lock_guard lock(mutex);
  return std::exchange(things, {});
}

}  // namespace parley::detail
