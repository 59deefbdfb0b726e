#include "tests/unit/chat_sdk/model/durable_outbox_fixture.hpp"

namespace parley::detail {
namespace {

using namespace std::chrono_literals;

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

TEST_F(DurableOutboxTest, AFunctionCannotBeKeptForTheNextProcess) {
  NewMessage message("text");
  message.files.push_back(NewFile::from_source(3, [] { return std::unique_ptr<FileReader>(); }, "a.txt"));
  submit(message);
  ASSERT_TRUE(outcomes[0]);
  EXPECT_EQ(code(0), Errc::invalid_argument);
  EXPECT_NE(outcomes[0]->error().message.find("files[0].open"), std::string::npos);
  write();
  EXPECT_TRUE(on_disk().empty());
}

}  // namespace
}  // namespace parley::detail
