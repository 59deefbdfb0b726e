#include "common/net/src/websocket_handshake.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace parley::net::test {
namespace {

using testing::HasSubstr;

http::Request good() {
  return {.path = "/ws",
          .headers = {{"Host", "h"},
                      {"Connection", "keep-alive, Upgrade"},
                      {"Upgrade", "websocket"},
                      {"Sec-WebSocket-Version", "13"},
                      {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="}}};
}

http::Request with(const std::string& name, const std::string& value) {
  auto request = good();
  for (auto& field : request.headers)
    if (field.first == name) field.second = value;
  return request;
}

http::Request without(const std::string& name) {
  auto request = good();
  std::erase_if(request.headers, [&](const auto& field) { return field.first == name; });
  return request;
}

TEST(WebSocketHandshake, AcceptsTheExampleOfTheStandard) {
  const auto answer = answer_handshake(good());
  EXPECT_EQ(answer.status, 101);
  EXPECT_THAT(answer.bytes, testing::StartsWith("HTTP/1.1 101 Switching Protocols\r\n"));
  EXPECT_THAT(answer.bytes, HasSubstr("\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
  EXPECT_THAT(answer.bytes, testing::EndsWith("\r\n\r\n"));
}

TEST(WebSocketHandshake, OffersNoExtensionAndNoSubprotocol) {
  auto request = good();
  request.headers.emplace_back("Sec-WebSocket-Extensions", "permessage-deflate; client_max_window_bits");
  request.headers.emplace_back("Sec-WebSocket-Protocol", "chat");
  const auto answer = answer_handshake(request);
  EXPECT_EQ(answer.status, 101);
  EXPECT_THAT(answer.bytes, testing::Not(HasSubstr("Extensions")));
  EXPECT_THAT(answer.bytes, testing::Not(HasSubstr("Protocol:")));
}

TEST(WebSocketHandshake, KnowsARequestForAWebSocket) {
  EXPECT_TRUE(is_websocket_upgrade(good()));
  EXPECT_TRUE(is_websocket_upgrade(with("Upgrade", "h2c, WebSocket ")));
  EXPECT_FALSE(is_websocket_upgrade(with("Upgrade", "h2c")));
  EXPECT_FALSE(is_websocket_upgrade(with("Upgrade", "websockets")));
  EXPECT_FALSE(is_websocket_upgrade(without("Upgrade")));
}

TEST(WebSocketHandshake, NamesItsVersionToOthers) {
  const auto answer = answer_handshake(with("Sec-WebSocket-Version", "8"));
  EXPECT_EQ(answer.status, 426);
  EXPECT_THAT(answer.bytes, HasSubstr("\r\nSec-WebSocket-Version: 13\r\n"));
}

TEST(WebSocketHandshake, RefusesWhatIsNotWhole) {
  auto post = good();
  post.method = "POST";
  auto old = good();
  old.is_http_1_0 = true;
  for (const auto& request :
       {post, old, without("Connection"), with("Connection", "keep-alive"), without("Sec-WebSocket-Version"),
        without("Sec-WebSocket-Key"), with("Sec-WebSocket-Key", ""), with("Sec-WebSocket-Key", "c2hvcnQ="),
        with("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==="),
        with("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25j*Q=="),
        with("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=a")})
    EXPECT_EQ(answer_handshake(request).status, 400);
}

http::Fields answer_to(const std::string& key) {
  return {{"Upgrade", "WebSocket"}, {"connection", "Upgrade"}, {"Sec-WebSocket-Accept", accept_key(key)}};
}

TEST(WebSocketHandshake, AClientsRequestIsTheOneThatAServerTakes) {
  const std::string key = make_handshake_key();
  EXPECT_EQ(write_handshake("chat.example:8080", "/v3/wsconnect?x=1", key),
            "GET /v3/wsconnect?x=1 HTTP/1.1\r\nHost: chat.example:8080\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " +
                key + "\r\nUser-Agent: parley\r\n\r\n");
  EXPECT_EQ(answer_handshake(with("Sec-WebSocket-Key", key)).status, 101);
  EXPECT_NE(make_handshake_key(), key);
}

TEST(WebSocketHandshake, AClientNamesTheFieldThatIsWrong) {
  const std::string key = "dGhlIHNhbXBsZSBub25jZQ==";
  EXPECT_EQ(find_wrong_field(answer_to(key), key), std::nullopt);
  EXPECT_EQ(find_wrong_field(answer_to("AAAAAAAAAAAAAAAAAAAAAA=="), key), "Sec-WebSocket-Accept");
  for (std::size_t i = 0; i < 3; ++i) {
    auto fields = answer_to(key);
    const std::string name = fields[i].first;
    fields.erase(fields.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_TRUE(http::equal_ignoring_case(find_wrong_field(fields, key).value_or(""), name)) << name;
  }
  for (const char* unasked : {"Sec-WebSocket-Extensions", "Sec-WebSocket-Protocol"}) {
    auto fields = answer_to(key);
    fields.emplace_back(unasked, "permessage-deflate");
    EXPECT_EQ(find_wrong_field(fields, key), unasked);
    fields.back().second = " ";
    EXPECT_EQ(find_wrong_field(fields, key), std::nullopt) << "which some proxies write";
  }
}

}  // namespace
}  // namespace parley::net::test
