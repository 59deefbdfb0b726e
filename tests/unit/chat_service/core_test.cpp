#include "chat_service/core.hpp"

#include <gtest/gtest.h>

#include <map>

#include "tests/support/core_driver.hpp"

namespace parley::chat_service {
namespace {

using testing::CoreDriver;
using testing::TestClient;

TEST(Core, ConfigurationNamesEverythingAClientNeeds) {
  CoreDriver driver;
  TestClient alice(driver, "alice");
  const auto reply = alice.get("/Client/v2/Configuration");
  ASSERT_EQ(reply.status, 200);
  const auto& body = reply.body;
  EXPECT_EQ(body["identity"], "alice");
  const std::string chat = "http://chat.test:4010/Client/v2/Services/" + std::string(testing::kServiceSid);
  const std::string user = body["user_sid"];
  EXPECT_EQ(body["links"]["conversations"], chat + "/Conversations");
  EXPECT_EQ(body["links"]["my_conversations"], chat + "/Users/" + user + "/Conversations");
  EXPECT_EQ(body["links"]["messages_receipts"], chat + "/Conversations/%s/Messages/%s/Receipts");
  EXPECT_FALSE(body["links"]["media_service"].get<std::string>().empty());
  EXPECT_EQ(body["sync_objects"]["my_user_info"], user + ".info");
  EXPECT_EQ(body["options"]["http_cache_interval"], "PT0S");
  EXPECT_EQ(body["options"]["media_attachments_count_limit"], 10);
  EXPECT_EQ(body["options"]["media_attachment_size_limit_in_mb"], 150);
  EXPECT_TRUE(body["options"]["email_bodies_allowed_mime_types"].is_array());
  auto legacy = alice.get("/Client/v1/Configuration").body;
  EXPECT_NE(legacy["links"]["my_conversations"], body["links"]["my_conversations"]) << "a longer list";
  legacy["links"]["my_conversations"] = body["links"]["my_conversations"];
  EXPECT_EQ(legacy, body) << "the legacy client's path";
}

TEST(Core, TemplatesEndWithANullToken) {
  CoreDriver driver;
  TestClient alice(driver, "alice");
  const auto reply = alice.get("/Client/v2/ContentTemplates", {{"PageSize", "100"}});
  EXPECT_EQ(reply.status, 200);
  EXPECT_TRUE(reply.body["templates"].empty());
  EXPECT_TRUE(reply.body["meta"].contains("next_token"));
  EXPECT_TRUE(reply.body["meta"]["next_token"].is_null());
}

TEST(Core, UnknownRoutesAndMethodsAreRefusedEachInItsWay) {
  CoreDriver driver;
  TestClient alice(driver, "alice");
  struct Case {
    const char* method;
    const char* path;
    int status, code;
  };
  const Case cases[] = {
      {"GET", "/no/such", 404, 20404},
      {"GET", "/", 404, 20404},
      {"GET", "", 404, 20404},
      {"GET", "/Client/v2/Configuration/", 404, 20404},
      {"GET", "/Client/v2/Services/IS00000000000000000000000000000000/Conversations", 404, 20404},
      {"POST", "/Client/v2/Configuration", 405, 20004},
      {"PATCH", "/Client/v2/Configuration", 405, 20004},
      {"PUT", "/v3/Maps/x", 405, 20004},
      {"GET", "/v4/Subscriptions", 405, 20004},
      {"GET", "/v3/Maps/%zz", 400, 20001},
      {"GET", "/v3/Streams/x", 404, 54250},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(std::string(c.method) + " " + c.path);
    http::Request request;
    request.method = c.method;
    request.path = c.path;
    const auto reply = alice.request(request);
    EXPECT_EQ(reply.status, c.status);
    EXPECT_EQ(reply.code(), c.code);
    EXPECT_EQ(reply.body["status"], c.status);
  }
}

TEST(Core, EchoesTheRequestIdOrMakesOne) {
  CoreDriver driver;
  TestClient alice(driver, "alice");
  http::Request request;
  request.path = "/Client/v2/Configuration";
  const auto made = alice.request(request);
  EXPECT_TRUE(http::find_header(made.headers, "twilio-request-id").value_or("").starts_with("RQ"));
  request.headers = {{"Twilio-Request-Id", "RQmine"}};
  EXPECT_EQ(http::find_header(alice.request(request).headers, "twilio-request-id"), "RQmine");
}

TEST(Core, ATokenOfAnotherServiceOrKeyIsRefused) {
  CoreDriver driver;
  token::TokenSpec spec{.identity = "alice"};
  spec.grants.push_back(token::ChatGrant{.service_sid = "IS99999999999999999999999999999999"});
  auto key = testing::test_key();
  const std::string foreign_service = token::mint(key, spec, driver.wall_now()).value();
  key.secret = "another";
  spec.grants = {token::ChatGrant{.service_sid = std::string(testing::kServiceSid)}};
  const std::string foreign_key = token::mint(key, spec, driver.wall_now()).value();
  for (const std::string& token : {foreign_service, foreign_key, std::string("garbage"), std::string()}) {
    SCOPED_TRACE(token);
    const ConnectionId id = driver.open();
    twilsock::Init init;
    init.token = token;
    driver.deliver(id, twilsock::encode({"1", init, "", ""}, twilsock::Writer::client));
    const auto frames = driver.take_frames(id);
    ASSERT_EQ(frames.size(), 1u);
    const auto reply = twilsock::decode(*frames[0]).value();
    EXPECT_EQ(std::get<twilsock::Reply>(reply.body).status.code, 401);
    ASSERT_TRUE(driver.ended(id));
    EXPECT_EQ(driver.ended(id)->code, Errc::denied);
  }
}

TEST(Core, AnUnparsablePacketEndsTheConnection) {
  CoreDriver driver;
  TestClient alice(driver, "alice");
  alice.send_bytes("hello");
  const auto others = alice.take_others();
  ASSERT_EQ(others.size(), 1u);
  EXPECT_EQ(std::get<twilsock::Close>(others[0].body).status->code, 406);
  EXPECT_TRUE(alice.ended());
  alice.get("/Client/v2/Configuration");  // ignored, and no harm
  EXPECT_TRUE(alice.take_notes().empty());
}

TEST(Core, ConnectionsWithOneTokenAreIndependent) {
  CoreDriver driver;
  TestClient first(driver, "alice"), second(driver, "alice");
  EXPECT_EQ(driver.core().connections(), 2u);
  EXPECT_EQ(first.configuration(), second.configuration());
  first.cut();
  EXPECT_EQ(second.get("/Client/v2/Configuration").status, 200);
  EXPECT_EQ(driver.core().connections(), 1u);
}

TEST(Core, ASilentConnectionIsDroppedAfterUnansweredPings) {
  CoreDriver driver;
  const ConnectionId id = driver.open();
  driver.advance(std::chrono::seconds(11));
  ASSERT_TRUE(driver.ended(id)) << "no init";
  EXPECT_EQ(driver.ended(id)->code, Errc::timed_out);
}

TEST(Core, OffloadTellsEverybodyToComeBack) {
  CoreDriver driver;
  TestClient alice(driver, "alice"), bob(driver, "bob");
  driver.core().offload({.reconnect_min_ms = 10, .reconnect_max_ms = 20}, driver.now(), driver.wall_now());
  driver.flush();
  for (TestClient* client : {&alice, &bob}) {
    const auto others = client->take_others();
    ASSERT_EQ(others.size(), 1u);
    EXPECT_EQ(std::get<twilsock::Close>(others[0].body).status->code, 308);
    EXPECT_EQ(twilsock::decode_backoff(others[0].payload)->reconnect_max_ms, 20);
    EXPECT_TRUE(client->ended());
  }
}

// Browsers wait for exactly the least time they are told: that must differ from client to client.
TEST(Core, OffloadSpreadsTheReturnOverTheWholeSpan) {
  CoreDriver driver;
  std::vector<std::unique_ptr<TestClient>> clients;
  for (int i = 0; i < 200; ++i)
    clients.push_back(std::make_unique<TestClient>(driver, "user" + std::to_string(i)));
  driver.core().offload({.reconnect_min_ms = 1000, .reconnect_max_ms = 5000}, driver.now(),
                        driver.wall_now());
  driver.flush();
  std::map<int, int> by_second;
  for (auto& client : clients) {
    const auto backoff = twilsock::decode_backoff(client->take_others().at(0).payload);
    ASSERT_TRUE(backoff);
    EXPECT_GE(backoff->reconnect_min_ms, 1000);
    EXPECT_LE(backoff->reconnect_min_ms, 5000);
    ++by_second[backoff->reconnect_min_ms / 1000];
  }
  EXPECT_EQ(by_second.size(), 4u);
  for (const auto& [second, count] : by_second) EXPECT_LT(count, 100) << second;
}

TEST(Core, AnExpiredTokenEndsTheConnectionWith410) {
  CoreDriver driver;
  TestClient alice(driver, "alice");
  bool closed = false;
  for (int quarter = 0; quarter < 4 * 61 && !closed; ++quarter) {
    driver.advance(std::chrono::seconds(15));
    for (const auto& packet : alice.take_others())
      if (const auto* close = std::get_if<twilsock::Close>(&packet.body)) {
        EXPECT_EQ(close->status->code, 410);
        closed = true;
      }
  }
  EXPECT_TRUE(closed);
}

}  // namespace
}  // namespace parley::chat_service
