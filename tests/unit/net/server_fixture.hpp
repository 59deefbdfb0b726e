#pragma once
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "common/net/http_server.hpp"
#include "tests/unit/net/loop.hpp"
#include "tests/unit/net/raw_client.hpp"

namespace parley::net::test {

/// A real server on a port of its own that remembers what it was asked.
class ServerFixture : public ::testing::Test {
 protected:
  void start(HttpServerOptions options = {}) {
    options.listen = {.host = "127.0.0.1"};
    auto handler = [this](const http::Request& request, const std::string& peer, HttpReply reply) {
      on_request(request, peer, std::move(reply));
    };
    server_ = std::make_unique<HttpServer>(loop_.executor(), std::move(options), std::move(handler));
    configure(*server_);
    server_->on_limit([this](ConnectionLimit limit, const std::string& peer) {
      limits_.push_back(std::string(to_string(limit)) + " " + peer);
    });
    const auto address = server_->start();
    ASSERT_TRUE(address) << address.error().to_string();
    address_ = *address;
  }

  virtual void configure(HttpServer&) {}

  virtual void on_request(const http::Request& request, const std::string& peer, HttpReply reply) {
    requests_.push_back(request);
    peers_.push_back(peer);
    if (hold_replies_) return held_.push_back(std::move(reply));
    reply(echo(request));
  }

  static http::Response echo(const http::Request& request) {
    http::Response response;
    response.content_type = "text/plain";
    response.body = request.method + " " + request.path + " [" + request.body + "]";
    return response;
  }

  /// Sends `text` on a new connection and waits until the server has closed it.
  std::string talk_to_end(std::string_view text) {
    RawClient client(loop_, address_);
    client.send(text);
    EXPECT_TRUE(loop_.run_until([&] { return client.ended(); })) << client.received();
    return client.received();
  }

  Loop loop_;
  std::unique_ptr<HttpServer> server_;
  ListenAddress address_;
  std::vector<http::Request> requests_;
  std::vector<std::string> peers_;
  std::vector<std::string> limits_;  ///< that closed a connection, with its address
  bool hold_replies_ = false;
  std::vector<HttpReply> held_;
};

}  // namespace parley::net::test
