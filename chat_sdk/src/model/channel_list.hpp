#pragma once
#include <memory>
#include <vector>

#include <parley/channel.hpp>

#include "chat_sdk/src/model/snapshot.hpp"

namespace parley::detail {

/// The joined channels for any thread to read; written by the engine only.
class ChannelList {
 public:
  using Channels = std::vector<Channel>;

  std::shared_ptr<const Channels> load() const { return channels_.load(); }
  Channel current() const { return *current_.load(); }

  void add(const Channel& channel);
  void remove(const Channel& channel);
  void set_current(const Channel& channel) { current_.store(channel); }

 private:
  Snapshot<Channels> channels_;
  Snapshot<Channel> current_;
};

}  // namespace parley::detail
