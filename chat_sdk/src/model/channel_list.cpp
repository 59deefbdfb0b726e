#include "chat_sdk/src/model/channel_list.hpp"

#include <algorithm>

namespace parley::detail {

void ChannelList::add(const Channel& channel) {
  Channels channels = *channels_.load();
  channels.push_back(channel);
  std::stable_sort(channels.begin(), channels.end(), [](const Channel& a, const Channel& b) {
    return a.state()->created_at < b.state()->created_at;
  });
  channels_.store(std::move(channels));
}

void ChannelList::remove(const Channel& channel) {
  Channels channels = *channels_.load();
  std::erase(channels, channel);
  channels_.store(std::move(channels));
  if (current() == channel) current_.store(Channel());
}

}  // namespace parley::detail
