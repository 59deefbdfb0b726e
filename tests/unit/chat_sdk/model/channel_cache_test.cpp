#include "tests/unit/chat_sdk/model/process_fixture.hpp"

namespace parley::detail {
namespace {

using namespace std::chrono_literals;

/// The list of channels, from one process to the next.
class ChannelCacheTest : public ProcessFixture {
 protected:
  ChannelCacheTest() { open(); }

  static std::string entry(const std::string& sid, const std::string& name, int unread = 2) {
    return R"({"conversation_sid":")" + sid + R"(","status":"joined","unique_name":")" + name +
           R"(","friendly_name":"shown","created_by":"bob","unread_messages_count":)" +
           std::to_string(unread) +
           R"(,"last_read_message_index":6,"messages_count":9,"date_created":"2026-01-01T00:00:00.000Z",)" +
           R"("date_updated":"2026-02-01T00:00:00.000Z","last_message":{"index":8}})";
  }
  void begin_list() {
    process->subscriber.on_connected(process->context.now);
    process->model.load([this](Result<void> outcome) { loads.push_back(std::move(outcome)); });
    rest().answer("GET /Maps/US1.my_conversations", R"({"sid":"MPmine","last_event_id":1,"data":{}})");
  }
  void answer(const std::string& entries, const std::string& next = "") {
    rest().answer("GET /Mine",
                  R"({"conversations":[)" + entries + R"(],"meta":{"next_token":")" + next + R"("}})");
  }
  /// The list is read and, a second later, on the disk.
  void list(const std::string& entries) {
    begin_list();
    answer(entries);
    pass(1s);
  }
  std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (const auto& channel : *process->model.registry.list().load()) all.push_back(channel.name());
    return all;
  }
  using Names = std::vector<std::string>;

  std::vector<Result<void>> loads;
};

TEST_F(ChannelCacheTest, TheListIsThereWithoutAConnection) {
  list(entry("CH1", "lobby"));
  restart();
  EXPECT_EQ(heard<CacheRestored>(), 1u);
  EXPECT_EQ(heard<ChannelJoined>(), 0u) << "it was joined long ago";
  ASSERT_EQ(names(), Names{"lobby"});
  const auto state = process->model.registry.list().load()->front().state();
  EXPECT_EQ(state->sid, "CH1");
  EXPECT_EQ(state->description, "shown");
  EXPECT_EQ(state->created_by, "bob");
  EXPECT_EQ(state->unread, (Unread{2, false, 7, UnreadReason::restored}));
  EXPECT_EQ(state->last_message_index, 8);
  EXPECT_EQ(state->last_read_index, 6);
  EXPECT_TRUE(state->joined);
  EXPECT_FALSE(state->loaded);
  EXPECT_TRUE(state->members->empty());
}

TEST_F(ChannelCacheTest, A1x1ChannelKeepsItsPeer) {
  list(entry("CH1", "alice#bob"));
  restart();
  const auto state = process->model.registry.list().load()->front().state();
  EXPECT_EQ(state->kind, ChannelKind::direct);
  EXPECT_EQ(state->peer, "bob");
}

TEST_F(ChannelCacheTest, OnlyWhatIsDifferentIsTold) {
  list(entry("CH1", "same") + "," + entry("CH2", "old") + "," + entry("CH3", "read"));
  restart();
  list(entry("CH1", "same") + "," + entry("CH2", "new") + "," + entry("CH3", "read", 1));
  EXPECT_EQ(heard<ChannelUpdated>(), 1u);
  EXPECT_EQ(heard<UnreadChanged>(), 1u);
  EXPECT_EQ(heard<ChannelJoined>() + heard<ChannelLeft>(), 0u);
  EXPECT_TRUE(process->model.registry.by_name("new"));
  EXPECT_FALSE(process->model.registry.by_name("old"));
}

TEST_F(ChannelCacheTest, WhatIsNotListedAnyMoreIsLeft) {
  list(entry("CH1", "lobby") + "," + entry("CH2", "gone"));
  restart();
  list(entry("CH1", "lobby"));
  EXPECT_EQ(heard<ChannelLeft>(), 1u);
  EXPECT_EQ(names(), Names{"lobby"});
  restart();
  EXPECT_EQ(names(), Names{"lobby"});
}

TEST_F(ChannelCacheTest, NothingIsDroppedBeforeTheListIsWhole) {
  list(entry("CH1", "first") + "," + entry("CH2", "second"));
  restart();
  begin_list();
  answer(entry("CH1", "first"), "next");
  EXPECT_EQ(names().size(), 2u);
  rest().fail("GET /Mine", {.code = Errc::server_error, .message = "no"});
  ASSERT_EQ(loads.size(), 1u);
  EXPECT_FALSE(loads[0]);
  EXPECT_EQ(names().size(), 2u);
  EXPECT_EQ(heard<ChannelLeft>(), 0u);
}

TEST_F(ChannelCacheTest, AChannelThatIsJoinedAgainWhileTheListIsReadIsOpened) {
  list(entry("CH1", "lobby"));
  restart();
  begin_list();
  sync::Event joined;
  joined.object_sid = "MPmine";
  joined.change = sync::Change::item_added;
  joined.id = 2;
  joined.item_key = "CH1";
  joined.data = R"({"status":"joined"})";
  process->model.router.on_applied(joined);
  answer("");
  EXPECT_TRUE(rest().waits("GET /Documents/CH1.channel"));
}

TEST_F(ChannelCacheTest, WhatCannotBeWrittenIsWrittenLater) {
  begin_list();
  answer(entry("CH1", "lobby"));
  process->context.now += 1s;
  process->timers.on_time();
  ASSERT_TRUE(cache().next());
  cache().on_written(no_space());
  pass(29s);
  EXPECT_TRUE(disk->contents().value().channels.empty());
  pass(1s);
  EXPECT_EQ(disk->contents().value().channels.size(), 1u);
}

TEST_F(ChannelCacheTest, TheEndWritesWhatWaits) {
  begin_list();
  answer(entry("CH1", "lobby"));
  process->model.on_given_up(client_closed(), true);
  write();
  EXPECT_EQ(disk->contents().value().channels.size(), 1u);
}

}  // namespace
}  // namespace parley::detail
