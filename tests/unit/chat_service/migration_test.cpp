#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "chat_service/src/store/media_table.hpp"
#include "chat_service/src/store/schema.hpp"
#include "common/storage/database.hpp"
#include "tests/support/core_driver.hpp"
#include "tests/support/temporary_file.hpp"

namespace parley::chat_service {
namespace {

using sync::ObjectType;
using testing::CoreDriver;
using testing::TestClient;

constexpr const char* kRoom = "CH781d2b7f0f6e4ea346b15fd47c21cb3e";

std::string golden(const char* name) {
  std::ifstream file(std::string(PARLEY_GOLDEN_DIR "/chat_service/") + name);
  return {std::istreambuf_iterator<char>(file), {}};
}

// A file that an older service has written and closed.
class FirstVersion : public ::testing::Test {
 protected:
  FirstVersion() {
    auto database = storage::Database::open({.path = file_.path()}).value();
    const bool loaded = database->run_script(golden("version_1.sql"));
    if (!loaded) ADD_FAILURE() << database->error()->message;
  }

  testing::TemporaryFile file_;
};

TEST_F(FirstVersion, IsBroughtUpToDateAndNothingIsLost) {
  CoreDriver driver({.database = file_.path()});
  auto version = driver.database().query("SELECT MAX(version) FROM schema_version");
  ASSERT_TRUE(version.next());
  EXPECT_EQ(version.integer(0), schema().back().version);

  TestClient client(driver, "sender0");
  const auto mine = client.get(client.link("my_conversations")).body["conversations"];
  ASSERT_EQ(mine.size(), 1u);
  EXPECT_EQ(mine[0]["messages_count"], 3);
  const auto list = client.get("/v3/Lists/" + std::string(kRoom) + ".messages").body;
  const auto items = client.get(list["links"]["items"].get<std::string>()).body["items"];
  ASSERT_EQ(items.size(), 3u);
  EXPECT_EQ(items[0]["data"]["text"], "a message of a usual length, say sixty bytes of plain text.");
}

TEST_F(FirstVersion, GoesOnCountingWhereItWas) {
  CoreDriver driver({.database = file_.path()});
  TestClient client(driver, "sender0");
  const auto room = client.get(client.link("conversations") + "/" + kRoom).body;
  const auto list = client.watch(ObjectType::list, std::string(kRoom) + ".messages");
  EXPECT_EQ(list["last_event_id"], 2);
  EXPECT_EQ(client.say(room, "new").body["index"], 3);
  const auto events = client.take_events();
  ASSERT_FALSE(events.empty());
  EXPECT_EQ(events[0].id, 3);
  client.subscribe({{list["sid"], ObjectType::list, 0}});
  EXPECT_EQ(client.take_events().size(), 3u);
}

TEST_F(FirstVersion, RemembersItsWrites) {
  CoreDriver driver({.database = file_.path()});
  TestClient client(driver, "sender0");
  const auto repeated = client.post(client.link("conversations") + "/" + kRoom + "/Messages",
                                    {{"body", "again"}}, {{"X-Twilio-Mutation-Id", "mutation-0-1"}});
  EXPECT_EQ(repeated.status, 202);
  EXPECT_EQ(client.get(repeated.body["resource_url"].get<std::string>()).body["index"], 1);
}

TEST_F(FirstVersion, IsOpenedTwice) {
  {
    CoreDriver driver({.database = file_.path()});
    TestClient(driver, "sender1").configuration();
  }
  CoreDriver driver({.database = file_.path()});
  TestClient client(driver, "sender1");
  EXPECT_EQ(client.get(client.link("my_conversations")).body["conversations"].size(), 1u);
}

// As a service of that time left it: migrated so far, with messages removed since.
TEST_F(FirstVersion, BroughtToTheFourthAndLivedInCountsItsHolesAtTheFifth) {
  {
    auto database = storage::Database::open({.path = file_.path()}).value();
    ASSERT_TRUE(storage::migrate(*database, schema().first(4)));
    ASSERT_TRUE(database->run_script(
        "UPDATE participants SET last_read = 0 WHERE conversation_id = (SELECT id FROM conversations WHERE "
        "created_by = 'sender0');"
        "INSERT INTO message_holes SELECT conversation_id, message_index FROM messages WHERE message_index = "
        "1;"
        "DELETE FROM messages WHERE message_index = 1"));
  }
  CoreDriver driver({.database = file_.path()});
  TestClient client(driver, "sender0");
  const auto mine = client.get(client.link("my_conversations") + "/" + kRoom).body;
  EXPECT_EQ(mine["unread_messages_count"], 1);
  EXPECT_EQ(client.remove(client.link("conversations") + "/" + kRoom).status, 204);
  driver.advance(std::chrono::seconds(1));
  auto left = driver.database().query("SELECT COUNT(*) FROM message_holes JOIN message_hole_counts");
  ASSERT_TRUE(left.next());
  EXPECT_EQ(left.integer(0), 1) << "the other conversation's";
}

// A database of the second version with files in it.
TEST(SecondVersion, CountsWhatUsersHaveStored) {
  const testing::TemporaryFile place;
  auto database = storage::Database::open({.path = place.path()}).value();
  ASSERT_TRUE(storage::migrate(*database, schema().first(2)));
  ASSERT_TRUE(database->run_script(
      "INSERT INTO media VALUES(1,'ME1','IS1','alice','media',NULL,'a/b',7,'00',NULL,NULL,0,0,0);"
      "INSERT INTO media VALUES(2,'ME2','IS1','alice','media',NULL,'a/b',5,'01',NULL,NULL,0,0,0);"
      "INSERT INTO media VALUES(3,'ME3','IS2','alice','media',NULL,'a/b',3,'02',NULL,NULL,0,0,0);"));
  ASSERT_TRUE(storage::migrate(*database, schema()));
  MediaTable media(*database);
  EXPECT_EQ(media.bytes_of("IS1", "alice"), 12);
  EXPECT_EQ(media.bytes_of("IS2", "alice"), 3);
  EXPECT_EQ(media.bytes_of("IS1", "bob"), 0);
  ASSERT_TRUE(database->run("DELETE FROM media WHERE id = 1"));
  EXPECT_EQ(media.bytes_of("IS1", "alice"), 5);
}

TEST_F(FirstVersion, HasNobodyBlockedAndNoCreatorRemoved) {
  CoreDriver driver({.database = file_.path()});
  TestClient client(driver, "sender0");
  const std::string blocks = client.link("users") + "/sender0/Blocks";
  EXPECT_EQ(client.get(blocks).body["blocks"].size(), 0u);
  EXPECT_EQ(client.post(blocks, {{"identity", "sender1"}}).status, 201);
  EXPECT_EQ(client.remove(client.link("conversations") + "/" + kRoom).status, 204) << "as its creator";
}

// What messages take is counted when the file is brought up to date, and right from then on.
TEST_F(FirstVersion, CountsWhatItsMessagesTake) {
  CoreDriver driver({.database = file_.path()});
  const auto differences = [&] {
    auto row = driver.database().query(
        "SELECT (SELECT COUNT(*) FROM (SELECT * FROM message_usage EXCEPT SELECT * FROM "
        "message_usage_counted)), "
        "(SELECT COUNT(*) FROM message_usage)");
    EXPECT_TRUE(row.next());
    EXPECT_GT(row.integer(1), 0);
    return row.integer(0);
  };
  EXPECT_EQ(differences(), 0);
  TestClient client(driver, "sender0");
  const auto room = client.get(client.link("conversations") + "/" + kRoom).body;
  const std::string said = client.say(room, "new").body["url"];
  client.say(room, "another");
  EXPECT_EQ(differences(), 0);
  client.remove(said);
  EXPECT_EQ(differences(), 0);
}

}  // namespace
}  // namespace parley::chat_service
