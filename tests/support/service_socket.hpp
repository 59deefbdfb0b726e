#pragma once
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/net/message_stream.hpp"
#include "common/protocol/twilsock/packet.hpp"
#include "tests/support/api_caller.hpp"
#include "tests/unit/net/loop.hpp"

namespace parley::testing {

/// A WebSocket to a running service, with everything it received.
class ServiceSocket {
 public:
  ServiceSocket(net::test::Loop& loop, const std::string& url) : loop_(loop) {
    net::DialOptions dial{.url = net::parse_url(url).value(), .tls = {}};
    dial_ = net::dial_websocket(loop.executor(), std::move(dial), [this](auto stream) {
      if (stream) take(std::move(*stream));
    });
    loop.run_until([this] { return stream_ != nullptr; });
  }

  void send(const twilsock::Packet& packet) { send_raw(twilsock::encode(packet, twilsock::Writer::client)); }
  void send_raw(std::string bytes) { stream_->send(std::make_shared<const std::string>(std::move(bytes))); }
  void init(const std::string& identity, const Ticket& ticket = {}) {
    init_with(ticket.token_for(identity, system_clock().wall_now()));
  }
  void init_with(const std::string& token) {
    twilsock::Init init;
    init.token = token;
    send({"init", std::move(init), "", ""});
  }
  /// The next packet, or a failure.
  twilsock::Packet receive() {
    const std::size_t wanted = taken_ + 1;
    EXPECT_TRUE(loop_.run_until([&] { return packets_.size() >= wanted || closed_; }));
    if (packets_.size() < wanted) return {};
    return packets_[taken_++];
  }
  bool closes() {
    return loop_.run_until([this] { return closed_; });
  }

 private:
  void take(std::unique_ptr<net::MessageStream> stream) {
    stream_ = std::move(stream);
    stream_->start({[this](std::string_view bytes) { packets_.push_back(twilsock::decode(bytes).value()); },
                    [this](const Error&) { closed_ = true; }});
  }

  net::test::Loop& loop_;
  std::unique_ptr<net::Dial> dial_;
  std::unique_ptr<net::MessageStream> stream_;
  std::vector<twilsock::Packet> packets_;
  std::size_t taken_ = 0;
  bool closed_ = false;
};

/// A client that speaks through one, and looks at nothing but the answers to its requests.
class WireClient : public ApiCaller {
 public:
  WireClient(net::test::Loop& loop, const std::string& url, std::string identity, const Ticket& ticket = {})
      : ApiCaller(std::move(identity)), socket_(loop, url) {
    socket_.init(this->identity(), ticket);
    EXPECT_TRUE(await_reply("init").status.ok());
  }

  Reply request(http::Request request) override {
    const auto id = "TM" + std::to_string(++last_request_);
    socket_.send_raw(encode_request(id, std::move(request)));
    const auto reply = await_reply(id);
    if (!reply.http) return {};
    auto body = json::parse(payload_);
    return {reply.http->status, body ? *body : json::Value(), reply.http->headers};
  }

 private:
  twilsock::Reply await_reply(const std::string& id) {
    while (true) {
      auto packet = socket_.receive();
      if (auto* reply = std::get_if<twilsock::Reply>(&packet.body); reply && packet.id == id) {
        payload_ = std::move(packet.payload);
        return std::move(*reply);
      }
      if (packet.id.empty()) return {.status = {.code = 0}};  // closed, or nothing came
    }
  }

  ServiceSocket socket_;
  std::string payload_;
  int last_request_ = 0;
};

}  // namespace parley::testing
