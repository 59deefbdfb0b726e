#include <gtest/gtest.h>

#include <set>

#include "common/base/limits.hpp"
#include "common/storage/database.hpp"
#include "tests/support/core_driver.hpp"

namespace parley::chat_service {
namespace {

using sync::ObjectType;
using testing::CoreDriver;
using testing::TestClient;

class Users : public ::testing::Test {
 protected:
  json::Value info(TestClient& asker, TestClient& user, const std::string& key) {
    const auto map = asker.get("/v3/Maps/" + user.sync_name("my_user_info"), {{"Include", "items"}}).body;
    for (const auto& item : map["items"])
      if (item["key"] == key) return item["data"];
    return nullptr;
  }

  CoreDriver driver_;
  TestClient alice_{driver_, "alice"};
  TestClient bob_{driver_, "bob+tag@example.com '\"<>"};
};

TEST_F(Users, ANewUserHasAllThreeItemsOfItsMap) {
  EXPECT_EQ(info(alice_, alice_, "friendlyName")["value"], "alice");
  EXPECT_EQ(info(alice_, alice_, "attributes")["value"], "{}");
  EXPECT_EQ(info(alice_, alice_, "reachability"), (json::Value{{"online", true}, {"notifiable", false}}));
}

TEST_F(Users, AreFoundByTheirEncodedIdentity) {
  const auto reply = alice_.get(alice_.link("users") + "/bob%2Btag%40example.com%20'%22%3C%3E");
  ASSERT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body["identity"], bob_.identity());
  EXPECT_EQ(reply.body["sync_objects"]["user_info_map"], bob_.sync_name("my_user_info"));
  EXPECT_EQ(reply.body["is_online"], true);
  EXPECT_EQ(alice_.get(reply.body["url"].get<std::string>()).body, reply.body);
  EXPECT_EQ(alice_.get(alice_.link("users") + "/nobody").code(), 50200);
}

TEST_F(Users, ChangesReachTheWatchersOfTheMap) {
  alice_.watch(ObjectType::map, bob_.sync_name("my_user_info"));
  alice_.take_notes();
  const auto reply = bob_.post(bob_.configuration()["links"]["current_user"].get<std::string>(),
                               {{"friendly_name", "Böb"}, {"attributes", R"({"avatar":"x"})"}});
  ASSERT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body["friendly_name"], "Böb");
  const auto events = alice_.take_events();
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0].item_key, "friendlyName");
  EXPECT_EQ(events[0].data, R"({"value":"Böb"})");
  EXPECT_EQ(events[1].item_key, "attributes");
}

TEST_F(Users, OnlyOneselfMayChange) {
  EXPECT_EQ(
      bob_.post(alice_.configuration()["links"]["current_user"].get<std::string>(), {{"friendly_name", "x"}})
          .code(),
      50107);
}

TEST_F(Users, AReconnectWithinTheGraceIsNotToldAndAnAbsenceIs) {
  alice_.watch(ObjectType::map, bob_.sync_name("my_user_info"));
  alice_.take_notes();
  bob_.cut();
  driver_.advance(std::chrono::milliseconds(299));
  bob_.reconnect();
  driver_.advance(std::chrono::seconds(1));
  EXPECT_TRUE(alice_.take_events().empty());
  bob_.cut();
  driver_.advance(std::chrono::milliseconds(300));
  const auto gone = alice_.take_events();
  ASSERT_EQ(gone.size(), 1u);
  EXPECT_EQ(gone[0].data, R"({"online":false,"notifiable":false})");
  bob_.reconnect();
  EXPECT_EQ(alice_.take_events().at(0).data, R"({"online":true,"notifiable":false})");
}

TEST_F(Users, TwoDevicesAreOneUser) {
  alice_.watch(ObjectType::map, bob_.sync_name("my_user_info"));
  TestClient second(driver_, bob_.identity());
  alice_.take_notes();
  bob_.cut();
  driver_.advance(std::chrono::seconds(1));
  EXPECT_TRUE(alice_.take_events().empty()) << "the other device is still there";
}

TEST_F(Users, PushRegistrationsMakeNotifiable) {
  alice_.watch(ObjectType::map, bob_.sync_name("my_user_info"));
  alice_.take_notes();
  const json::Value registration{{"endpoint_platform", "web"},
                                 {"channel_type", "fcm"},
                                 {"version", "3"},
                                 {"message_types", json::Value::array()},
                                 {"data", {{"registration_id", "device-1"}}}};
  const auto made = bob_.post("/v1/registrations", registration);
  ASSERT_EQ(made.status, 201);
  const std::string id = made.body["id"];
  EXPECT_EQ(made.body["data"]["registration_id"], "device-1");
  EXPECT_EQ(alice_.take_events().at(0).data, R"({"online":true,"notifiable":true})");
  EXPECT_EQ(bob_.post("/v1/registrations", registration).status, 201) << "the same device again";
  EXPECT_EQ(alice_.get(alice_.link("users") + "/bob%2Btag%40example.com%20'%22%3C%3E").body["is_notifiable"],
            true);
  http::Request request;
  request.method = "DELETE";
  request.path = "/v1/registrations";
  request.body = R"({"binding_type":"fcm","address":"device-1"})";
  EXPECT_EQ(bob_.request(request).status, 204);
  EXPECT_EQ(bob_.remove("/v1/registrations/" + id).status, 204) << "already gone";
  EXPECT_EQ(info(alice_, bob_, "reachability")["notifiable"], false);
}

TEST_F(Users, APushRegistrationIsBounded) {
  const auto of_size = [](std::size_t bytes) {
    json::Value body{{"channel_type", "fcm"}, {"data", {{"registration_id", ""}}}};
    const std::size_t empty = json::dump(body).size();
    body["data"]["registration_id"] = std::string(bytes - empty, 'x');
    return body;
  };
  EXPECT_EQ(bob_.post("/v1/registrations", of_size(limits::kRegistrationBytes)).status, 201);
  const auto refused = bob_.post("/v1/registrations", of_size(limits::kRegistrationBytes + 1));
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(refused.code(), 20001);
  EXPECT_NE(refused.body["message"].get<std::string>().find("16384"), std::string::npos);
}

TEST_F(Users, KeepOnlyTheirNewestPushRegistrations) {
  alice_.post("/v1/registrations", {{"channel_type", "fcm"}, {"data", {{"registration_id", "a"}}}});
  for (int i = 0; i < 25; ++i) {
    const json::Value data{{"registration_id", std::to_string(i)}};
    ASSERT_EQ(bob_.post("/v1/registrations", {{"channel_type", "fcm"}, {"data", data}}).status, 201);
    driver_.advance(std::chrono::seconds(1));
  }
  std::set<std::string> kept;
  auto rows = driver_.database().query("SELECT address FROM registrations");
  while (rows.next()) kept.insert(rows.text(0));
  std::set<std::string> wanted{"a"};
  for (int i = 5; i < 25; ++i) wanted.insert(std::to_string(i));
  EXPECT_EQ(kept, wanted);
}

}  // namespace
}  // namespace parley::chat_service
