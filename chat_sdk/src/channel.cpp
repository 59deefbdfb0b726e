#include <parley/channel.hpp>

#include "chat_sdk/src/io/client_runtime.hpp"
#include "chat_sdk/src/io/closed_client.hpp"
#include "chat_sdk/src/model/channel_slot.hpp"

namespace parley {

Channel::Channel() : slot_(std::make_shared<detail::ChannelSlot>()) {}

Channel::Channel(std::shared_ptr<detail::ChannelSlot> slot, std::weak_ptr<detail::ClientRuntime> runtime)
    : slot_(std::move(slot)), runtime_(std::move(runtime)) {}

std::shared_ptr<const ChannelState> Channel::state() const { return slot_->load(); }

void Channel::send_message(NewMessage message, Completion<Message> done) const {
  const auto runtime = runtime_.lock();
  if (!runtime) return detail::complete_as_closed<Message>(std::move(done));
  runtime->send_message(sid(), std::move(message), std::move(done));
}

void Channel::media_url(std::string sid, Completion<std::string> done) const {
  const auto runtime = runtime_.lock();
  if (!runtime) return detail::complete_as_closed<std::string>(std::move(done));
  runtime->media_url(std::move(sid), std::move(done));
}

void Channel::download(Download download, Completion<std::uint64_t> done) const {
  const auto runtime = runtime_.lock();
  if (!runtime) return detail::complete_as_closed<std::uint64_t>(std::move(done));
  runtime->download(std::move(download), std::move(done));
}

}  // namespace parley
