#pragma once
#include <optional>

#include "common/net/message_stream.hpp"
#include "tests/unit/net/server_fixture.hpp"

namespace parley::net::test {

/// One end of a WebSocket and all that it was told.
struct Peer {
  std::unique_ptr<MessageStream> stream;
  std::vector<std::string> messages;
  std::vector<Error> closed;
  std::vector<Error> refused;
  int inputs = 0;
  std::string last_words;  // said when something is refused

  void start() {
    stream->start({.on_message = [this](std::string_view bytes) { messages.emplace_back(bytes); },
                   .on_closed = [this](Error reason) { closed.push_back(std::move(reason)); },
                   .on_refused =
                       [this](const Error& reason) {
                         refused.push_back(reason);
                         if (!last_words.empty()) send(last_words);
                       },
                   .on_input = [this] { ++inputs; }});
  }
  void send(std::string text) { stream->send(std::make_shared<const std::string>(std::move(text))); }
};

/// A server that accepts WebSockets on /ws and refuses them with 404 elsewhere.
class StreamFixture : public ServerFixture {
 protected:
  void configure(HttpServer& server) override {
    auto check = [](const http::Request& request, const std::string&) -> std::optional<http::Response> {
      if (request.path == "/ws") return std::nullopt;
      http::Response refusal;
      refusal.status = 404;
      refusal.body = "{}";
      return refusal;
    };
    auto accept = [this](std::unique_ptr<MessageStream> stream) {
      server_peers_.push_back(std::make_unique<Peer>());
      server_peers_.back()->stream = std::move(stream);
      if (start_server_peers_) server_peers_.back()->start();
    };
    server.on_upgrade(std::move(check), std::move(accept));
  }

  DialOptions dial_options(const std::string& path = "/ws", const std::string& scheme = "ws") const {
    return {.url = {.scheme = scheme, .host = address_.host, .port = address_.port, .target = path}};
  }

  /// The outcome of a dial.
  Result<std::unique_ptr<MessageStream>> dial(DialOptions options) {
    std::optional<Result<std::unique_ptr<MessageStream>>> outcome;
    const auto pending = dial_websocket(loop_.executor(), std::move(options),
                                        [&](auto result) { outcome.emplace(std::move(result)); });
    EXPECT_FALSE(outcome) << "inside the call";
    if (!loop_.run_until([&] { return outcome.has_value(); }))
      return Error{.message = "the dial never ended"};
    return std::move(*outcome);
  }

  /// Dials and starts both ends.
  void connect(DialOptions options) {
    auto stream = dial(std::move(options));
    ASSERT_TRUE(stream) << stream.error().to_string();
    client_.stream = std::move(*stream);
    client_.start();
    ASSERT_TRUE(loop_.run_until([&] { return !server_peers_.empty(); }));
  }
  void connect() { connect(dial_options()); }

  Peer& server_peer() { return *server_peers_.back(); }

  Peer client_;
  std::vector<std::unique_ptr<Peer>> server_peers_;
  bool start_server_peers_ = true;
};

}  // namespace parley::net::test
