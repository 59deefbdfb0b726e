#include <gtest/gtest.h>

#include "tests/support/core_driver.hpp"
#include "tests/support/temporary_file.hpp"

namespace parley::chat_service {
namespace {

using sync::ObjectType;
using testing::CoreDriver;
using testing::TestClient;

class Restart : public ::testing::Test {
 protected:
  testing::TemporaryFile file_;
  CoreDriver driver_{{.database = file_.path()}};
};

TEST_F(Restart, EverythingAcknowledgedIsThereAndIdsKeepGrowing) {
  json::Value room;
  {
    TestClient alice(driver_, "alice");
    room = alice.make_room({{"unique_name", "general"}});
    const std::string removed = alice.say(room, "0").body["url"];
    alice.say(room, "1");
    alice.remove(removed);
    alice.post(alice.link("my_conversations") + "/general", {{"last_read_message_index", 1}});
  }
  driver_.restart();
  TestClient alice(driver_, "alice");
  const auto entry = alice.get(alice.link("my_conversations") + "/general").body;
  EXPECT_EQ(entry["sid"], room["sid"]);
  EXPECT_EQ(entry["messages_count"], 1);
  EXPECT_EQ(entry["unread_messages_count"], 0);
  EXPECT_EQ(alice.say(room, "2").body["index"], 2);
  const auto list = alice.get("/v3/Lists/" + room["sync_objects"]["messages"].get<std::string>()).body;
  EXPECT_EQ(list["last_event_id"], 3) << "two added, one removed, one added";
}

TEST_F(Restart, AClientThatWasAwayCatchesUp) {
  std::string list;
  json::Value room;
  {
    TestClient alice(driver_, "alice");
    room = alice.make_room();
    list = alice.get("/v3/Lists/" + room["sync_objects"]["messages"].get<std::string>()).body["sid"];
    alice.say(room, "0");
  }
  driver_.restart();
  TestClient alice(driver_, "alice");
  alice.subscribe({{list, ObjectType::list, -1}});
  EXPECT_EQ(alice.take_events().size(), 1u);
}

TEST_F(Restart, NobodyIsOnlineUntilTheyComeBack) {
  { TestClient bob(driver_, "bob"); }
  driver_.restart();
  TestClient alice(driver_, "alice");
  EXPECT_EQ(alice.get(alice.link("users") + "/bob").body["is_online"], false);
  EXPECT_EQ(alice.get(alice.link("users") + "/alice").body["is_online"], true);
}

TEST_F(Restart, UnflushedWritesAreGoneAndNobodyWasToldOtherwise) {
  TestClient alice(driver_, "alice");
  const auto room = alice.make_room();
  driver_.flush_by_itself(false);
  const auto lost = alice.say(room, "lost");
  EXPECT_EQ(lost.status, 0) << "no answer";
  driver_.flush_by_itself(true);
  driver_.restart();
  TestClient again(driver_, "alice");
  EXPECT_EQ(again.say(room, "first").body["index"], 0);
}

TEST_F(Restart, ContinuationTokensStayValid) {
  const auto init = [&](const std::string& continuation) {
    const ConnectionId id = driver_.open();
    twilsock::Init packet;
    packet.token = driver_.token("alice");
    packet.continuation_token = continuation;
    driver_.deliver(id, twilsock::encode({"1", packet, "", ""}, twilsock::Writer::client));
    const auto frames = driver_.take_frames(id);
    return *std::get<twilsock::Reply>(twilsock::decode(*frames.at(0))->body).init;
  };
  const auto first = init("");
  EXPECT_TRUE(first.reissued);
  driver_.restart();
  const auto second = init(first.continuation_token);
  EXPECT_FALSE(second.reissued);
  EXPECT_EQ(second.continuation_token, first.continuation_token);
}

}  // namespace
}  // namespace parley::chat_service
