#include "chat_sdk/src/model/outbox.hpp"

#include "tests/unit/chat_sdk/model/model_fixture.hpp"

namespace parley::detail {
namespace {

using namespace std::chrono_literals;

constexpr const char* kPost = "POST /Conversations/CH1/Messages";

Error error(Errc code, int status = 0) { return {.code = code, .message = "no", .http_status = status}; }

/// An outbox that may send at once, unless the test says otherwise.
class OutboxTest : public ModelFixture {
 protected:
  explicit OutboxTest(OutboxSettings chosen = {}) : settings(std::move(chosen)) { outbox.on_ready(); }

  std::string submit(NewMessage message, const std::string& channel = "CH1") {
    const std::size_t index = outcomes.size();
    outcomes.emplace_back();
    return outbox.submit(channel, std::move(message), [this, index](Result<Message> outcome) {
      EXPECT_FALSE(outcomes[index]) << "completed twice";
      outcomes[index] = std::move(outcome);
    });
  }
  void stored(int index, const std::string& text) {
    rest.answer(kPost, R"({"sid":"IM)" + std::to_string(index) + R"(","index":)" + std::to_string(index) +
                           R"(,"body":")" + text + R"("})");
  }
  Done<void> kept() {
    return [this](Result<void> outcome) { finished.push_back(std::move(outcome)); };
  }
  Errc code(std::size_t index) const { return outcomes.at(index).value().error().code; }
  std::vector<OutgoingState> states() const {
    std::vector<OutgoingState> all;
    for (const auto& message : outbox.outgoing("CH1")) all.push_back(message.state);
    return all;
  }
  using States = std::vector<OutgoingState>;

  OutboxSettings settings;
  History& history = model.history;
  Outbox outbox{{context, timers, rest, urls, subscriber},
                settings,
                model.cache,
                history,
                registry,
                [](std::shared_ptr<ChannelSlot> slot) { return Channel(std::move(slot), {}); }};
  std::vector<std::optional<Result<Message>>> outcomes;
  std::vector<Result<void>> finished;
};

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

// uploading

class OutboxWithFiles : public OutboxTest {
 protected:
  static NewMessage with_files(int count) {
    NewMessage message("look");
    for (int i = 0; i < count; ++i) message.files.push_back(NewFile::from_bytes("bytes", "a.txt"));
    return message;
  }
  /// The file that is to be uploaded now; fails the test if there is none.
  std::size_t wanted_file() {
    const auto action = outbox.next();
    const auto* wanted = action ? std::get_if<UploadFile>(&*action) : nullptr;
    EXPECT_TRUE(wanted);
    if (wanted) upload = wanted->upload;
    return wanted ? wanted->file : 99;
  }
  void uploaded(const std::string& id, Result<std::string> sid) {
    outbox.on_uploaded(id, upload, std::move(sid));
  }
  bool stopped() {
    const auto action = outbox.next();
    const auto* stop = action ? std::get_if<StopUpload>(&*action) : nullptr;
    return stop && stop->upload == upload;
  }

  std::uint64_t upload = 0;  ///< the newest one
};

TEST_F(OutboxWithFiles, FilesGoFirstOneAfterTheOtherAndInOrder) {
  const auto id = submit(with_files(2));
  submit("two");
  EXPECT_EQ(outbox.outgoing("CH1")[0].files, (std::vector<std::string>{"a.txt", "a.txt"}));
  EXPECT_EQ(wanted_file(), 0u);
  EXPECT_FALSE(outbox.next());
  uploaded(id, std::string("ME1"));
  EXPECT_EQ(wanted_file(), 1u);
  EXPECT_EQ(rest.waiting(), 0u) << "the text behind waits, too";
  uploaded(id, std::string("ME2"));
  EXPECT_NE(rest.request(kPost).body.find(R"(["ME1","ME2"])"), std::string::npos);
}

TEST_F(OutboxWithFiles, OnlyWhatIsNotThereIsUploadedAgain) {
  const auto id = submit(with_files(2));
  wanted_file();
  uploaded(id, std::string("ME1"));
  wanted_file();
  uploaded(id, error(Errc::unreachable));
  pass(2s);
  EXPECT_EQ(wanted_file(), 1u);
  uploaded(id, std::string("ME2"));
  rest.fail(kPost, error(Errc::outcome_unknown));
  pass(2s);
  EXPECT_TRUE(rest.waits(kPost)) << "only the message is repeated";
  EXPECT_FALSE(outbox.next());
}

TEST_F(OutboxWithFiles, AFileThatIsRefusedEndsTheMessageAndNobodySeesIt) {
  const auto id = submit(with_files(1));
  wanted_file();
  uploaded(id, error(Errc::limit_exceeded, 413));
  EXPECT_EQ(code(0), Errc::limit_exceeded);
  EXPECT_EQ(rest.waiting(), 0u);
}

TEST_F(OutboxWithFiles, ACancelledUploadIsStopped) {
  const auto id = submit(with_files(1));
  wanted_file();
  outbox.cancel(id);
  EXPECT_TRUE(stopped());
  uploaded(id, std::string("ME1"));
  EXPECT_EQ(rest.waiting(), 0u);
  EXPECT_EQ(code(0), Errc::cancelled);
}

TEST_F(OutboxWithFiles, ADenialStopsTheUploadAndItsLateAnswerCountsForNothing) {
  const auto id = submit(with_files(2));
  wanted_file();
  const auto old = upload;
  outbox.on_given_up(error(Errc::denied), /*final=*/true);
  EXPECT_TRUE(stopped());
  outbox.on_ready();
  outbox.retry("CH1", id, [](const Result<Message>&) {});
  EXPECT_EQ(wanted_file(), 0u);
  outbox.on_uploaded(id, old, std::string("MEold"));
  EXPECT_FALSE(outbox.next());
  uploaded(id, std::string("ME1"));
  EXPECT_EQ(wanted_file(), 1u);
}

TEST_F(OutboxWithFiles, WhatWasUploadedForARefusedMessageIsUploadedAgain) {
  const auto id = submit(with_files(1));
  wanted_file();
  uploaded(id, std::string("ME1"));
  rest.fail(kPost, error(Errc::forbidden));
  outbox.retry("CH1", id, [](const Result<Message>&) {});
  EXPECT_EQ(wanted_file(), 0u) << "the service may have removed it";
}

TEST_F(OutboxWithFiles, TheEndOfLifeStopsAnUpload) {
  submit(with_files(1));
  wanted_file();
  pass(24h);
  EXPECT_TRUE(stopped());
  EXPECT_EQ(code(0), Errc::timed_out);
}

// checking: the service does not know mutation ids

class OutboxWithoutMutationIds : public OutboxTest {
 protected:
  OutboxWithoutMutationIds() : OutboxTest({{}, /*knows_mutation_ids=*/false}) { open_completely("CH1"); }

  /// An item of a page of messages, with a key in its attributes.
  static std::string keyed(int index, const std::string& key) {
    const std::string number = std::to_string(index);
    return R"({"index":)" + number + R"(,"data":{"sid":"IM)" + number +
           R"(","author":"alice","text":"one","attributes":"{\"parley.key\":\")" + key + R"(\"}"}})";
  }
  void lose_answer() {
    rest.fail(kPost, error(Errc::outcome_unknown));
    pass(3s);
  }
  static constexpr const char* kHistory = "GET /items/ESCH1";
};

TEST_F(OutboxWithoutMutationIds, TheKeyTravelsInTheAttributes) {
  const auto id = submit(NewMessage("one", R"({"color":"red"})"));
  EXPECT_FALSE(rest.request(kPost).repeatable);
  EXPECT_NE(rest.request(kPost).body.find(R"(\"parley.key\":\")" + id), std::string::npos);
  EXPECT_NE(rest.request(kPost).body.find(R"(\"color\":\"red\")"), std::string::npos);
}

TEST_F(OutboxWithoutMutationIds, WhatIsFoundInTheHistoryIsNotSentAgain) {
  const auto id = submit("one");
  lose_answer();
  EXPECT_FALSE(rest.waits(kPost));
  EXPECT_EQ(states(), (States{OutgoingState::sending}));
  rest.answer(kHistory, page(keyed(8, "other") + "," + keyed(9, id)));
  EXPECT_EQ(outcomes[0]->value().index, 9);
  EXPECT_EQ(heard<MessageSent>().size(), 1u);
}

TEST_F(OutboxWithoutMutationIds, WhatSomebodyElseMarkedWithTheKeyIsNotOurs) {
  const auto id = submit("one");
  lose_answer();
  std::string of_bob = keyed(9, id);
  of_bob.replace(of_bob.find("alice"), 5, "bob");
  rest.answer(kHistory, page(of_bob));
  EXPECT_FALSE(outcomes[0]);
  EXPECT_TRUE(rest.waits(kPost));
}

TEST_F(OutboxWithoutMutationIds, WhatIsOnItsWayMaySettleBeforeItIsLookedFor) {
  submit("one");
  rest.fail(kPost, error(Errc::outcome_unknown));
  outbox.on_disconnected();
  outbox.on_ready();
  EXPECT_FALSE(rest.waits(kHistory));
  pass(2s);
  EXPECT_TRUE(rest.waits(kHistory));
}

TEST_F(OutboxWithoutMutationIds, ACrowdThatIsRefusedAtOnceDoesNotPileUp) {
  outbox.on_disconnected();
  for (int i = 0; i < 20'000; ++i) {
    NewMessage message("text");
    message.key = "order-" + std::to_string(i);
    submit(message, "CHunknown");
  }
  outbox.on_ready();
  EXPECT_EQ(code(0), Errc::not_found);
  EXPECT_EQ(code(19'999), Errc::not_found);
}

TEST_F(OutboxWithoutMutationIds, WhatIsNotFoundIsSentAgain) {
  const auto id = submit("one");
  lose_answer();
  rest.answer(kHistory, page(keyed(8, "other")));
  EXPECT_EQ(rest.request(kPost).mutation_id, id);
  stored(9, "one");
  EXPECT_TRUE(outcomes[0].value());
}

TEST_F(OutboxWithoutMutationIds, TheHistoryIsReadAgainUntilItAnswers) {
  submit("one");
  lose_answer();
  rest.fail(kHistory, error(Errc::connection_lost));
  EXPECT_FALSE(rest.waits(kHistory));
  pass(5s);
  EXPECT_TRUE(rest.waits(kHistory)) << "and nothing is sent before";
  EXPECT_FALSE(rest.waits(kPost));
}

TEST_F(OutboxWithoutMutationIds, WhatSurelyDidNotHappenIsSentWithoutReading) {
  submit("one");
  rest.fail(kPost, error(Errc::connection_lost));
  pass(2s);
  EXPECT_TRUE(rest.waits(kPost));
}

TEST_F(OutboxWithoutMutationIds, AMessageThatCanCarryNoKeySaysThatItIsUnknown) {
  submit(NewMessage("one", "[1,2]"));
  EXPECT_NE(rest.request(kPost).body.find(R"("[1,2]")"), std::string::npos) << "untouched";
  rest.fail(kPost, error(Errc::outcome_unknown));
  EXPECT_EQ(code(0), Errc::outcome_unknown);
  NewMessage named("one", "[1,2]");
  named.key = "order-17";
  submit(named);
  EXPECT_EQ(code(1), Errc::invalid_argument);
}

TEST_F(OutboxWithoutMutationIds, ANameThatTheCallerGaveMayHaveBeenStoredBefore) {
  NewMessage message("one");
  message.key = "order-17";
  submit(message);
  EXPECT_FALSE(rest.waits(kPost));
  rest.answer(kHistory, page(keyed(3, "order-17")));
  EXPECT_EQ(outcomes[0]->value().index, 3);
}

TEST_F(OutboxWithoutMutationIds, AHistoryThatIsForbiddenLeavesItUnknown) {
  submit("one");
  lose_answer();
  rest.fail(kHistory, error(Errc::forbidden));
  EXPECT_EQ(code(0), Errc::outcome_unknown);
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
