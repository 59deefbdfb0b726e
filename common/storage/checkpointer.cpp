#include "common/storage/checkpointer.hpp"

#include <sqlite3.h>

namespace parley::storage {

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

void Checkpointer::work() {
  while (wait()) {
    run_once(path_);
    finished_ = true;
    busy_ = false;
  }
}

bool Checkpointer::wait() {
  std::unique_lock lock(mutex_);
  woken_.wait(lock, [this] { return wanted_ || ended_; });
  wanted_ = false;
  return !ended_;
}

void Checkpointer::run_once(const std::string& path) {
  sqlite3* handle = nullptr;
  constexpr int kFlags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
  // Not closed by a checkpoint of its own: the owner's connection is still open.
  // A connection that has not read yet does not know of the log, and would find nothing to do.
  if (sqlite3_open_v2(path.c_str(), &handle, kFlags, nullptr) == SQLITE_OK &&
      sqlite3_exec(handle, "PRAGMA schema_version", nullptr, nullptr, nullptr) == SQLITE_OK)
    sqlite3_wal_checkpoint_v2(handle, nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  sqlite3_close(handle);
}

}  // namespace parley::storage
