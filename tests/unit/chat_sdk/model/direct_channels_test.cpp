#include "chat_sdk/src/model/direct_channels.hpp"

#include "tests/unit/chat_sdk/model/model_fixture.hpp"

namespace parley::detail {
namespace {

using namespace std::chrono_literals;

class DirectChannelsTest : public ModelFixture {
 protected:
  void create(const std::string& peer = "bob") {
    direct_channels.open_or_create(
        peer, "", [this](Result<Channel> outcome) { outcomes.push_back(std::move(outcome)); });
  }
  static Error error(Errc code) { return {.code = code, .message = "refused"}; }
  static std::string conversation(const std::string& creator, const std::string& status = "joined") {
    return R"({"sid":"CH1","unique_name":"alice#bob","created_by":")" + creator + R"(","status":")" + status +
           R"("})";
  }
  /// From the join on: it joins, opens, and invites the other.
  void finish_joining() {
    rest.answer("POST /Conversations/CH1/Participants", R"({"sid":"MB1","identity":"alice"})");
    open_completely("CH1", "alice#bob");
    EXPECT_NE(rest.request("POST /Conversations/CH1/Participants").body.find("bob"), std::string::npos);
    rest.answer("POST /Conversations/CH1/Participants", R"({"sid":"MB2","identity":"bob"})");
  }
  void expect_channel() {
    ASSERT_EQ(outcomes.size(), 1u);
    ASSERT_TRUE(outcomes[0]) << outcomes[0].error().message;
    EXPECT_EQ(outcomes[0]->sid(), "CH1");
    EXPECT_EQ(outcomes[0]->state()->peer, "bob");
  }
  void expect_error(Errc code) {
    ASSERT_EQ(outcomes.size(), 1u);
    ASSERT_FALSE(outcomes[0]);
    EXPECT_EQ(outcomes[0].error().code, code);
    EXPECT_EQ(rest.waiting(), 0u);
  }

  std::vector<Result<Channel>> outcomes;
};

TEST_F(DirectChannelsTest, OneselfAndNobodyAreRefusedBeforeAnythingIsSent) {
  create("alice");
  create("");
  ASSERT_EQ(outcomes.size(), 2u);
  for (const auto& outcome : outcomes) EXPECT_EQ(outcome.error().code, Errc::invalid_argument);
  EXPECT_EQ(rest.waiting(), 0u);
}

TEST_F(DirectChannelsTest, TheFirstOneCreatesJoinsAndInvites) {
  create();
  rest.fail("GET /Mine/alice%23bob", error(Errc::not_found));
  rest.answer("POST /Conversations", conversation("alice"));
  finish_joining();
  expect_channel();
}

TEST_F(DirectChannelsTest, AnExistingOneIsJoinedAndTheOtherInvitedAgain) {
  create();
  rest.answer("GET /Mine/alice%23bob", conversation("bob"));
  finish_joining();
  expect_channel();
}

TEST_F(DirectChannelsTest, AStrangersChannelOfThatNameIsAConflict) {
  create();
  rest.answer("GET /Mine/alice%23bob", conversation("mallory"));
  expect_error(Errc::conflict);
}

TEST_F(DirectChannelsTest, TheLoserOfARaceWaitsForTheInvitation) {
  create();
  rest.fail("GET /Mine/alice%23bob", error(Errc::not_found));
  rest.fail("POST /Conversations", error(Errc::conflict));
  rest.fail("GET /Conversations/alice%23bob", error(Errc::forbidden));
  EXPECT_EQ(rest.waiting(), 0u);
  pass(200ms);
  rest.answer("GET /Conversations/alice%23bob", conversation("bob", "notParticipating"));
  pass(200ms);
  rest.answer("GET /Conversations/alice%23bob", conversation("bob"));
  finish_joining();
  expect_channel();
}

TEST_F(DirectChannelsTest, TheLoserOfARaceGivesUpInTime) {
  create();
  rest.fail("GET /Mine/alice%23bob", error(Errc::not_found));
  rest.fail("POST /Conversations", error(Errc::conflict));
  context.now += 10s;
  rest.fail("GET /Conversations/alice%23bob", error(Errc::forbidden));
  expect_error(Errc::conflict);
}

TEST_F(DirectChannelsTest, TheLoserOfARaceIsToldWhenTheClientEnds) {
  create();
  rest.fail("GET /Mine/alice%23bob", error(Errc::not_found));
  rest.fail("POST /Conversations", error(Errc::conflict));
  rest.fail("GET /Conversations/alice%23bob", error(Errc::forbidden));
  timers.fail_all(error(Errc::client_closed));
  expect_error(Errc::client_closed);
}

TEST_F(DirectChannelsTest, WhatTheServiceRefusesEndsTheAttempt) {
  create();
  rest.fail("GET /Mine/alice%23bob", error(Errc::not_found));
  rest.fail("POST /Conversations", error(Errc::limit_exceeded));
  expect_error(Errc::limit_exceeded);
}

TEST_F(DirectChannelsTest, ABlockedInvitationIsToldThoughTheChannelIsThere) {
  create();
  rest.answer("GET /Mine/alice%23bob", conversation("alice"));
  rest.answer("POST /Conversations/CH1/Participants", R"({"sid":"MB1","identity":"alice"})");
  open_completely("CH1", "alice#bob");
  rest.fail("POST /Conversations/CH1/Participants", error(Errc::forbidden));
  expect_error(Errc::forbidden);
}

}  // namespace
}  // namespace parley::detail
