#include "tests/unit/chat_sdk/model/process_fixture.hpp"

namespace parley::detail {
namespace {

using namespace std::chrono_literals;

constexpr const char* kPost = "POST /Conversations/CH1/Messages";

class DurableOutboxTest : public ProcessFixture {
 protected:
  using ProcessFixture::ProcessFixture;

  void ready() {
    outbox().on_ready();
    write();
  }
  std::string submit(NewMessage message) {
    const std::size_t index = outcomes.size();
    outcomes.emplace_back();
    return outbox().submit("CH1", std::move(message), [this, index](Result<Message> outcome) {
      EXPECT_FALSE(outcomes[index]) << "completed twice";
      outcomes[index] = std::move(outcome);
    });
  }
  std::string submit_saved(NewMessage message) {
    auto id = submit(std::move(message));
    write();
    return id;
  }
  void stored(int index) {
    const auto number = std::to_string(index);
    rest().answer(kPost, R"({"sid":"IM)" + number + R"(","index":)" + number + R"(,"body":"text"})");
    write();
  }
  void fail(Errc code, int status = 0) {
    rest().fail(kPost, {.code = code, .message = "no", .http_status = status});
    write();
  }
  std::vector<std::string> on_disk() const {
    std::vector<std::string> texts;
    for (const auto& message : disk->contents().value().outgoing) texts.push_back(message.message->text);
    return texts;
  }
  std::size_t told() const { return heard<MessagePending>() + heard<MessageFailed>(); }
  std::vector<OutgoingState> states() const {
    std::vector<OutgoingState> all;
    for (const auto& message : process->model.outbox.outgoing("CH1")) all.push_back(message.state);
    return all;
  }
  Errc code(std::size_t index) const { return outcomes.at(index).value().error().code; }
  Outbox& outbox() { return process->model.outbox; }
  using States = std::vector<OutgoingState>;
  using Texts = std::vector<std::string>;

  std::vector<std::optional<Result<Message>>> outcomes;
};

// saving

TEST_F(DurableOutboxTest, NothingIsToldOrSentBeforeItIsSaved) {
  open();
  ready();
  submit("one");
  submit("two");
  EXPECT_EQ(told(), 0u);
  EXPECT_EQ(rest().waiting(), 0u);
  EXPECT_EQ(states(), States{});
  write();
  EXPECT_EQ(heard<MessagePending>(), 2u);
  EXPECT_EQ(states(), (States{OutgoingState::sending, OutgoingState::queued}));
  EXPECT_EQ(on_disk(), (Texts{"one", "two"}));
}

TEST_F(DurableOutboxTest, WhatIsSentIsErased) {
  open();
  ready();
  submit_saved("one");
  stored(0);
  EXPECT_TRUE(outcomes[0].value());
  EXPECT_EQ(on_disk(), Texts{});
}

TEST_F(DurableOutboxTest, WhatCannotBeSavedEndsWithThatErrorAndIsNotToldOf) {
  open();
  ready();
  submit("one");
  ASSERT_TRUE(cache().next());
  cache().on_written(no_space());
  EXPECT_EQ(code(0), Errc::storage_error);
  EXPECT_EQ(heard<MessagePending>() + heard<MessageFailed>(), 0u);
  EXPECT_EQ(heard<CacheFailed>(), 1u);
  submit_saved("two");
  EXPECT_TRUE(rest().waits(kPost)) << "the next one is not held up";
}

TEST_F(DurableOutboxTest, WhatIsCancelledBeforeItIsSavedWasNeverThere) {
  open();
  outbox().cancel(submit("one"));
  write();
  EXPECT_EQ(code(0), Errc::cancelled);
  EXPECT_EQ(told(), 0u);
  EXPECT_EQ(on_disk(), Texts{});
}

TEST_F(DurableOutboxTest, AFlushWaitsForWhatIsNotSavedYet) {
  open();
  ready();
  submit("one");
  bool flushed = false;
  outbox().flush(1h, [&](Result<void>) { flushed = true; });
  EXPECT_FALSE(flushed);
  write();
  stored(0);
  EXPECT_TRUE(flushed);
}

TEST_F(DurableOutboxTest, AFullDiskLosesNothingThatWasTold) {
  open();
  for (const char* text : {"one", "two"}) submit_saved(text);
  disk_full = true;
  for (const char* text : {"three", "four"}) submit_saved(text);
  EXPECT_EQ(code(2), Errc::storage_error);
  EXPECT_EQ(code(3), Errc::storage_error);
  EXPECT_EQ(heard<CacheFailed>(), 1u);
  ready();
  EXPECT_EQ(rest().waiting(), 0u) << "not before the disk says that it may have been sent";
  disk_full = false;
  pass(5s);
  disk_full = true;
  stored(0);
  stored(1);
  EXPECT_EQ(on_disk(), (Texts{"one", "two"}));
  disk_full = false;
  pass(60s);
  EXPECT_EQ(on_disk(), Texts{});
  submit_saved("five");
  EXPECT_TRUE(rest().waits(kPost));
}

class LittleRoom : public DurableOutboxTest {
 protected:
  LittleRoom() : DurableOutboxTest({.options = {}, .max_bytes = 1000}) {}
};

TEST_F(LittleRoom, MoreBytesThanAllowedAreRefused) {
  open();
  submit_saved(NewMessage(std::string(600, 'x')));
  submit_saved(NewMessage(std::string(600, 'x')));
  EXPECT_EQ(code(1), Errc::limit_exceeded);
  ready();
  stored(0);
  submit_saved(NewMessage(std::string(600, 'x')));
  EXPECT_TRUE(rest().waits(kPost));
}

TEST_F(DurableOutboxTest, ALifeThatEndsBeforeTheCacheIsOpenEndsAll) {
  submit("one");
  process->context.now += 24h;
  process->timers.on_time();
  EXPECT_EQ(code(0), Errc::timed_out);
  open();
  write();
  EXPECT_EQ(told(), 0u);
  EXPECT_EQ(on_disk(), Texts{});
}

TEST_F(DurableOutboxTest, ARefusedClientEndsWhatIsNotSavedYet) {
  submit("one");
  process->model.on_given_up({.code = Errc::denied, .message = "no"}, true);
  EXPECT_EQ(code(0), Errc::denied);
}

// erasing

TEST_F(DurableOutboxTest, WhatCannotBeErasedStays) {
  open();
  const auto id = submit_saved("one");
  disk_full = true;
  Result<void> discarded;
  outbox().discard("CH1", id, [&](Result<void> outcome) { discarded = std::move(outcome); });
  write();
  EXPECT_EQ(discarded.error().code, Errc::storage_error);
  EXPECT_EQ(heard<MessageFailed>(), 0u);
  disk_full = false;
  ready();
  EXPECT_EQ(rest().request(kPost).mutation_id, id);
}

TEST_F(DurableOutboxTest, NothingIsSentOfWhatIsBeingErased) {
  open();
  const auto id = submit_saved("one");
  submit_saved("two");
  bool gone = false;
  outbox().discard("CH1", id, [&](Result<void> outcome) { gone = outcome.has_value(); });
  outbox().on_ready();
  EXPECT_FALSE(gone);
  EXPECT_EQ(heard<MessageFailed>(), 0u);
  write();
  EXPECT_TRUE(gone);
  EXPECT_EQ(heard<MessageFailed>(), 1u);
  EXPECT_NE(rest().request(kPost).body.find("two"), std::string::npos);
}

TEST_F(DurableOutboxTest, DiscardedBeforeItIsSavedHoldsUpNobody) {
  open();
  ready();
  bool discarded = false;
  outbox().discard("CH1", submit("one"), [&](Result<void> outcome) { discarded = outcome.has_value(); });
  EXPECT_TRUE(discarded) << "nobody but its user knew of it";
  disk_full = true;
  write();
  disk_full = false;
  submit_saved("two");
  EXPECT_NE(rest().request(kPost).body.find("two"), std::string::npos);
  EXPECT_EQ(code(0), Errc::cancelled);
}

TEST_F(DurableOutboxTest, CancelledBeforeItIsSavedIsNotSentThoughItCannotBeErased) {
  open();
  ready();
  outbox().cancel(submit("one"));
  cache().on_written(disk->write(*std::get<WriteCache>(cache().next().value()).changes));
  disk_full = true;
  write();
  EXPECT_EQ(rest().waiting(), 0u);
  disk_full = false;
  pass(60s);
  EXPECT_EQ(on_disk(), Texts{});
}

TEST_F(DurableOutboxTest, CancelledBeforeItIsSavedIsNotLeftToTheNextProcess) {
  open();
  outbox().cancel(submit("one"));
  process->model.on_given_up(client_closed(), true);
  write();
  EXPECT_EQ(on_disk(), Texts{});
}

TEST_F(DurableOutboxTest, AKeyIsTakenUntilItsMessageIsErased) {
  open();
  NewMessage message("order");
  message.key = "order-17";
  submit_saved(message);
  outbox().discard("CH1", "order-17", [](Result<void>) {});
  submit(message);
  EXPECT_EQ(code(1), Errc::conflict);
  write();
  submit_saved(message);
  EXPECT_EQ(on_disk(), Texts{"order"});
}

TEST_F(DurableOutboxTest, AnotherTryThatIsCancelledBeforeItIsSavedIsNotSent) {
  open();
  ready();
  NewMessage message("order");
  message.key = "order-17";
  submit_saved(message);
  fail(Errc::forbidden, 403);
  outbox().cancel(submit(message));
  write();
  EXPECT_EQ(rest().waiting(), 0u);
  EXPECT_EQ(on_disk(), Texts{});
}

// from one process to the next

TEST_F(DurableOutboxTest, WhatWasQueuedOfflineIsSentInOrderByTheNextProcess) {
  open();
  std::vector<std::string> ids;
  for (const char* text : {"one", "two", "three"}) ids.push_back(submit_saved(text));
  restart();
  EXPECT_EQ(heard<MessagePending>(), 3u);
  submit_saved("four");
  EXPECT_EQ(rest().waiting(), 0u);
  ready();
  for (const auto& id : ids) {
    EXPECT_EQ(rest().request(kPost).mutation_id, id);
    stored(0);
  }
  EXPECT_NE(rest().request(kPost).body.find("four"), std::string::npos);
  EXPECT_EQ(heard<MessageSent>(), 3u);
}

TEST_F(DurableOutboxTest, NothingIsSentBeforeTheDiskSaysThatItMayHaveBeen) {
  open();
  submit_saved("one");
  outbox().on_ready();
  EXPECT_EQ(rest().waiting(), 0u);
  submit("two");
  write();
  EXPECT_EQ(rest().waiting(), 1u);
  for (const auto& message : disk->contents().value().outgoing)
    EXPECT_TRUE(message.progress.sendable_since) << message.message->text;
}

TEST_F(DurableOutboxTest, AMarkThatCannotBeWrittenIsTriedAgain) {
  open();
  submit_saved("one");
  outbox().on_ready();
  ASSERT_TRUE(cache().next());
  cache().on_written(no_space());
  write();
  EXPECT_EQ(rest().waiting(), 0u);
  pass(5s);
  EXPECT_EQ(rest().waiting(), 1u);
}

TEST_F(DurableOutboxTest, WhatComesWhileTheDiskIsAskedDoesNotHoldUpWhatWasThere) {
  open();
  submit_saved("one");
  outbox().on_ready();
  for (int i = 0; i < 3; ++i) {
    const auto marking = cache().next();
    submit("more");
    ASSERT_TRUE(marking);
    cache().on_written(disk->write(*std::get<WriteCache>(*marking).changes));
    if (rest().waiting()) return;
  }
  FAIL() << "each message asks the disk once more";
}

TEST_F(DurableOutboxTest, ALostAnswerIsAskedForWithTheSameMutationId) {
  open();
  ready();
  const auto id = submit_saved("one");
  ASSERT_EQ(rest().request(kPost).mutation_id, id);
  restart();
  ready();
  EXPECT_EQ(rest().request(kPost).mutation_id, id);
  stored(0);
  EXPECT_EQ(heard<MessageSent>(), 1u);
  EXPECT_EQ(on_disk(), Texts{});
}

class ServiceWithoutMutationIds : public DurableOutboxTest {
 protected:
  ServiceWithoutMutationIds() : DurableOutboxTest({.options = {}, .knows_mutation_ids = false}) {}
};

TEST_F(ServiceWithoutMutationIds, WhatMayHaveBeenStoredIsLookedForFirst) {
  open();
  ready();
  submit_saved("one");
  ASSERT_TRUE(rest().waits(kPost));
  restart();
  process->model.registry.add(process->model.make_record("CH1"));
  ready();
  EXPECT_EQ(rest().waiting(), 0u) << "what was on its way may still be stored";
  pass(2s);
  EXPECT_FALSE(rest().waits(kPost));
  EXPECT_TRUE(rest().waits("GET /Documents/CH1.channel")) << "on the way to the history";
}

TEST_F(ServiceWithoutMutationIds, WhatWasSurelyNotSentIsNotLookedFor) {
  open();
  submit_saved("one");
  restart();
  ready();
  EXPECT_TRUE(rest().waits(kPost));
}

class LongLife : public DurableOutboxTest {
 protected:
  LongLife() : DurableOutboxTest({.options = {.lifetime = 240h}}) {}
};

TEST_F(LongLife, WhatTheServiceMayHaveForgottenIsNotSentAgainButWhatWasNeverSentIs) {
  open();
  ready();
  submit_saved("may have been stored");
  outbox().on_disconnected();
  submit_saved("was not sent");
  wall += 72h;
  restart();
  ready();
  EXPECT_NE(rest().request(kPost).body.find("was not sent"), std::string::npos);
  EXPECT_EQ(states(), (States{OutgoingState::failed, OutgoingState::sending}));
}

TEST_F(DurableOutboxTest, ALifeThatEndedMeanwhileEndsWithTheNextProcess) {
  open();
  submit_saved("one");
  wall += 25h;
  restart();
  EXPECT_EQ(heard<MessagePending>(), 1u);
  pass(0s);
  EXPECT_EQ(heard<MessageFailed>(), 1u);
  EXPECT_EQ(process->model.outbox.outgoing("CH1").at(0).error->code, Errc::timed_out);
}

TEST_F(DurableOutboxTest, ALifeThatEndsSoonIsNotForgottenForOneThatEndsLater) {
  open();
  submit_saved("old");
  pass(23h);
  start();
  submit("new");
  open();
  write();
  pass(1h);
  EXPECT_EQ(heard<MessageFailed>(), 1u);
}

TEST_F(DurableOutboxTest, ARefusedMessageThatIsTriedAgainWasNotSentSince) {
  open();
  ready();
  const auto id = submit_saved("refused");
  fail(Errc::forbidden, 403);
  outbox().on_disconnected();
  outbox().retry("CH1", id, [](const Result<Message>&) {});
  write();
  wall += 50h;
  settings.options.lifetime = 240h;
  restart();
  bool discarded = false;
  outbox().discard("CH1", id, [&](Result<void> outcome) { discarded = outcome.has_value(); });
  write();
  EXPECT_TRUE(discarded);
}

TEST_F(DurableOutboxTest, WhatCannotBeSavedForAnotherTryIsWhatItWas) {
  open();
  ready();
  const auto id = submit_saved("refused");
  fail(Errc::forbidden, 403);
  disk_full = true;
  std::optional<Result<Message>> retried;
  outbox().retry("CH1", id, [&](Result<Message> outcome) { retried = std::move(outcome); });
  write();
  EXPECT_EQ(retried->error().code, Errc::storage_error);
  const auto outgoing = outbox().outgoing("CH1");
  ASSERT_EQ(outgoing.size(), 1u);
  EXPECT_EQ(outgoing[0].state, OutgoingState::failed);
  EXPECT_EQ(outgoing[0].error->code, Errc::forbidden);
}

TEST_F(DurableOutboxTest, AClockThatWasSetBackGivesNoLongerLife) {
  open();
  submit_saved("one");
  wall -= 24h * 365;
  restart();
  pass(23h);
  EXPECT_EQ(heard<MessageFailed>(), 0u);
  pass(1h);
  EXPECT_EQ(heard<MessageFailed>(), 1u);
}

TEST_F(DurableOutboxTest, FailedOnesAreKeptWithTheirReasonAndTriedAgainAsTheLast) {
  open();
  ready();
  const auto id = submit_saved("refused");
  fail(Errc::forbidden, 403);
  restart();
  EXPECT_EQ(heard<MessageFailed>(), 1u);
  ASSERT_EQ(states(), States{OutgoingState::failed});
  const auto error = process->model.outbox.outgoing("CH1")[0].error.value();
  EXPECT_EQ(error.code, Errc::forbidden);
  EXPECT_EQ(error.http_status, 403);
  submit_saved("later");
  outbox().retry("CH1", id, [](const Result<Message>&) {});
  write();
  EXPECT_EQ(on_disk(), (Texts{"later", "refused"}));
  restart();
  EXPECT_EQ(states(), (States{OutgoingState::queued, OutgoingState::queued}));
}

class Blocking : public DurableOutboxTest {
 protected:
  Blocking() : DurableOutboxTest({.options = {.block_on_refusal = true}}) {}
};

TEST_F(Blocking, ABlockedOneHoldsTheChannelInTheNextProcessToo) {
  open();
  ready();
  const auto id = submit_saved("refused");
  submit_saved("behind it");
  fail(Errc::forbidden, 403);
  restart();
  ready();
  EXPECT_EQ(states(), (States{OutgoingState::blocked, OutgoingState::queued}));
  EXPECT_EQ(rest().waiting(), 0u);
  outbox().retry("CH1", id, [](const Result<Message>&) {});
  write();
  EXPECT_EQ(on_disk(), (Texts{"refused", "behind it"})) << "in its place";
  EXPECT_EQ(rest().request(kPost).mutation_id, id);
}

TEST_F(DurableOutboxTest, ADiscardedOneIsGone) {
  open();
  const auto id = submit_saved("one");
  outbox().discard("CH1", id, [](Result<void>) {});
  write();
  restart();
  EXPECT_EQ(told(), 0u);
}

TEST_F(DurableOutboxTest, AFileThatIsUploadedIsNotUploadedAgain) {
  open();
  ready();
  NewMessage message("with a file");
  message.files.push_back(NewFile::from_bytes(std::string("\0\xff bytes", 8), "a.bin", "application/x"));
  const auto id = submit_saved(std::move(message));
  const auto upload = std::get<UploadFile>(outbox().next().value());
  outbox().on_uploaded(id, upload.upload, std::string("ME1"));
  write();
  ASSERT_TRUE(rest().waits(kPost));
  restart();
  ready();
  EXPECT_FALSE(outbox().next());
  EXPECT_NE(rest().request(kPost).body.find("ME1"), std::string::npos);
}

TEST_F(DurableOutboxTest, AFileComesBackByteForByte) {
  open();
  NewMessage message("with files");
  message.files.push_back(NewFile::from_bytes(std::string("\0\xff bytes", 8), "a.bin", "application/x"));
  message.files.push_back(NewFile::from_path("/there/is/one.txt"));
  submit_saved(std::move(message));
  restart();
  ready();
  const auto upload = std::get<UploadFile>(outbox().next().value());
  EXPECT_EQ(upload.message->files.at(0).bytes, std::string("\0\xff bytes", 8));
  EXPECT_EQ(upload.message->files.at(0).filename, "a.bin");
  EXPECT_EQ(upload.message->files.at(0).content_type, "application/x");
  EXPECT_EQ(upload.message->files.at(1).path, "/there/is/one.txt");
}

TEST_F(DurableOutboxTest, TheSameKeyGivenBeforeItWasFoundWaitsForTheSameOutcome) {
  open();
  NewMessage message("order");
  message.key = "order-17";
  submit_saved(message);
  start();
  submit(message);
  message.text = "another";
  submit(message);
  EXPECT_EQ(code(2), Errc::conflict);
  open();
  write();
  ready();
  EXPECT_EQ(on_disk(), Texts{"order"});
  stored(0);
  EXPECT_TRUE(outcomes[1].value());
  EXPECT_EQ(rest().waiting(), 0u);
}

TEST_F(DurableOutboxTest, WhoGivesItAgainAndCancelsDoesNotTakeItFromTheProcessBefore) {
  open();
  NewMessage message("order");
  message.key = "order-17";
  submit_saved(message);
  start();
  outbox().cancel(submit(message));
  EXPECT_EQ(code(1), Errc::cancelled);
  open();
  write();
  EXPECT_EQ(on_disk(), Texts{"order"});
  EXPECT_EQ(states(), States{OutgoingState::queued});
}

TEST_F(DurableOutboxTest, AnotherMessageWithAKeyThatIsFoundIsRefused) {
  open();
  NewMessage message("order");
  message.key = "order-17";
  submit_saved(message);
  start();
  message.text = "another";
  submit(message);
  open();
  write();
  EXPECT_EQ(code(1), Errc::conflict);
  EXPECT_EQ(on_disk(), Texts{"order"});
}

TEST_F(DurableOutboxTest, AClosedClientLeavesItsMessagesToTheNext) {
  open();
  submit_saved("one");
  process->model.on_given_up(client_closed(), true);
  write();
  EXPECT_EQ(code(0), Errc::client_closed);
  restart();
  EXPECT_EQ(states(), States{OutgoingState::queued});
}

}  // namespace
}  // namespace parley::detail
