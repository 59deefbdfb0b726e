#pragma once
#include <atomic>
#include <memory>

#include <parley/channel_state.hpp>

namespace parley::detail {

/// Where a channel's newest snapshot is found. Written by the engine only, read by any thread.
class ChannelSlot {
 public:
  std::shared_ptr<const ChannelState> load() const { return state_.load(); }
  void store(ChannelState state) { state_.store(std::make_shared<const ChannelState>(std::move(state))); }

 private:
  std::atomic<std::shared_ptr<const ChannelState>> state_{std::make_shared<const ChannelState>()};
};

}  // namespace parley::detail
