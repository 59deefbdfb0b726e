#include "chat_sdk/src/model/cache.hpp"

#include <gtest/gtest.h>

#include "common/base/random.hpp"

namespace parley::detail {
namespace {

using namespace std::chrono_literals;

Error full() { return {.code = Errc::storage_error, .message = "no space"}; }

/// A cache whose disk the test plays.
class CacheTest : public ::testing::Test {
 protected:
  void begin(CacheSettings settings) {
    cache = std::make_unique<Cache>(context, timers, std::move(settings),
                                    [this](const CacheContents& all) { restored = all.outgoing; });
  }
  void begin_open() {
    begin({true, "alice"});
    EXPECT_EQ(std::get<OpenCache>(cache->next().value()).identity, "alice");
    cache->on_opened(CacheContents{});
  }
  Done<void> kept() {
    return [this](Result<void> outcome) { outcomes.push_back(std::move(outcome)); };
  }
  static EraseOutgoing erasure(const std::string& id) { return {id}; }
  /// The ids of the erasures of the batch that is to be written now.
  std::vector<std::string> batch() {
    std::vector<std::string> ids;
    auto action = cache->next();
    if (!action) return ids;
    for (const auto& change : *std::get<WriteCache>(*action).changes)
      ids.push_back(std::get<EraseOutgoing>(change).local_id);
    return ids;
  }
  int failures_told() const { return static_cast<int>(events.size()); }
  void pass(Duration time) {
    context.now += time;
    timers.on_time();
  }
  using Ids = std::vector<std::string>;

  std::vector<CacheFailed> events;
  SeededRandom random{1};
  Context context{.random = random,
                  .emit = [this](Event one) { events.push_back(std::get<CacheFailed>(one)); }};
  Timers timers{context};
  std::unique_ptr<Cache> cache;
  std::vector<StoredOutgoing> restored;
  std::vector<Result<void>> outcomes;
};

// reading

TEST_F(CacheTest, WhatIsReadIsBehindWhatWasWritten) {
  begin_open();
  cache->write(erasure("a"), kept());
  std::optional<Result<CachedMessages>> found;
  cache->read({.channel_sid = "CH1"}, [&](Result<CachedMessages> got) { found = std::move(got); });
  EXPECT_EQ(batch(), Ids{"a"});
  cache->write(erasure("b"), kept());
  EXPECT_FALSE(cache->next()) << "b was given later, but before a later read: both wait for their turn";
  cache->on_written({});
  EXPECT_EQ(batch(), Ids{"b"});
  const auto read = std::get<ReadCache>(cache->next().value());
  EXPECT_EQ(read.query.channel_sid, "CH1");
  EXPECT_FALSE(cache->next());
  cache->on_read(read.read, CachedMessages{.more = true});
  ASSERT_TRUE(found && *found);
  EXPECT_TRUE((*found)->more);
  cache->on_read(read.read, CachedMessages{});  // nobody waits for it any more
}

TEST_F(CacheTest, WhatCannotBeWrittenKeepsNobodyFromReading) {
  begin_open();
  cache->write(erasure("a"));
  EXPECT_EQ(batch(), Ids{"a"});
  cache->on_written(full());
  cache->read({.channel_sid = "CH1"}, [](const Result<CachedMessages>&) {});
  EXPECT_TRUE(std::holds_alternative<ReadCache>(cache->next().value()));
}

TEST_F(CacheTest, ReadsWaitUntilItIsOpen) {
  begin({true, "alice"});
  std::vector<Errc> errors;
  const auto read = [&] {
    cache->read({.channel_sid = "CH1"},
                [&](const Result<CachedMessages>& got) { errors.push_back(got.error().code); });
  };
  read();
  EXPECT_TRUE(std::holds_alternative<OpenCache>(cache->next().value()));
  EXPECT_FALSE(cache->next());
  cache->on_opened(full());
  EXPECT_EQ(errors.size(), 1u) << "it could not be opened";
  read();
  EXPECT_EQ(errors, (std::vector<Errc>{Errc::storage_error, Errc::storage_error}));
  EXPECT_FALSE(cache->next());
}

TEST_F(CacheTest, WithoutOneEverythingCountsAsWritten) {
  begin({});
  cache->write(erasure("a"), kept());
  cache->open("alice", kept());
  EXPECT_EQ(outcomes.size(), 2u);
  EXPECT_TRUE(outcomes[0] && outcomes[1]);
  EXPECT_FALSE(cache->next());
}

// closed

TEST_F(CacheTest, ClosedWaitsForTheIdentity) {
  begin({.enabled = true});
  cache->write(erasure("a"), kept());
  EXPECT_FALSE(cache->next());
  cache->open("alice", kept());
  EXPECT_EQ(std::get<OpenCache>(cache->next().value()).identity, "alice");
  cache->on_opened(CacheContents{{StoredOutgoing()}});
  ASSERT_EQ(restored.size(), 1u);
  EXPECT_EQ(outcomes.size(), 1u) << "open, but not written";
  EXPECT_EQ(batch(), Ids{"a"});
}

TEST_F(CacheTest, IdleTellsOfDamageThatIsFoundLaterAndGoesOn) {
  begin_open();
  cache->on_verified({});
  EXPECT_EQ(failures_told(), 0);
  cache->on_verified(Error{.code = Errc::storage_error, .message = "the cache was damaged"});
  EXPECT_EQ(failures_told(), 1);
  cache->write(erasure("a"), kept());
  EXPECT_EQ(batch(), Ids{"a"});
}

TEST_F(CacheTest, ClosedRefusesAfterAFailureUntilItIsOpenedAgain) {
  begin({true, "alice"});
  cache->write(erasure("a"), kept());
  ASSERT_TRUE(cache->next());
  cache->open("alice", kept());
  cache->on_opened(full());
  cache->write(erasure("b"), kept());
  ASSERT_EQ(outcomes.size(), 3u);
  for (const auto& outcome : outcomes) EXPECT_EQ(outcome.error().code, Errc::storage_error);
  EXPECT_EQ(failures_told(), 1);
  cache->open("alice", kept());
  ASSERT_TRUE(cache->next());
  cache->on_opened(CacheContents{});
  EXPECT_TRUE(outcomes.back());
  cache->write(erasure("c"), kept());
  EXPECT_EQ(batch(), Ids{"c"});
}

TEST_F(CacheTest, AnotherIdentityIsRefusedInEveryState) {
  begin({true, "alice"});
  cache->open("bob", kept());
  ASSERT_TRUE(cache->next());
  cache->on_opened(CacheContents{});
  cache->open("bob", kept());
  cache->write(erasure("a"));
  ASSERT_TRUE(cache->next());
  cache->open("bob", kept());
  ASSERT_EQ(outcomes.size(), 3u);
  for (const auto& outcome : outcomes) EXPECT_EQ(outcome.error().code, Errc::invalid_argument);
}

// opening

TEST_F(CacheTest, OpeningHoldsWritesAndIsAskedOnce) {
  begin({true, "alice"});
  ASSERT_TRUE(cache->next());
  cache->open("alice", kept());
  cache->write(erasure("a"), kept());
  EXPECT_FALSE(cache->next());
  cache->on_opened(CacheContents{});
  EXPECT_EQ(batch(), Ids{"a"});
}

TEST_F(CacheTest, AFileThatWasDamagedIsTold) {
  begin({true, "alice"});
  ASSERT_TRUE(cache->next());
  cache->on_opened(CacheContents{.damage = full()});
  EXPECT_EQ(failures_told(), 1);
  cache->write(erasure("a"), kept());
  EXPECT_EQ(batch(), Ids{"a"}) << "it is open all the same";
}

// idle and writing

TEST_F(CacheTest, WhatComesDuringABatchIsTheNextOne) {
  begin_open();
  cache->write(erasure("a"), kept());
  cache->write(erasure("b"), kept());
  EXPECT_EQ(batch(), (Ids{"a", "b"}));
  cache->write(erasure("c"), kept());
  EXPECT_FALSE(cache->next());
  cache->on_written({});
  EXPECT_EQ(outcomes.size(), 2u);
  EXPECT_EQ(batch(), Ids{"c"});
}

TEST_F(CacheTest, WhoWaitsIsToldOfAFailureAndWhatNobodyWaitsForIsTriedAgainInItsPlace) {
  begin_open();
  cache->write(erasure("a"));
  cache->write(erasure("b"), kept());
  ASSERT_EQ(batch().size(), 2u);
  cache->write(erasure("c"));
  cache->on_written(full());
  EXPECT_EQ(outcomes.at(0).error().code, Errc::storage_error);
  EXPECT_FALSE(cache->next()) << "it rests first";
  pass(2s);
  EXPECT_EQ(batch(), (Ids{"a", "c"}));
  cache->on_written(full());
  EXPECT_EQ(failures_told(), 1) << "it is no news";
  cache->write(erasure("d"), kept());
  EXPECT_EQ(batch(), (Ids{"a", "c", "d"})) << "who waits does not wait for the next try of others";
  cache->on_written({});
  cache->write(erasure("e"));
  ASSERT_EQ(batch(), Ids{"e"});
  cache->on_written(full());
  EXPECT_EQ(failures_told(), 2) << "it worked meanwhile";
}

TEST_F(CacheTest, TheEndWritesWhatWasGivenBefore) {
  begin_open();
  cache->write(erasure("a"));
  ASSERT_EQ(batch(), Ids{"a"});
  cache->write(erasure("b"), kept());
  cache->close();
  EXPECT_EQ(batch(), Ids{"b"});
  cache->on_written({});
  EXPECT_TRUE(outcomes.empty());
  cache->write(erasure("c"));
  EXPECT_FALSE(cache->next());
}

}  // namespace
}  // namespace parley::detail
