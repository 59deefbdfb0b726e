#include "chat_sdk/src/model/read_horizons.hpp"

#include "tests/unit/chat_sdk/model/model_fixture.hpp"
#include "tests/unit/chat_sdk/model/process_fixture.hpp"

namespace parley::detail {
namespace {

using namespace std::chrono_literals;
using sync::Change;

Error refused() { return {.code = Errc::forbidden, .message = "no", .http_status = 403}; }
Error lost() { return {.code = Errc::connection_lost, .message = "cut"}; }

/// alice's channel CH1 with messages 0 to 8, of which 0 to 2 were read; connected.
class ReadHorizonsTest : public ModelFixture {
 protected:
  ReadHorizonsTest() {
    open_completely("CH1", "general", R"(,"lastMessage":{"index":8})");
    model.unread.apply(record(), own(6, 2));
    horizons.on_ready();
    events.clear();
  }
  RecordPtr record() const { return registry.by_sid("CH1"); }
  static conversations::Conversation own(int unread, std::optional<std::int64_t> read) {
    conversations::Conversation state;
    state.unread_count = unread;
    state.last_read_index = read;
    return state;
  }
  void move(std::optional<std::int64_t> to, bool back = false) {
    horizons.move("CH1", {to, back}, [this](Result<Unread> one) { outcomes.push_back(std::move(one)); });
  }
  void answer(int unread, int read) {
    rest.answer(kPost, R"({"sid":"CH1","status":"joined","unread_messages_count":)" + std::to_string(unread) +
                           R"(,"last_read_message_index":)" + std::to_string(read) +
                           R"(,"messages_count":9})");
  }
  /// What the service says when it is asked where its horizon is.
  void answer_question(int unread, int read) {
    rest.answer(kGet, R"({"sid":"CH1","status":"joined","unread_messages_count":)" + std::to_string(unread) +
                          R"(,"last_read_message_index":)" + std::to_string(read) +
                          R"(,"messages_count":9})");
  }
  std::string body() const { return rest.request(kPost).body; }

  static constexpr const char* kPost = "POST /Mine/CH1";
  static constexpr const char* kGet = "GET /Mine/CH1";
  ReadHorizons& horizons = model.read_horizons;
  std::vector<Result<Unread>> outcomes;
};

TEST_F(ReadHorizonsTest, AMoveShowsAtOnceAndCompletesWithTheService) {
  move(5);
  EXPECT_EQ(record()->state().last_read_index, 5);
  EXPECT_EQ(record()->state().unread.count, 3);
  EXPECT_EQ(heard<UnreadChanged>().size(), 1u);
  EXPECT_EQ(body(), R"({"last_read_message_index":5})");
  EXPECT_TRUE(outcomes.empty());
  answer(3, 5);
  ASSERT_EQ(outcomes.size(), 1u);
  EXPECT_EQ(outcomes[0]->count, 3);
  EXPECT_FALSE(horizons.is_moving("CH1"));
}

TEST_F(ReadHorizonsTest, WhatWasReadBeforeNeedsNoService) {
  move(2);
  move(0);
  EXPECT_EQ(outcomes.size(), 2u);
  EXPECT_EQ(record()->state().last_read_index, 2) << "never back unless asked";
  EXPECT_FALSE(rest.waits(kPost));
}

TEST_F(ReadHorizonsTest, NothingIsReadThatHasNotComeYet) {
  move(1000);
  EXPECT_EQ(body(), R"({"last_read_message_index":8})");
}

TEST_F(ReadHorizonsTest, WhoIsNoMemberHasNoHorizon) {
  horizons.move("CH9", {1}, [this](Result<Unread> one) { outcomes.push_back(std::move(one)); });
  EXPECT_EQ(outcomes.at(0).error().code, Errc::not_found);
}

// waiting

TEST_F(ReadHorizonsTest, WithoutAConnectionMovesWaitAndTheLastOneCounts) {
  horizons.on_disconnected();
  move(4);
  move(6);
  move(5);
  EXPECT_EQ(record()->state().last_read_index, 6);
  EXPECT_FALSE(rest.waits(kPost));
  horizons.on_ready();
  EXPECT_FALSE(rest.waits(kPost)) << "another device may have moved it";
  answer_question(6, 2);
  EXPECT_EQ(body(), R"({"last_read_message_index":6})");
  answer(2, 6);
  EXPECT_EQ(outcomes.size(), 3u);
  EXPECT_FALSE(rest.waits(kPost)) << "one request for all of them";
}

TEST_F(ReadHorizonsTest, WhereTheServiceIsFurtherNothingIsMovedBack) {
  horizons.on_disconnected();
  move(4);
  horizons.on_ready();
  answer_question(1, 7);  // another device
  EXPECT_EQ(record()->state().last_read_index, 7);
  EXPECT_FALSE(rest.waits(kPost));
  ASSERT_EQ(outcomes.size(), 1u);
  EXPECT_EQ(outcomes[0]->count, 1);
}

TEST_F(ReadHorizonsTest, BackGoesOnlyWhoAsksForIt) {
  move(1, /*back=*/true);
  EXPECT_EQ(record()->state().last_read_index, 1);
  EXPECT_EQ(body(), R"({"last_read_message_index":1})");
  answer(7, 1);
  move(std::nullopt, true);
  EXPECT_EQ(body(), R"({"last_read_message_index":null})");
  EXPECT_EQ(record()->state().last_read_index, std::nullopt);
}

TEST_F(ReadHorizonsTest, AMoveBehindAMoveBackGoesOnFromThere) {
  horizons.on_disconnected();
  move(7);
  move(1, true);
  move(3);
  EXPECT_EQ(record()->state().last_read_index, 3);
  horizons.on_ready();
  answer_question(0, 8);
  EXPECT_EQ(record()->state().last_read_index, 3) << "it was asked for";
  EXPECT_EQ(body(), R"({"last_read_message_index":3})");
}

TEST_F(ReadHorizonsTest, AChannelThatWasLeftNeedsNone) {
  horizons.on_disconnected();
  move(4);
  my_conversations.drop("CH1");
  horizons.on_ready();
  ASSERT_EQ(outcomes.size(), 1u);
  EXPECT_EQ(outcomes[0].error().code, Errc::not_found);
}

// sending

TEST_F(ReadHorizonsTest, AMoveDuringARequestIsSentBehindIt) {
  move(4);
  move(6);
  answer(4, 4);
  ASSERT_EQ(outcomes.size(), 1u);
  EXPECT_EQ(record()->state().last_read_index, 6) << "the answer does not take it back";
  EXPECT_EQ(body(), R"({"last_read_message_index":6})");
  answer(2, 6);
  EXPECT_EQ(outcomes.size(), 2u);
  EXPECT_FALSE(horizons.is_moving("CH1"));
}

TEST_F(ReadHorizonsTest, WhatMayPassIsTriedAgain) {
  move(4);
  rest.fail(kPost, {.code = Errc::server_error, .message = "no", .http_status = 500});
  EXPECT_TRUE(outcomes.empty());
  EXPECT_FALSE(rest.waits(kPost));
  pass(2s);
  answer_question(6, 2);
  EXPECT_TRUE(rest.waits(kPost));
  horizons.on_disconnected();
  rest.fail(kPost, lost());
  pass(1min);
  EXPECT_FALSE(rest.waits(kPost) || rest.waits(kGet));
  horizons.on_ready();
  answer_question(6, 2);
  answer(4, 4);
  EXPECT_EQ(outcomes.size(), 1u);
}

TEST_F(ReadHorizonsTest, WhatIsRepeatedIsDoneOnce) {
  move(4);
  const auto first = rest.request(kPost);
  EXPECT_FALSE(first.repeatable) << "behind a lost connection the service is asked first";
  rest.fail(kPost, {.code = Errc::outcome_unknown, .message = "lost"});
  pass(2s);
  answer_question(6, 2);
  EXPECT_EQ(rest.request(kPost).mutation_id, first.mutation_id);
  answer(4, 4);
  EXPECT_EQ(outcomes.size(), 1u);
  EXPECT_TRUE(rest.waits(kGet)) << "the answer may be that of the first try";
}

TEST_F(ReadHorizonsTest, WhatWasDoneThoughNobodySaidSoIsNotRepeated) {
  move(4);
  rest.fail(kPost, {.code = Errc::outcome_unknown, .message = "lost"});
  pass(2s);
  answer_question(4, 4);
  EXPECT_EQ(outcomes.size(), 1u);
  EXPECT_FALSE(rest.waits(kPost));
}

TEST_F(ReadHorizonsTest, AMoveDuringAnUnclearOneIsNotTakenForDone) {
  horizons.on_disconnected();
  move(6);
  move(2, /*back=*/true);
  EXPECT_TRUE(outcomes.empty()) << "the service may have been moved";
  horizons.on_ready();
  answer_question(2, 6);
  EXPECT_EQ(body(), R"({"last_read_message_index":2})");
}

TEST_F(ReadHorizonsTest, AnAnswerOfAnEarlierConnectionIsIgnored) {
  horizons.on_disconnected();
  move(4);
  horizons.on_ready();
  horizons.on_disconnected();
  horizons.on_ready();
  answer_question(6, 2);  // the first one's
  EXPECT_FALSE(rest.waits(kPost));
  answer_question(6, 2);
  EXPECT_TRUE(rest.waits(kPost));
}

TEST_F(ReadHorizonsTest, WhileItIsCountedAnewTheServiceIsAskedFirst) {
  unread.recount(record());  // another device has moved it
  move(4);
  EXPECT_FALSE(rest.waits(kPost));
  answer_question(1, 7);
  answer_question(1, 7);
  EXPECT_FALSE(rest.waits(kPost));
  EXPECT_EQ(outcomes.size(), 1u);
}

TEST_F(ReadHorizonsTest, ARefusedOneIsTakenBack) {
  move(4);
  rest.fail(kPost, refused());
  ASSERT_EQ(outcomes.size(), 1u);
  EXPECT_EQ(outcomes[0].error().code, Errc::forbidden);
  rest.answer("GET /Mine/CH1", own_state("CH1", 6));
  EXPECT_EQ(record()->state().last_read_index, 2);
  EXPECT_EQ(record()->state().unread.count, 6);
}

TEST_F(ReadHorizonsTest, WhenTheClientIsRefusedWhoWaitsIsTold) {
  move(4);
  horizons.on_given_up({.code = Errc::denied, .message = "no"}, /*final=*/true);
  rest.fail(kPost, {.code = Errc::denied, .message = "no"});
  ASSERT_EQ(outcomes.size(), 1u);
  EXPECT_EQ(outcomes[0].error().code, Errc::denied);
  EXPECT_TRUE(horizons.is_moving("CH1")) << "the next connection may take it";
}

/// From one process to the next.
class RestoredHorizonTest : public ProcessFixture {
 protected:
  RestoredHorizonTest() {
    auto state = std::make_shared<ChannelState>();
    state->sid = "CH1";
    state->last_message_index = 9;
    state->last_read_index = 2;
    state->unread = {7, true, 3};
    EXPECT_TRUE(disk->write({PutChannel{state}}));
    restart();
  }
  const ChannelState& state() const { return process->model.registry.by_sid("CH1")->state(); }
  void move(std::int64_t to) {
    process->model.read_horizons.move("CH1", {to}, [](const Result<Unread>&) {});
  }
};

TEST_F(RestoredHorizonTest, AMoveWithoutAConnectionOutlivesTheProcess) {
  move(6);
  EXPECT_EQ(state().unread.count, 3);
  EXPECT_EQ(state().unread.first_unread_index, 7);
  write();
  restart();
  EXPECT_EQ(state().last_read_index, 6);
  EXPECT_EQ(state().unread.count, 3);
  process->model.read_horizons.on_ready();
  rest().answer("GET /Mine/CH1", R"({"sid":"CH1","status":"joined","unread_messages_count":7,)"
                                 R"("last_read_message_index":2,"messages_count":10})");
  EXPECT_EQ(rest().request("POST /Mine/CH1").body, R"({"last_read_message_index":6})");
  rest().answer("POST /Mine/CH1", R"({"sid":"CH1","status":"joined","unread_messages_count":3,)"
                                  R"("last_read_message_index":6,"messages_count":10})");
  write();
  EXPECT_TRUE(disk->contents().value().horizons.empty());
}

TEST_F(RestoredHorizonTest, AMoveBackComesBackAsOne) {
  process->model.read_horizons.move("CH1", {std::nullopt, /*back=*/true}, [](const Result<Unread>&) {});
  write();
  const auto kept = disk->contents().value().horizons;
  ASSERT_EQ(kept.size(), 1u);
  EXPECT_EQ(kept[0].channel_sid, "CH1");
  EXPECT_EQ(kept[0].to, std::nullopt);
  EXPECT_TRUE(kept[0].back);
  restart();
  EXPECT_EQ(state().last_read_index, std::nullopt);
  EXPECT_EQ(state().unread.count, 10);
}

TEST_F(RestoredHorizonTest, OneWithoutItsChannelIsErased) {
  ASSERT_TRUE(disk->write({PutHorizon{"CH9", 5}}));
  restart();
  process->model.read_horizons.on_ready();
  write();
  EXPECT_TRUE(disk->contents().value().horizons.empty());
}

TEST_F(RestoredHorizonTest, WhatWaitsForAFullDiskIsOneMove) {
  disk_full = true;
  move(4);
  write();
  move(5);
  move(6);
  write();
  disk_full = false;
  pass(30s);
  ASSERT_EQ(disk->contents().value().horizons.size(), 1u);
  EXPECT_EQ(disk->contents().value().horizons[0].to, 6);
}

TEST_F(RestoredHorizonTest, NoneIsKeptOfAChannelThatIsGone) {
  move(6);
  write();
  ASSERT_EQ(disk->contents().value().horizons.size(), 1u);
  process->model.my_conversations.drop("CH1");
  pass(1s);
  EXPECT_TRUE(disk->contents().value().horizons.empty());
}

}  // namespace
}  // namespace parley::detail
