#pragma once
#include <memory>
#include <mutex>
#include <utility>

namespace parley::detail {

/// The newest immutable T: replaced by one writer, read by any thread. Never null.
///
/// A mutex held for one pointer copy; std::atomic<std::shared_ptr> of g++ 12 does the same with a lock bit
/// whose release the thread sanitizer (rightly) does not find.
template <class T>
class Snapshot {
 public:
  std::shared_ptr<const T> load() const {
    const std::lock_guard lock(mutex_);
    return value_;
  }

  void store(T value) {
    auto next = std::make_shared<const T>(std::move(value));
    const std::lock_guard lock(mutex_);
    value_.swap(next);
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const T> value_ = std::make_shared<const T>();
};

}  // namespace parley::detail
