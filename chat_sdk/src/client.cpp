#include <parley/client.hpp>

#include "chat_sdk/src/io/client_runtime.hpp"
#include "common/protocol/conversations/direct_name.hpp"

namespace parley {
namespace {

std::vector<Channel> of_kind(const std::vector<Channel>& channels, ChannelKind kind) {
  std::vector<Channel> matching;
  for (const auto& channel : channels)
    if (channel.state()->kind == kind) matching.push_back(channel);
  return matching;
}

}  // namespace

Client::Client(Runtime& runtime, ClientOptions options) : Client(runtime.executor(), std::move(options)) {}

Client::Client(boost::asio::any_io_executor executor, ClientOptions options)
    : runtime_(detail::ClientRuntime::make(std::move(executor), std::move(options))) {}

Client::~Client() { runtime_->shut_down(); }

Subscription Client::on_event(EventHandler handler) { return runtime_->on_event(std::move(handler)); }

ConnectionStatus Client::status() const { return runtime_->status(); }
std::string Client::identity() const { return runtime_->identity(); }

std::vector<Channel> Client::channels() const { return *runtime_->channels().load(); }
std::vector<Channel> Client::group_channels() const { return of_kind(channels(), ChannelKind::group); }
std::vector<Channel> Client::private_channels() const { return of_kind(channels(), ChannelKind::private_); }
Channel Client::current_channel() const { return runtime_->channels().current(); }

void Client::connect(detail::ClientRuntime& runtime, Completion<void> done) {
  runtime.connect(std::move(done));
}
void Client::close(detail::ClientRuntime& runtime, Completion<void> done) { runtime.close(std::move(done)); }

void Client::create_group_channel(detail::ClientRuntime& runtime, NewGroupChannel channel,
                                  Completion<Channel> done) {
  runtime.operate<Channel>(std::move(done), [channel = std::move(channel)](auto& engine, auto finish) {
    engine.operations().create_group_channel(channel, finish);
  });
}

void Client::create_private_channel(detail::ClientRuntime& runtime, std::string peer, std::string description,
                                    Completion<Channel> done) {
  runtime.operate<Channel>(std::move(done), [peer = std::move(peer), description = std::move(description)](
                                                auto& engine, auto finish) {
    engine.private_channels().create(peer, description, finish);
  });
}

void Client::join_channel(detail::ClientRuntime& runtime, std::string name, Completion<Channel> done) {
  runtime.operate<Channel>(std::move(done), [name = std::move(name)](auto& engine, auto finish) {
    engine.operations().join_channel(name, finish);
  });
}

void Client::find_channel(detail::ClientRuntime& runtime, std::string sid_or_name, Completion<Channel> done) {
  runtime.operate<Channel>(std::move(done), [name = std::move(sid_or_name)](auto& engine, auto finish) {
    engine.operations().find_channel(name, finish);
  });
}

void Client::block(detail::ClientRuntime& runtime, std::string identity, Completion<void> done) {
  runtime.operate<void>(std::move(done), [identity = std::move(identity)](auto& engine, auto finish) {
    engine.operations().block(identity, finish);
  });
}

void Client::unblock(detail::ClientRuntime& runtime, std::string identity, Completion<void> done) {
  runtime.operate<void>(std::move(done), [identity = std::move(identity)](auto& engine, auto finish) {
    engine.operations().unblock(identity, finish);
  });
}

void Client::blocked(detail::ClientRuntime& runtime, Completion<std::vector<std::string>> done) {
  runtime.operate<std::vector<std::string>>(
      std::move(done), [](auto& engine, auto finish) { engine.operations().blocked(finish); });
}

std::string private_channel_name(std::string_view a, std::string_view b) {
  return conversations::direct_name(a, b);
}

}  // namespace parley
