#include "tests/unit/chat_sdk/model/durable_outbox_fixture.hpp"

namespace parley::detail {
namespace {

using namespace std::chrono_literals;

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
