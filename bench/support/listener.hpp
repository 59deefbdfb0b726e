#pragma once
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include <parley/parley.hpp>

#include "bench/support/wire.hpp"

namespace parley::bench {

/// Hears every message of a client once and in order; anything else ends the program. From a channel's first
/// message on.
class Listener {
 public:
  explicit Listener(Client& client)
      : events_(client.on_event([this](const Event& event) { on_event(event); })) {}

  /// Waits until so many were heard.
  void wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    wanted_ = count;
    enough_.wait(lock, [&] { return heard_ >= count; });
  }

 private:
  void on_event(const Event& event) {
    const auto* added = std::get_if<MessageAdded>(&event);
    if (!added) return;
    const std::lock_guard lock(mutex_);
    if (added->message.index != next_[added->channel.sid()]++)
      fail("a message is missing, or was told twice: " + std::to_string(added->message.index));
    if (++heard_ == wanted_) enough_.notify_all();  // a thread woken by each would be measured as well
  }

  std::mutex mutex_;
  std::condition_variable enough_;
  std::size_t heard_ = 0, wanted_ = 0;
  std::map<std::string, std::int64_t> next_;  // index by channel SID
  Subscription events_;
};

}  // namespace parley::bench
