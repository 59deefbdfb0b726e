// A chat service inside the test: no process, no port to choose, nothing on the disk.
#include <gtest/gtest.h>

#include <boost/asio/use_future.hpp>
#include <chat_service/service.hpp>
#include <common/protocol/token/access_token.hpp>
#include <future>
#include <parley/parley.hpp>

namespace {

using boost::asio::use_future;

class ChatTest : public ::testing::Test {
 protected:
  ChatTest() : service_(options()) { service_.start().value(); }

  static parley::token::ApiKey key() {
    return {"AC00000000000000000000000000000001", "SK00000000000000000000000000000002", "secret of the test"};
  }
  static constexpr const char* kService = "IS00000000000000000000000000000003";

  static parley::ServiceOptions options() {
    parley::ServiceOptions options;
    options.tenants.push_back(
        {.account_sid = key().account_sid, .service_sid = kService, .keys = parley::token::KeyRing(key())});
    return options;
  }

  parley::ClientOptions client_options(const std::string& identity) const {
    parley::token::TokenSpec spec;
    spec.identity = identity;
    spec.grants = {parley::token::ChatGrant{.service_sid = kService}};
    parley::ClientOptions options;
    options.endpoint = parley::Endpoint::service(service_.url());
    options.tokens =
        parley::fixed_token(parley::token::mint(key(), spec, std::chrono::system_clock::now()).value());
    return options;
  }

  parley::Service service_;
  parley::Runtime runtime_;
};

TEST_F(ChatTest, WhatAliceSaysReachesBob) {
  parley::Client alice(runtime_, client_options("alice")), bob(runtime_, client_options("bob"));
  std::promise<std::string> heard;
  const auto events = bob.on_event([&](const parley::Event& event) {
    if (const auto* added = std::get_if<parley::MessageAdded>(&event)) heard.set_value(added->message.text);
  });
  alice.async_connect(use_future).get().value();
  bob.async_connect(use_future).get().value();

  const auto lobby = alice.async_create_group_channel("lobby", use_future).get().value();
  bob.async_join_channel("lobby", use_future).get().value();
  lobby.async_send_message("hello", use_future).get().value();
  EXPECT_EQ(heard.get_future().get(), "hello");

  alice.async_close(use_future).get().value();
  bob.async_close(use_future).get().value();
}

}  // namespace
