#include "chat_service/src/limits.hpp"
#include "common/base/limits.hpp"
#include "tests/unit/chat_service/fixtures.hpp"

/// How much messages may take: of one user, and of the disk.
namespace parley::chat_service {
namespace {

constexpr int kOverQuota = 50483, kNoRoom = 20507;

/// What is stored with every message of these tests: the overhead and "{}".
constexpr std::int64_t kEach = 1024 + 2;
constexpr std::int64_t kQuota = 3 * (kEach + 4);

class MessageQuota : public InARoom {
 protected:
  explicit MessageQuota(Tenant tenant = testing::test_tenant())
      : InARoom({.tenants = {std::move(tenant)}, .messages = {.max_user_bytes = kQuota}}) {
    alice_.add(room_, "bob");
  }

  std::int64_t stored(const std::string& identity) {
    std::int64_t bytes = 0;
    run([&](Scope& scope) {
      bytes = scope.tables.messages.bytes_of(scope.tables.users.find(scope.service_sid(), identity)->id);
    });
    return bytes;
  }
  /// The same, from the messages.
  std::int64_t counted(const std::string& identity) {
    auto row = driver_.database().query(
        "SELECT bytes FROM message_usage_counted JOIN users ON id = user_id WHERE identity = ?", identity);
    return row.next() ? row.integer(0) : 0;
  }
};

TEST_F(MessageQuota, IsMetExactly) {
  for (int i = 0; i < 2; ++i) EXPECT_EQ(alice_.say(room_, "four").status, 201);
  const auto refused = alice_.say(room_, "fifth");
  EXPECT_EQ(refused.status, 413);
  EXPECT_EQ(refused.code(), kOverQuota);
  EXPECT_EQ(driver_.core().counters().over_quota, 1u);
  EXPECT_EQ(alice_.say(room_, "four").status, 201);
  EXPECT_EQ(stored("alice"), kQuota);
  EXPECT_EQ(alice_.say(room_, "").code(), kOverQuota);
  EXPECT_EQ(bob_.say(room_, "four").status, 201) << "each has its own";
}

TEST_F(MessageQuota, CountsEveryTextOfAMessage) {
  const json::Value message{
      {"body", "\u00e4"}, {"subject", "abc"}, {"attributes", "[1]"}, {"content_variables", "{}"}};
  EXPECT_EQ(alice_.post(messages(), message).status, 201);
  EXPECT_EQ(stored("alice"), 1024 + 2 + 3 + 3 + 2);
  EXPECT_EQ(stored("alice"), counted("alice"));
}

TEST_F(MessageQuota, ReadingAndTakingAwayGoOn) {
  std::vector<std::string> said;
  for (int i = 0; i < 3; ++i) said.push_back(alice_.say(room_, "four").body["url"]);
  EXPECT_EQ(alice_.say(room_, "four").code(), kOverQuota);
  EXPECT_EQ(alice_.get(said[0]).status, 200);
  EXPECT_EQ(alice_.post(said[0], {{"body", "four!"}}).code(), kOverQuota) << "nor do they grow";
  EXPECT_EQ(alice_.post(said[0], {{"body", "fur"}}).status, 200);
  EXPECT_EQ(alice_.post(said[0], {{"body", "four"}}).status, 200);
  EXPECT_EQ(alice_.remove(said[1]).status, 204);
  EXPECT_EQ(stored("alice"), counted("alice"));
  EXPECT_EQ(alice_.say(room_, "four").status, 201);
}

TEST_F(MessageQuota, IsTheAuthorsWhoeverChangesTheMessage) {
  const std::string said = bob_.say(room_, "four").body["url"];
  EXPECT_EQ(alice_.post(said, {{"body", "longer"}}).status, 200);
  EXPECT_EQ(stored("bob"), kEach + 6);
  EXPECT_EQ(stored("alice"), 0);
  EXPECT_EQ(alice_.remove(said).status, 204);
  EXPECT_EQ(stored("bob"), 0);
}

TEST_F(MessageQuota, ComesBackWithTheConversation) {
  for (int i = 0; i < 3; ++i) alice_.say(room_, "four");
  EXPECT_EQ(alice_.remove(url()).status, 204);
  driver_.advance(std::chrono::hours(2));
  EXPECT_EQ(stored("alice"), 0);
}

TEST_F(MessageQuota, ARefusedSendCountsNothing) {
  EXPECT_EQ(alice_.post(messages(), {{"body", "x"}, {"media_sids", {"ME1"}}}).code(), 20001);
  EXPECT_EQ(stored("alice"), 0);
}

class Retention : public MessageQuota {
 protected:
  Retention() : MessageQuota(one_day()) {}
  static Tenant one_day() {
    Tenant tenant = testing::test_tenant();
    tenant.keep_messages = std::chrono::hours(24);
    return tenant;
  }
};

TEST_F(Retention, GivesBackWhatItRemoves) {
  for (int i = 0; i < 3; ++i) alice_.say(room_, "four");
  driver_.advance(std::chrono::hours(26));
  EXPECT_EQ(stored("alice"), 0);
}

TEST(NoMessageQuota, LimitsNobody) {
  CoreDriver driver({.messages = {.max_user_bytes = 0}});
  TestClient alice(driver, "alice");
  const auto room = alice.make_room();
  EXPECT_EQ(alice.say(room, std::string(limits::kMessageBodyBytes, 'x')).status, 201);
}

class FloorOfTheDisk : public ::testing::Test {
 protected:
  static constexpr std::uint64_t kFloor = 1 << 20;

  /// So little that each request has the system asked again.
  std::uint64_t free_ = kFloor + 10'000;
  CoreDriver driver_{{.messages = {.min_free_bytes = kFloor}, .free_bytes = [this] { return read(); }}};
  TestClient alice_{driver_, "alice"};
  json::Value room_ = alice_.make_room();
  Result<std::uint64_t> read() const {
    if (free_ == 0) return Error{.code = Errc::storage_error, .message = "no", .http_status = 500};
    return free_;
  }
};

TEST_F(FloorOfTheDisk, NothingNewIsStoredBelowItWhileReadingAndRemovingGoOn) {
  const std::string said = alice_.say(room_, "before").body["url"];
  const std::string url = room_["url"], participants = room_["links"]["participants"];
  free_ = kFloor;
  const auto refused = alice_.say(room_, "x");
  EXPECT_EQ(refused.status, 507);
  EXPECT_EQ(refused.code(), kNoRoom);
  EXPECT_EQ(alice_.post(said, {{"body", "x"}}).code(), kNoRoom);
  EXPECT_EQ(alice_.post(url, {{"friendly_name", "x"}}).code(), kNoRoom);
  EXPECT_EQ(alice_.post(participants, {{"identity", "bob"}}).code(), kNoRoom);
  EXPECT_EQ(alice_.post(room_["links"]["invites"].get<std::string>(), {{"identity", "bob"}}).code(), kNoRoom);
  EXPECT_EQ(alice_.post(alice_.link("conversations"), {{"friendly_name", "x"}}).code(), kNoRoom);
  EXPECT_EQ(alice_.post(alice_.link("users") + "/alice", {{"friendly_name", "x"}}).code(), kNoRoom);
  EXPECT_EQ(alice_.post(alice_.link("users") + "/alice/Blocks", {{"identity", "bob"}}).code(), kNoRoom);
  EXPECT_EQ(driver_.core().counters().without_room, 8u);

  EXPECT_EQ(alice_.get(said).status, 200);
  const std::string mine = alice_.link("my_conversations") + "/" + room_["sid"].get<std::string>();
  EXPECT_EQ(alice_.post(mine, {{"last_read_message_index", 0}}).status, 200);
  alice_.watch(ObjectType::list, room_["sync_objects"]["messages"]);
  EXPECT_EQ(alice_.remove(said).status, 204);
  EXPECT_EQ(alice_.take_events().size(), 1u);
  free_ = kFloor + 10'000;
  EXPECT_EQ(alice_.say(room_, "again").status, 201);
}

TEST_F(FloorOfTheDisk, IsLookedForAgainWhileLittleIsLeft) {
  int sent = 0;
  while (sent < 1000 && alice_.say(room_, "x").status == 201) ++sent;
  EXPECT_EQ(sent, 1000) << "the disk stays as it is";
  EXPECT_EQ(driver_.core().counters().without_room, 0u);
}

TEST_F(FloorOfTheDisk, WhatNobodyCanTellIsAnError) {
  free_ = 0;
  EXPECT_EQ(alice_.say(room_, "x").code(), 20500);
}

TEST(NoFloorOfTheDisk, IsNotLookedAt) {
  CoreDriver driver({.messages = {.min_free_bytes = 0}, .free_bytes = []() -> Result<std::uint64_t> {
                       ADD_FAILURE() << "asked";
                       return 0u;
                     }});
  TestClient alice(driver, "alice");
  EXPECT_EQ(alice.say(alice.make_room(), "x").status, 201);
}

}  // namespace
}  // namespace parley::chat_service
