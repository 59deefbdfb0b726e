#include "tests/unit/chat_sdk/model/outbox_fixture.hpp"

namespace parley::detail {
namespace {

using namespace std::chrono_literals;

// queued

TEST_F(OutboxTest, QueuedIsToldAtOnceAndSentWhenItsTurnComes) {
  const auto first = submit("one");
  submit("two");
  ASSERT_EQ(heard<MessagePending>().size(), 2u);
  EXPECT_EQ(heard<MessagePending>()[0].message.local_id, first);
  EXPECT_EQ(heard<MessagePending>()[0].message.text, "one");
  EXPECT_EQ(rest.waiting(), 1u) << "one at a time";
  EXPECT_EQ(states(), (States{OutgoingState::sending, OutgoingState::queued}));
  stored(0, "one");
  EXPECT_EQ(rest.waiting(), 1u);
  stored(1, "two");
  EXPECT_TRUE(outcomes[0].value() && outcomes[1].value());
  EXPECT_EQ(states(), States{});
}

TEST_F(OutboxTest, ChannelsDoNotWaitForEachOther) {
  submit("one", "CH1");
  submit("two", "CH2");
  EXPECT_TRUE(rest.waits(kPost));
  EXPECT_TRUE(rest.waits("POST /Conversations/CH2/Messages"));
}

TEST_F(OutboxTest, QueuedBeforeTheFirstConnectionIsSentWithIt) {
  outbox.on_disconnected();
  submit("one");
  EXPECT_EQ(rest.waiting(), 0u);
  EXPECT_EQ(heard<MessagePending>().size(), 1u);
  EXPECT_EQ(heard<MessagePending>()[0].channel.sid(), "CH1") << "though nothing is known of it yet";
  outbox.on_ready();
  EXPECT_EQ(rest.waiting(), 1u);
}

TEST_F(OutboxTest, WhatIsNotAcceptableIsNotQueued) {
  submit("");
  EXPECT_EQ(code(0), Errc::invalid_argument);
  EXPECT_TRUE(events.empty());
  NewMessage message("text");
  message.key = std::string(200, 'k');
  submit(message);
  EXPECT_NE(outcomes[1]->error().message.find("key"), std::string::npos);
}

TEST_F(OutboxTest, TheKeyIsTheLocalIdAndTheMutationId) {
  NewMessage message("text");
  message.key = "order-17";
  EXPECT_EQ(submit(message), "order-17");
  EXPECT_EQ(rest.request(kPost).mutation_id, "order-17");
  EXPECT_TRUE(rest.request(kPost).repeatable);
}

TEST_F(OutboxTest, TheSameKeyAgainWaitsForTheSameOutcome) {
  NewMessage message("text");
  message.key = "order-17";
  submit(message);
  submit(message);
  EXPECT_EQ(rest.waiting(), 1u);
  EXPECT_EQ(heard<MessagePending>().size(), 1u);
  stored(0, "text");
  EXPECT_EQ(outcomes[0]->value().sid, outcomes[1]->value().sid);
}

TEST_F(OutboxTest, AnotherMessageWithTheSameKeyIsRefused) {
  NewMessage message("text");
  message.key = "order-17";
  submit(message);
  submit(message, "CH2");
  EXPECT_EQ(code(1), Errc::conflict);
  message.text = "another";
  submit(message);
  EXPECT_EQ(code(2), Errc::conflict);
  EXPECT_FALSE(outcomes[0]);
}

TEST_F(OutboxTest, TheLastOneWhoCancelsDiscards) {
  submit("first");
  NewMessage message("text");
  message.key = "order-17";
  submit(message);
  submit(message);
  outbox.cancel("order-17");
  EXPECT_EQ(states().size(), 2u);
  outbox.cancel("order-17");
  EXPECT_EQ(states().size(), 1u);
}

TEST_F(OutboxTest, QueuedMayBeDiscarded) {
  submit("one");
  const auto second = submit("two");
  outbox.discard("CH1", second, kept());
  EXPECT_TRUE(finished.at(0));
  EXPECT_EQ(code(1), Errc::cancelled);
  ASSERT_EQ(heard<MessageFailed>().size(), 1u);
  EXPECT_EQ(heard<MessageFailed>()[0].message.error->code, Errc::cancelled);
  EXPECT_EQ(states(), (States{OutgoingState::sending}));
}

TEST_F(OutboxTest, AMessageOfAnotherChannelIsNotFound) {
  outbox.discard("CH2", submit("one"), kept());
  EXPECT_EQ(finished.at(0).error().code, Errc::not_found);
}

class SmallOutbox : public OutboxTest {
 protected:
  SmallOutbox() : OutboxTest({{.max_messages = 2}}) {}
};

TEST_F(SmallOutbox, MoreThanAllowedAreRefused) {
  for (const char* text : {"one", "two", "three"}) submit(text);
  EXPECT_EQ(code(2), Errc::limit_exceeded);
  stored(0, "one");
  submit("three");
  EXPECT_FALSE(outcomes[3]);
}

// sending

TEST_F(OutboxTest, SentIsToldOnceWithBothNames) {
  const auto id = submit("one");
  stored(4, "one");
  ASSERT_EQ(heard<MessageSent>().size(), 1u);
  EXPECT_EQ(heard<MessageSent>()[0].local_id, id);
  EXPECT_EQ(heard<MessageSent>()[0].message.sid, "IM4");
  EXPECT_EQ(heard<MessageSent>()[0].message.index, 4);
}

TEST_F(OutboxTest, NoAnswerIsSentAgainWithTheSameMutationId) {
  for (const Errc lost : {Errc::connection_lost, Errc::outcome_unknown, Errc::timed_out, Errc::server_error,
                          Errc::too_many_requests, Errc::protocol_error}) {
    const auto id = submit("one");
    submit("two");
    rest.fail(kPost, error(lost));
    EXPECT_FALSE(outcomes[0]) << to_string(lost);
    EXPECT_FALSE(rest.waits(kPost)) << "not before the back-off, and nothing overtakes";
    pass(2s);
    EXPECT_EQ(rest.request(kPost).mutation_id, id);
    stored(0, "one");
    stored(1, "two");
    EXPECT_TRUE(outcomes[0].value());
    outcomes.clear();
  }
}

TEST_F(OutboxTest, ARefusalAsksToWaitAndIsObeyed) {
  submit("one");
  Error busy = error(Errc::too_many_requests);
  busy.retry_after = 20s;
  rest.fail(kPost, busy);
  pass(19s);
  EXPECT_FALSE(rest.waits(kPost));
  pass(1s);
  EXPECT_TRUE(rest.waits(kPost));
}

TEST_F(OutboxTest, AReconnectEndsTheBackOff) {
  submit("one");
  rest.fail(kPost, error(Errc::connection_lost));
  outbox.on_disconnected();
  pass(10s);
  EXPECT_FALSE(rest.waits(kPost));
  outbox.on_ready();
  EXPECT_TRUE(rest.waits(kPost));
}

TEST_F(OutboxTest, ARefusedMessageStepsAside) {
  submit("one");
  submit("two");
  rest.fail(kPost, error(Errc::forbidden));
  EXPECT_EQ(code(0), Errc::forbidden);
  ASSERT_EQ(heard<MessageFailed>().size(), 1u);
  EXPECT_EQ(heard<MessageFailed>()[0].message.error->code, Errc::forbidden);
  EXPECT_EQ(states(), (States{OutgoingState::failed, OutgoingState::sending}));
}

TEST_F(OutboxTest, AMessageThatBreaksTheServiceDoesNotHoldTheChannelForEver) {
  submit("one");
  submit("two");
  for (int i = 0; i < 20; ++i) {
    rest.fail(kPost, error(Errc::server_error, 503));
    pass(40s);
  }
  EXPECT_FALSE(outcomes[0]) << "a busy one is waited for";
  for (int i = 0; i < 8; ++i) {
    rest.fail(kPost, error(Errc::server_error, 500));
    pass(40s);
  }
  EXPECT_EQ(code(0), Errc::outcome_unknown);
  EXPECT_TRUE(rest.waits(kPost)) << "the next one";
}

TEST_F(OutboxTest, SendingIsNotDiscarded) {
  const auto id = submit("one");
  outbox.discard("CH1", id, kept());
  EXPECT_EQ(finished.at(0).error().code, Errc::conflict);
  outbox.cancel(id);
  stored(0, "one");
  EXPECT_EQ(heard<MessageSent>().size(), 1u);
}

TEST_F(OutboxTest, WhatWasSurelyNotStoredIsDiscarded) {
  const auto id = submit("one");
  rest.fail(kPost, error(Errc::too_many_requests));
  submit("two");
  outbox.discard("CH1", id, kept());
  EXPECT_TRUE(finished.at(0));
  EXPECT_TRUE(rest.waits(kPost)) << "the next one does not wait for what is gone";
}

TEST_F(OutboxTest, WhatWasDoneButCannotBeReadIsUnknown) {
  submit("one");
  rest.fail(kPost, error(Errc::outcome_unknown, 404));
  EXPECT_EQ(code(0), Errc::outcome_unknown);
  EXPECT_EQ(states(), (States{OutgoingState::failed}));
}

TEST_F(OutboxTest, WhatMayHaveBeenStoredIsNotDiscarded) {
  const auto id = submit("one");
  rest.fail(kPost, error(Errc::outcome_unknown));
  outbox.discard("CH1", id, kept());
  EXPECT_EQ(finished.at(0).error().code, Errc::conflict);
}

// blocked

class BlockingOutbox : public OutboxTest {
 protected:
  BlockingOutbox() : OutboxTest({{.block_on_refusal = true}}) {}
};

TEST_F(BlockingOutbox, ARefusedMessageHoldsTheQueueUntilItIsSentAgain) {
  const auto id = submit("one");
  submit("two");
  rest.fail(kPost, error(Errc::forbidden));
  EXPECT_EQ(code(0), Errc::forbidden);
  EXPECT_EQ(states(), (States{OutgoingState::blocked, OutgoingState::queued}));
  pass(23h);
  EXPECT_FALSE(rest.waits(kPost));
  outbox.retry("CH1", id, [](const Result<Message>&) {});
  EXPECT_EQ(rest.request(kPost).mutation_id, id) << "it has kept its place";
  stored(0, "one");
  EXPECT_TRUE(rest.waits(kPost));
}

TEST_F(BlockingOutbox, ABlockedMessageHasHadItsOutcome) {
  submit("one");
  rest.fail(kPost, error(Errc::forbidden));
  outbox.flush(1min, kept());
  EXPECT_TRUE(finished.at(0));
  outbox.on_given_up(error(Errc::denied), /*final=*/true);
  EXPECT_EQ(heard<MessageFailed>().size(), 1u);
  EXPECT_EQ(states(), (States{OutgoingState::blocked}));
}

TEST_F(BlockingOutbox, ADiscardedMessageHoldsNothing) {
  const auto id = submit("one");
  submit("two");
  rest.fail(kPost, error(Errc::forbidden));
  outbox.discard("CH1", id, kept());
  EXPECT_TRUE(finished.at(0));
  EXPECT_TRUE(rest.waits(kPost));
}

}  // namespace
}  // namespace parley::detail
