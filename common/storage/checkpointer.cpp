#include "common/storage/checkpointer.hpp"

#include <sqlite3.h>

#include <chrono>
#include <utility>

namespace parley::storage {
namespace {

constexpr auto kRest = std::chrono::seconds(1);

}  // namespace

Checkpointer::~Checkpointer() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  woken_.notify_one();
  thread_.join();
}

void Checkpointer::wake() {
  if (busy_.exchange(true)) return;
  {
    const std::lock_guard lock(mutex_);
    wanted_ = true;
  }
  woken_.notify_one();
  if (!thread_.joinable()) thread_ = std::thread([this] { work(); });
}

std::optional<int> Checkpointer::take_finished() {
  const std::lock_guard lock(mutex_);
  return std::exchange(finished_, std::nullopt);
}

void Checkpointer::work() {
  while (wait()) {
    const Run run = run_until_complete();
    {
      const std::lock_guard lock(mutex_);
      finished_ = run.moved;
    }
    busy_ = false;
  }
}

Checkpointer::Run Checkpointer::run_until_complete() {
  Run run = run_once(path_);
  while (!run.complete) {
    held_ = true;
    if (!rest()) break;
    run = run_once(path_);
  }
  held_ = false;
  return run;
}

// False: this is the end.
bool Checkpointer::rest() {
  std::unique_lock lock(mutex_);
  return !woken_.wait_for(lock, kRest, [this] { return ended_; });
}

bool Checkpointer::wait() {
  std::unique_lock lock(mutex_);
  woken_.wait(lock, [this] { return wanted_ || ended_; });
  wanted_ = false;
  return !ended_;
}

Checkpointer::Run Checkpointer::run_once(const std::string& path) {
  sqlite3* handle = nullptr;
  Run run;
  int logged = 0;
  constexpr int kFlags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
  // Not closed by a checkpoint of its own: the owner's connection is still open.
  // A connection that has not read yet does not know of the log, and would find nothing to do.
  if (sqlite3_open_v2(path.c_str(), &handle, kFlags, nullptr) == SQLITE_OK &&
      sqlite3_exec(handle, "PRAGMA schema_version", nullptr, nullptr, nullptr) == SQLITE_OK &&
      sqlite3_wal_checkpoint_v2(handle, nullptr, SQLITE_CHECKPOINT_PASSIVE, &logged, &run.moved) == SQLITE_OK)
    run.complete = run.moved >= logged;
  sqlite3_close(handle);
  return run;
}

}  // namespace parley::storage
