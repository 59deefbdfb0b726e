#pragma once
#include <atomic>
#include <memory>
#include <vector>

#include <parley/channel.hpp>

namespace parley::detail {

/// The joined channels for any thread to read; written by the engine only.
class ChannelList {
 public:
  using Channels = std::vector<Channel>;

  std::shared_ptr<const Channels> load() const { return channels_.load(); }
  Channel current() const {
    const auto channel = current_.load();
    return channel ? *channel : Channel();
  }

  void add(const Channel& channel);
  void remove(const Channel& channel);
  void set_current(const Channel& channel) { current_.store(std::make_shared<const Channel>(channel)); }

 private:
  std::atomic<std::shared_ptr<const Channels>> channels_{std::make_shared<const Channels>()};
  std::atomic<std::shared_ptr<const Channel>> current_;
};

}  // namespace parley::detail
