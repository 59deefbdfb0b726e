#include "tests/unit/chat_sdk/model/outbox_fixture.hpp"

namespace parley::detail {
namespace {

using namespace std::chrono_literals;

// the end of a message's life

TEST_F(OutboxTest, WhatIsNeverSentFailsInTime) {
  outbox.on_disconnected();
  submit("one");
  pass(12h);
  submit("two");
  pass(12h);
  EXPECT_EQ(code(0), Errc::timed_out);
  EXPECT_FALSE(outcomes[1]);
  pass(12h);
  EXPECT_EQ(code(1), Errc::timed_out);
  EXPECT_EQ(states(), (States{OutgoingState::failed, OutgoingState::failed}));
}

TEST_F(OutboxTest, NobodyWaitsForTheNextTryOfAMessageWhoseLifeIsOver) {
  submit("one");
  pass(23h + 59min + 50s);
  Error busy = error(Errc::too_many_requests);
  busy.retry_after = 60s;
  rest.fail(kPost, busy);
  submit("two");
  pass(10s);
  EXPECT_EQ(code(0), Errc::timed_out);
  EXPECT_TRUE(rest.waits(kPost));
}

TEST_F(OutboxTest, WhatMayHaveBeenStoredSaysSoInTheEnd) {
  submit("one");
  rest.fail(kPost, error(Errc::outcome_unknown));
  outbox.on_disconnected();
  pass(24h);
  EXPECT_EQ(code(0), Errc::outcome_unknown);
}

TEST_F(OutboxTest, WhatTheServiceMayHaveForgottenIsNotSentAgainByItself) {
  const auto id = submit("one");
  rest.fail(kPost, error(Errc::outcome_unknown));
  outbox.on_disconnected();
  context.wall_now += std::chrono::hours(48);  // the machine slept: its clock of monotonic time did not move
  outbox.on_ready();
  EXPECT_EQ(code(0), Errc::outcome_unknown);
  EXPECT_FALSE(rest.waits(kPost));
  outbox.retry("CH1", id, [](const Result<Message>&) {});
  EXPECT_TRUE(rest.waits(kPost)) << "its user wants it all the same";
}

TEST_F(OutboxTest, AnAnswerThatIsOutstandingCountsAfterTheEndOfLife) {
  submit("one");
  pass(25h);
  EXPECT_FALSE(outcomes[0]);
  stored(0, "one");
  EXPECT_TRUE(outcomes[0].value());
  submit("two");
  pass(25h);
  rest.fail(kPost, error(Errc::connection_lost));
  EXPECT_EQ(code(1), Errc::timed_out);
}

// failed

TEST_F(OutboxTest, FailedIsSentAgainBehindTheOthers) {
  const auto id = submit("one");
  rest.fail(kPost, error(Errc::forbidden));
  submit("two");
  outcomes.emplace_back();
  outbox.retry("CH1", id, [this](Result<Message> outcome) { outcomes[2] = std::move(outcome); });
  EXPECT_EQ(heard<MessagePending>().size(), 3u);
  stored(0, "two");
  EXPECT_EQ(rest.request(kPost).mutation_id, id);
  stored(1, "one");
  EXPECT_EQ(outcomes[2]->value().index, 1);
}

TEST_F(OutboxTest, OnlyWhatFailedIsTriedAgain) {
  const auto id = submit("one");
  Errc refused{};
  const auto keep = [&](const Result<Message>& outcome) { refused = outcome.error().code; };
  outbox.retry("CH1", id, keep);
  EXPECT_EQ(refused, Errc::conflict);
  outbox.retry("CH1", "other", keep);
  EXPECT_EQ(refused, Errc::not_found);
}

TEST_F(OutboxTest, FailedIsKeptUntilDiscardedButNotWithoutEnd) {
  for (int i = 0; i < 1001; ++i) {
    submit("one");
    rest.fail(kPost, error(Errc::forbidden));
  }
  EXPECT_EQ(states().size(), 1000u);
  outbox.discard("CH1", outbox.outgoing("CH1")[0].local_id, kept());
  EXPECT_TRUE(finished.at(0));
  EXPECT_EQ(states().size(), 999u);
}

// the connection ends

TEST_F(OutboxTest, AClosedClientEndsEverything) {
  submit("one");
  submit("two");
  outbox.on_given_up(error(Errc::client_closed), /*final=*/true);
  EXPECT_EQ(code(0), Errc::client_closed);
  EXPECT_EQ(code(1), Errc::client_closed);
  EXPECT_TRUE(heard<MessageFailed>().empty());
  rest.fail(kPost, error(Errc::client_closed));
}

TEST_F(OutboxTest, ADeniedClientFailsEverythingAndKeepsItForARetry) {
  const auto id = submit("one");
  submit("two");
  outbox.on_given_up(error(Errc::denied), /*final=*/true);
  EXPECT_EQ(code(0), Errc::outcome_unknown) << "it was under way";
  EXPECT_EQ(code(1), Errc::denied);
  EXPECT_EQ(states(), (States{OutgoingState::failed, OutgoingState::failed}));
  rest.fail(kPost, error(Errc::denied));
  outbox.retry("CH1", id, [](const Result<Message>&) {});
  outbox.on_ready();
  EXPECT_EQ(rest.request(kPost).mutation_id, id);
}

TEST_F(OutboxTest, AConnectionThatIsGivenUpForNowLosesNothing) {
  submit("one");
  outbox.on_given_up(error(Errc::unreachable), /*final=*/false);
  timers.fail_all(error(Errc::unreachable));
  rest.fail(kPost, error(Errc::unreachable));
  pass(60s);
  EXPECT_EQ(rest.waiting(), 0u);
  outbox.on_ready();
  stored(0, "one");
  EXPECT_TRUE(outcomes[0].value());
}

// flush

TEST_F(OutboxTest, FlushWaitsForWhatWasSubmittedBefore) {
  outbox.flush(1min, kept());
  EXPECT_TRUE(finished.at(0)) << "nothing to wait for";
  submit("one");
  outbox.flush(1min, kept());
  submit("two");
  EXPECT_EQ(finished.size(), 1u);
  stored(0, "one");
  ASSERT_EQ(finished.size(), 2u);
  EXPECT_TRUE(finished[1]);
  pass(2min);
  EXPECT_EQ(finished.size(), 2u);
}

TEST_F(OutboxTest, FlushOutlivesAConnectionThatIsGivenUp) {
  submit("one");
  outbox.flush(1min, kept());
  outbox.on_given_up(error(Errc::unreachable), /*final=*/false);
  timers.fail_all(error(Errc::unreachable));
  EXPECT_TRUE(finished.empty());
  pass(1min);
  EXPECT_EQ(finished.at(0).error().code, Errc::timed_out);
}

TEST_F(OutboxTest, NothingIsTakenAfterTheEnd) {
  outbox.on_given_up(error(Errc::client_closed), /*final=*/true);
  submit("one");
  EXPECT_EQ(code(0), Errc::client_closed);
  outbox.flush(1min, kept());
  EXPECT_EQ(finished.at(0).error().code, Errc::client_closed);
}

TEST_F(OutboxTest, FlushEndsInTimeAndLosesNothing) {
  submit("one");
  outbox.flush(1min, kept());
  pass(1min);
  EXPECT_EQ(finished.at(0).error().code, Errc::timed_out);
  stored(0, "one");
  EXPECT_TRUE(outcomes[0].value());
}

}  // namespace
}  // namespace parley::detail
