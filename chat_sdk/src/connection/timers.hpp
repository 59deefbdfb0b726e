#pragma once
#include <map>
#include <optional>

#include "chat_sdk/src/connection/context.hpp"

namespace parley::detail {

/// Things to do later, on the engine's time.
class Timers {
 public:
  explicit Timers(Context& context) : context_(context) {}

  TimePoint now() const { return context_.now; }

  /// `then` runs once: with success when the time has come, with the reason if fail_all() came first.
  void after(Duration delay, Done<void> then) { due_.emplace(context_.now + delay, std::move(then)); }

  void on_time() {
    while (!due_.empty() && due_.begin()->first <= context_.now) {
      const auto then = std::move(due_.begin()->second);
      due_.erase(due_.begin());
      then({});
    }
  }

  void fail_all(const Error& reason) {
    const auto due = std::move(due_);
    due_.clear();
    for (const auto& [when, then] : due) then(reason);
  }

  std::optional<TimePoint> next_deadline() const {
    if (due_.empty()) return std::nullopt;
    return due_.begin()->first;
  }

 private:
  Context& context_;
  std::multimap<TimePoint, Done<void>> due_;
};

}  // namespace parley::detail
