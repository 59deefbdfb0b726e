#include "chat_sdk/src/model/channel_list.hpp"

namespace parley::detail {

std::shared_ptr<const ChannelList::Channels> ChannelList::load() const {
  const std::lock_guard lock(mutex_);
  if (!copy_) {
    Channels channels;
    channels.reserve(channels_.size());
    for (const auto& [key, channel] : channels_) channels.push_back(channel);
    copy_ = std::make_shared<const Channels>(std::move(channels));
  }
  return copy_;
}

Channel ChannelList::current() const {
  const std::lock_guard lock(mutex_);
  return current_;
}

void ChannelList::add(const Channel& channel) {
  const auto state = channel.state();
  const std::lock_guard lock(mutex_);
  if (!created_at_.emplace(state->sid, state->created_at).second) return;
  channels_.emplace(std::pair(state->created_at, state->sid), channel);
  copy_.reset();
}

void ChannelList::remove(const Channel& channel) {
  const std::string sid = channel.sid();
  const std::lock_guard lock(mutex_);
  if (current_ == channel) current_ = Channel();
  const auto created_at = created_at_.extract(sid);
  if (!created_at) return;
  channels_.erase({created_at.mapped(), sid});
  copy_.reset();
}

void ChannelList::set_current(const Channel& channel) {
  const std::lock_guard lock(mutex_);
  current_ = channel;
}

}  // namespace parley::detail
