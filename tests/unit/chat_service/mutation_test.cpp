#include <gtest/gtest.h>

#include "tests/support/core_driver.hpp"
#include "tests/support/temporary_file.hpp"

namespace parley::chat_service {
namespace {

using testing::CoreDriver;
using testing::TestClient;

http::Fields mutation(const std::string& id) { return {{"X-Twilio-Mutation-Id", id}}; }

TEST(Mutation, ARepeatedWriteIsDoneOnceAndPointsToItsResult) {
  CoreDriver driver;
  TestClient alice(driver, "alice");
  const auto room = alice.make_room();
  struct Case {
    const char* name;
    std::string url;
    json::Value body;
  };
  const Case cases[] = {
      {"conversation", alice.link("conversations"), {{"unique_name", "once"}}},
      {"message", room["links"]["messages"], {{"body", "once"}}},
      {"participant", room["links"]["participants"], {{"identity", "bob"}}},
      {"rename", room["url"], {{"friendly_name", "once"}}},
      {"horizon",
       alice.link("my_conversations") + "/" + room["sid"].get<std::string>(),
       {{"last_read_message_index", 0}}},
      {"user", alice.configuration()["links"]["current_user"], {{"friendly_name", "once"}}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const auto first = alice.post(c.url, c.body, mutation(c.name));
    ASSERT_LT(first.status, 300);
    const auto again = alice.post(c.url, c.body, mutation(c.name));
    EXPECT_EQ(again.status, 202);
    EXPECT_EQ(again.body["resource_url"], first.body["url"]);
    EXPECT_EQ(alice.get(again.body["resource_url"].get<std::string>()).body["sid"], first.body["sid"]);
  }
  EXPECT_EQ(alice.get(room["url"].get<std::string>()).body["messages_count"], 1);
}

TEST(Mutation, ARepeatedRemovalIs204Again) {
  CoreDriver driver;
  TestClient alice(driver, "alice");
  const auto room = alice.make_room();
  const std::string message = alice.say(room, "x").body["url"];
  EXPECT_EQ(alice.remove(message, mutation("m")).status, 204);
  EXPECT_EQ(alice.remove(message, mutation("m")).status, 204);
  EXPECT_EQ(alice.remove(message, mutation("other")).status, 404);
}

TEST(Mutation, OnlySuccessIsRememberedAndOnlyForItsAuthor) {
  CoreDriver driver;
  TestClient alice(driver, "alice"), bob(driver, "bob");
  const json::Value fields{{"unique_name", "n"}};
  const auto room = alice.create(fields);
  EXPECT_EQ(bob.post(bob.link("conversations"), fields, mutation("m")).status, 409);
  alice.remove(room["url"].get<std::string>());
  EXPECT_EQ(bob.post(bob.link("conversations"), fields, mutation("m")).status, 201);
  EXPECT_EQ(alice.post(alice.link("conversations"), json::Value::object(), mutation("m")).status, 201);
}

TEST(Mutation, IsRememberedAcrossARestartForADayAtLeast) {
  testing::TemporaryFile file;
  CoreDriver driver({.database = file.path()});
  std::string url, first;
  {
    TestClient alice(driver, "alice");
    const auto room = alice.make_room();
    url = room["links"]["messages"];
    first = alice.post(url, {{"body", "x"}}, mutation("m")).body["url"];
  }
  driver.restart();
  driver.advance(std::chrono::hours(24));
  TestClient alice(driver, "alice");
  EXPECT_EQ(alice.post(url, {{"body", "x"}}, mutation("m")).body["resource_url"], first);
  alice.cut();
  driver.advance(std::chrono::hours(72));
  TestClient later(driver, "alice");
  later.configuration();
  EXPECT_EQ(later.post(url, {{"body", "x"}}, mutation("m")).status, 201) << "forgotten in the end";
}

TEST(Mutation, AnIdThatAnotherWriteHadIsRefused) {
  CoreDriver driver;
  TestClient alice(driver, "alice");
  const auto room = alice.make_room();
  const std::string messages = room["links"]["messages"];
  const std::string url = room["url"];
  ASSERT_EQ(alice.post(messages, {{"body", "x"}}, mutation("m")).status, 201);
  EXPECT_EQ(alice.post(url, {{"friendly_name", "x"}}, mutation("m")).code(), 20001) << "another path";
  const auto other_method = alice.remove(url, mutation("m"));
  EXPECT_EQ(other_method.status, 400);
  EXPECT_EQ(other_method.code(), 20001);
  EXPECT_EQ(alice.post(messages, {{"body", "x"}}, mutation("m")).status, 202) << "the first is remembered";
  EXPECT_TRUE(alice.get(url).body["friendly_name"].is_null());
  ASSERT_EQ(alice.post(url, {{"friendly_name", "y"}}, mutation("n")).status, 200);
  EXPECT_EQ(alice.remove(url, mutation("n")).code(), 20001) << "another method";
}

TEST(Mutation, AnOddIdIsRefused) {
  CoreDriver driver;
  TestClient alice(driver, "alice");
  for (const std::string& id : {std::string(), std::string(129, 'x'), std::string("a\nb")}) {
    const auto reply = alice.post(alice.link("conversations"), json::Value::object(), mutation(id));
    EXPECT_EQ(reply.code(), 20001);
  }
}

}  // namespace
}  // namespace parley::chat_service
