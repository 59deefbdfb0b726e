#include <gmock/gmock.h>

#include "common/storage/database.hpp"
#include "tests/support/temporary_file.hpp"
#include "tests/unit/chat_service/fixtures.hpp"

namespace parley::chat_service {
namespace {

using namespace std::chrono_literals;

constexpr const char* kEverything =
    "SELECT (SELECT COUNT(*) FROM conversations) + (SELECT COUNT(*) FROM messages) + "
    "(SELECT COUNT(*) FROM message_holes) + (SELECT COUNT(*) FROM message_hole_counts) + "
    "(SELECT COUNT(*) FROM media) + (SELECT COUNT(*) FROM participants) + (SELECT COUNT(*) FROM invitations) "
    "+ "
    "(SELECT COUNT(*) FROM sync_items WHERE object_id NOT IN (SELECT info_map FROM users UNION "
    "SELECT conversations_map FROM users)) + "
    "(SELECT COUNT(*) FROM sync_objects WHERE type = 1)";

struct OnAFile {
  testing::TemporaryFile file_;
};

class ErasureTest : private OnAFile, public TwoClients {
 protected:
  ErasureTest() : TwoClients({.database = file_.path(), .erase_rows = 10}) {}

  std::int64_t count(std::string_view sql) {
    auto row = driver_.database().query(sql);
    return row.next() ? row.integer(0) : -1;
  }
  std::int64_t messages() { return count("SELECT COUNT(*) FROM messages"); }

  /// With messages, removed ones among them, a file, another member and one who is invited.
  json::Value full_room(int messages, const std::string& name = "general") {
    const auto room = alice_.make_room({{"unique_name", name}, {"type", "public"}});
    alice_.add(room, "bob");
    alice_.post(room["links"]["messages"].get<std::string>(), {{"media_sids", {upload("alice")}}});
    for (int i = 1; i < messages; ++i) {
      const auto said = alice_.say(room, "text").body;
      if (i % 3 == 0) alice_.remove(said["url"].get<std::string>());
    }
    return room;
  }
};

TEST_F(ErasureTest, WhatIsDeletedIsGoneForEverybodyAtOnce) {
  const auto room = full_room(60);
  const std::string sid = room["sid"], url = room["url"];
  const auto message = alice_.say(room, "last").body["url"].get<std::string>();
  auto row = driver_.database().query("SELECT sid FROM media");
  ASSERT_TRUE(row.next());
  const std::string medium = row.text(0);
  ASSERT_TRUE(media().find(testing::kServiceSid, medium));
  ASSERT_EQ(alice_.remove(url).status, 204);
  ASSERT_GT(messages(), 0) << "the rows are still there";
  for (auto* client : {&alice_, &bob_}) {
    EXPECT_EQ(client->get(url).code(), 50350);
    EXPECT_EQ(client->get(client->link("conversations") + "/general").code(), 50350);
    EXPECT_EQ(client->get(message).code(), 50350);
    EXPECT_EQ(client->say(room, "too late").code(), 50350);
    EXPECT_EQ(client->remove(url).code(), 50350);
    EXPECT_EQ(client->get("/v3/Documents/" + sid + ".channel").code(), 54100);
    EXPECT_EQ(client->get("/v3/Lists/" + sid + ".messages").code(), 54150);
    EXPECT_EQ(client->get("/v3/Maps/" + sid + ".roster").code(), 54200);
    EXPECT_TRUE(client->get(client->link("my_conversations")).body["conversations"].empty());
    EXPECT_TRUE(client->get(client->link("conversations")).body["conversations"].empty());
  }
  EXPECT_FALSE(media().find(testing::kServiceSid, medium));
  EXPECT_EQ(bob_.post(bob_.link("conversations"), {{"unique_name", "general"}}).status, 201);
}

TEST_F(ErasureTest, TheRowsGoInPiecesUntilNothingIsLeft) {
  const auto before = count(kEverything);
  const auto room = full_room(95);
  alice_.remove(room["url"].get<std::string>());
  std::int64_t most = 0, left = count(kEverything);
  int pieces = 0;
  for (; driver_.core().is_erasing() && pieces < 100; ++pieces) {
    driver_.advance(pieces == 0 ? 0ms : 20ms);
    const auto now = count(kEverything);
    most = std::max(most, left - now);
    left = now;
  }
  EXPECT_EQ(left, before);
  EXPECT_GE(pieces, 9);
  EXPECT_LE(most, 25) << "ten messages or holes, their places in the list, and little else";
  EXPECT_EQ(count("SELECT bytes FROM media_usage WHERE author = 'alice'"), 0);
}

TEST_F(ErasureTest, SmallConversationsShareAPiece) {
  std::vector<std::string> urls;
  for (int i = 0; i < 30; ++i) urls.push_back(alice_.create({})["url"]);
  driver_.flush_by_itself(false);
  for (const auto& url : urls) {
    http::Request request;
    request.method = "DELETE";
    request.path = url.substr(url.find('/', 8));
    alice_.send(request);
  }
  driver_.flush();
  driver_.flush_by_itself(true);
  EXPECT_EQ(count("SELECT COUNT(*) FROM conversations WHERE deleted = 1"), 30);
  driver_.advance(15 * 20ms);
  EXPECT_EQ(count("SELECT COUNT(*) FROM conversations"), 0);
}

TEST_F(ErasureTest, OthersAreServedBetweenThePieces) {
  const auto room = full_room(95);
  const auto other = bob_.make_room();
  alice_.remove(room["url"].get<std::string>());
  int sent = 0;
  for (; driver_.core().is_erasing(); ++sent) {
    EXPECT_EQ(bob_.say(other, "text").body["index"], sent);
    driver_.advance(20ms);
  }
  EXPECT_GT(sent, 5);
}

/// A channel that Alice made and did not join, with very many members and some who are invited.
class ErasureOfACrowd : public ErasureTest {
 protected:
  ErasureOfACrowd() {
    for (int i = 0; i < 150; ++i) alice_.add(room_, "member" + std::to_string(i));
    for (int i = 0; i < 10; ++i)
      alice_.post(room_["links"]["invites"].get<std::string>(), {{"identity", "guest" + std::to_string(i)}});
  }
  std::int64_t listed() {
    return count(
        "SELECT COUNT(*) FROM sync_items JOIN users ON conversations_map = object_id "
        "WHERE removed = 0");
  }
  static std::vector<Change> changes_of(TestClient& client) {
    std::vector<Change> changes;
    for (const auto& event : client.take_events()) changes.push_back(event.change);
    return changes;
  }

  json::Value room_ = alice_.create({{"unique_name", "crowd"}});
};

TEST_F(ErasureOfACrowd, IsGoneForAllAtOnceAndTheyAreToldOneAfterTheOther) {
  TestClient last(driver_, "member149");
  last.watch(ObjectType::map, last.sync_name("my_conversations"));
  last.watch(ObjectType::list, room_["sync_objects"]["messages"]);
  alice_.watch(ObjectType::document, room_["sync_objects"]["conversation"]);
  changes_of(last);
  changes_of(alice_);
  ASSERT_EQ(listed(), 160);
  ASSERT_EQ(alice_.remove(room_["url"].get<std::string>()).status, 204);
  EXPECT_EQ(listed(), 60) << "a hundred in the request itself";
  EXPECT_EQ(last.get(room_["url"].get<std::string>()).code(), 50350);
  EXPECT_EQ(last.get("/v3/Lists/" + room_["sync_objects"]["messages"].get<std::string>()).code(), 54150);
  EXPECT_TRUE(last.get(last.link("my_conversations")).body["conversations"].empty());
  EXPECT_EQ(changes_of(last), std::vector<Change>{});
  EXPECT_EQ(changes_of(alice_), std::vector<Change>{}) << "who watches without being a member comes last";
  driver_.advance(2s);
  EXPECT_EQ(listed(), 0);
  EXPECT_EQ(changes_of(last), std::vector{Change::item_removed}) << "and then it watches the list no more";
  EXPECT_EQ(changes_of(alice_), std::vector{Change::removed});
  EXPECT_EQ(count("SELECT COUNT(*) FROM conversations"), 0);
}

TEST_F(ErasureOfACrowd, IsToldOfItAfterARestartAsWell) {
  alice_.remove(room_["url"].get<std::string>());
  ASSERT_GT(listed(), 0);
  driver_.restart();
  driver_.advance(2s);
  EXPECT_EQ(listed(), 0);
  EXPECT_EQ(count(kEverything), 0);
}

TEST_F(ErasureTest, GoesOnAfterARestart) {
  const auto before = count(kEverything);
  {
    TestClient carol(driver_, "carol");
    const auto room = carol.make_room();
    for (int i = 0; i < 95; ++i) carol.say(room, "text");
    carol.remove(room["url"].get<std::string>());
  }
  driver_.advance(60ms);
  const auto left = messages();
  ASSERT_GT(left, 0);
  ASSERT_LT(left, 95);
  driver_.restart();
  EXPECT_EQ(messages(), left);
  driver_.advance(1s);
  EXPECT_EQ(count(kEverything), before);
}

TEST_F(ErasureTest, APieceWhoseCommitFailsIsErasedLater) {
  const auto room = full_room(50);
  alice_.remove(room["url"].get<std::string>());
  bool allow = false;
  driver_.database().on_commit([&] { return allow; });
  driver_.advance(100ms);
  const auto left = messages();
  ASSERT_GT(left, 0);
  allow = true;
  driver_.advance(5s);
  EXPECT_EQ(messages(), 0);
}

TEST_F(ErasureTest, APieceThatFailsIsTriedAgainWithoutHaste) {
  const auto room = full_room(50);
  ASSERT_TRUE(driver_.database().run_script(
      "CREATE TRIGGER break_it BEFORE DELETE ON messages BEGIN SELECT RAISE(ABORT, 'broken'); END"));
  alice_.remove(room["url"].get<std::string>());
  driver_.advance(50s);
  EXPECT_EQ(driver_.core().counters().failed_requests, 1u);
  EXPECT_THAT(driver_.core().counters().last_failure, ::testing::HasSubstr("broken"));
  ASSERT_TRUE(driver_.database().run_script("DROP TRIGGER break_it"));
  driver_.advance(60s);
  EXPECT_EQ(messages(), 0);
}

TEST_F(ErasureTest, UnreadCountsAreRightOverManyHoles) {
  alice_.make_room();
  const auto room = count("SELECT MAX(id) FROM conversations");
  ASSERT_TRUE(driver_.database().run(
      "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) "
      "INSERT INTO messages(conversation_id, message_index, sid, author, participant_sid, attributes, "
      "date_created, date_updated) SELECT ?, i, 'IM' || i, 'alice', 'MB', '{}', 0, 0 FROM n WHERE i % 7 = 3",
      room));
  ASSERT_TRUE(
      driver_.database().run("WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) "
                             "INSERT INTO message_holes SELECT ?, i FROM n WHERE i % 7 <> 3",
                             room));
  MessageTable table(driver_.database());
  for (const std::int64_t from : {-1, 0, 1022, 1023, 1024, 2047, 2050, 4095, 4096, 4999, 5000}) {
    std::int64_t expected = 0;
    for (std::int64_t i = from + 1; i <= 5000; ++i) expected += i % 7 == 3 ? 1 : 0;
    EXPECT_EQ(table.count_after(room, from, 5001), expected) << from;
  }
}

}  // namespace
}  // namespace parley::chat_service
