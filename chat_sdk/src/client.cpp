#include <parley/client.hpp>

#include "chat_sdk/src/io/client_runtime.hpp"
#include "chat_sdk/src/io/closed_client.hpp"
#include "common/protocol/conversations/direct_name.hpp"

namespace parley {
namespace {

std::vector<Channel> of_kind(const std::vector<Channel>& channels, ChannelKind kind) {
  std::vector<Channel> matching;
  for (const auto& channel : channels)
    if (channel.state()->kind == kind) matching.push_back(channel);
  return matching;
}

void start_on(const std::weak_ptr<detail::ClientRuntime>& weak,
              void (detail::ClientRuntime::*operation)(Completion<void>), Completion<void> done) {
  const auto runtime = weak.lock();
  runtime ? (runtime.get()->*operation)(std::move(done)) : detail::complete_as_closed<void>(std::move(done));
}

}  // namespace

Client::Client(Runtime& runtime, ClientOptions options) : Client(runtime.executor(), std::move(options)) {}

Client::Client(boost::asio::any_io_executor executor, ClientOptions options)
    : runtime_(detail::ClientRuntime::make({detail::io_executor(executor), executor}, std::move(options))) {}

Client::~Client() { detail::ClientRuntime::end(std::move(runtime_)); }

Subscription Client::on_event(EventHandler handler) { return runtime_->on_event(std::move(handler)); }

ConnectionStatus Client::status() const { return runtime_->status(); }
std::string Client::identity() const { return runtime_->identity(); }

void Client::reconnect_now() { runtime_->tell_connection(&detail::Connection::reconnect_now); }
void Client::network_changed() { runtime_->tell_connection(&detail::Connection::network_changed); }
void Client::refresh_token_now() { runtime_->tell_connection(&detail::Connection::refresh_token); }

std::vector<Channel> Client::channels() const { return *runtime_->channels().load(); }
std::vector<Channel> Client::group_channels() const { return of_kind(channels(), ChannelKind::group); }
std::vector<Channel> Client::direct_channels() const { return of_kind(channels(), ChannelKind::direct); }

UnreadTotal Client::unread() const {
  UnreadTotal total;
  for (const auto& channel : *runtime_->channels().load()) {
    const auto state = channel.state();
    const Unread& unread = state->unread;
    (state->muted ? total.muted : total.count) += unread.count;
    total.channels += !state->muted && unread.count > 0 ? 1 : 0;
    total.exact = total.exact && unread.exact;
  }
  return total;
}

Channel Client::current_channel() const { return runtime_->channels().current(); }

void Client::connect(const WeakRuntime& runtime, Completion<void> done) {
  start_on(runtime, &detail::ClientRuntime::connect, std::move(done));
}

void Client::close(const WeakRuntime& runtime, Completion<void> done) {
  start_on(runtime, &detail::ClientRuntime::close, std::move(done));
}

void Client::forget(const WeakRuntime& runtime, Completion<void> done) {
  start_on(runtime, &detail::ClientRuntime::forget, std::move(done));
}

std::string direct_channel_name(std::string_view a, std::string_view b) {
  return conversations::direct_name(a, b);
}

}  // namespace parley
