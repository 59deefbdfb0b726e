#include "chat_sdk/src/model/history_cache.hpp"

#include "tests/unit/chat_sdk/model/model_fixture.hpp"

namespace parley::detail {
namespace {

using namespace std::chrono_literals;

/// A channel of alice's whose cache the test plays.
class HistoryCacheTest : public ModelFixture {
 protected:
  HistoryCacheTest() : ModelFixture({.enabled = true, .identity = "alice", .history = {.per_channel = 50}}) {
    model.cache.next();
    model.cache.on_opened(CacheContents{});
    open_completely("CH1", "general", R"(,"lastMessage":{"index":99})");
    pass(1s);
    while (!batch().empty()) model.cache.on_written({});
  }

  static std::vector<Message> messages(std::int64_t first, std::int64_t last) {
    std::vector<Message> all;
    for (auto index = first; index <= last; ++index) all.emplace_back().index = index;
    return all;
  }
  void put(std::int64_t first, std::int64_t last) { cache.put("CH1", {first, last}, messages(first, last)); }
  void update(std::int64_t index) { cache.update("CH1", messages(index, index)[0]); }

  static std::string text(const HistoryChange& change) {
    if (const auto* put = std::get_if<PutMessages>(&change))
      return "put " + std::to_string(put->range.first) + "-" + std::to_string(put->range.last) + " (" +
             std::to_string(put->messages.size()) + ")";
    if (const auto* changed = std::get_if<UpdateMessage>(&change))
      return "update " + std::to_string(changed->message.index);
    if (const auto* gone = std::get_if<EraseMessage>(&change)) return "erase " + std::to_string(gone->index);
    return "erase all";
  }
  /// The changes of CH1's history that are to be written now; "nothing" if other things are.
  std::vector<std::string> batch() {
    auto action = model.cache.next();
    if (!action) return {};
    std::vector<std::string> texts;
    for (const auto& change : *std::get<WriteCache>(*action).changes)
      if (const auto* history = std::get_if<ChangeHistory>(&change))
        for (const auto& one : *history->changes) texts.push_back(text(one));
    return texts.empty() ? std::vector<std::string>{"nothing"} : texts;
  }
  using Texts = std::vector<std::string>;

  HistoryCache& cache = model.history_cache;
};

TEST_F(HistoryCacheTest, WhatComesTogetherIsWrittenTogetherASecondLater) {
  put(60, 60);
  put(61, 63);
  update(61);
  put(64, 64);
  cache.remove("CH1", 62);
  EXPECT_EQ(batch(), Texts{});
  EXPECT_FALSE(cache.is_written("CH1"));
  pass(1s);
  EXPECT_EQ(batch(), (Texts{"put 60-63 (4)", "update 61", "put 64-64 (1)", "erase 62"}));
  EXPECT_FALSE(cache.is_written("CH1"));
  model.cache.on_written({});
  EXPECT_TRUE(cache.is_written("CH1"));
}

TEST_F(HistoryCacheTest, MuchIsWrittenAtOnce) {
  for (std::int64_t index = 100; index < 1000; ++index) put(index, index);
  EXPECT_EQ(batch(), Texts{"put 100-967 (868)"});
}

TEST_F(HistoryCacheTest, WhatIsOlderThanTheWindowIsNotKept) {
  put(0, 49);
  EXPECT_TRUE(cache.is_written("CH1"));
  put(40, 55);
  pass(1s);
  auto action = model.cache.next();
  const auto& change = std::get<ChangeHistory>(std::get<WriteCache>(*action).changes->front());
  EXPECT_EQ(text(change.changes->front()), "put 50-55 (6)");
  EXPECT_EQ(change.oldest_kept, 50);
}

TEST_F(HistoryCacheTest, WhatMayStillLieBehindTheWindowIsKeptUpToDate) {
  update(10);
  cache.remove("CH1", 11);
  pass(1s);
  EXPECT_EQ(batch(), (Texts{"update 10", "erase 11"}));
}

TEST_F(HistoryCacheTest, WhatComesDuringAWriteWaitsForIt) {
  put(60, 60);
  pass(1s);
  EXPECT_EQ(batch(), Texts{"put 60-60 (1)"});
  update(60);
  pass(1s);
  EXPECT_EQ(batch(), Texts{}) << "nobody knows yet whether the message is there";
  model.cache.on_written({});
  pass(1s);
  EXPECT_EQ(batch(), Texts{"update 60"});
}

TEST_F(HistoryCacheTest, WhatCannotBeWrittenIsTriedAgainBeforeWhatCameMeanwhile) {
  put(60, 60);
  pass(1s);
  batch();
  update(60);
  model.cache.on_written(Error{.code = Errc::storage_error, .message = "no space"});
  EXPECT_EQ(batch(), Texts{});
  pass(29s);
  EXPECT_EQ(batch(), Texts{});
  pass(1s);
  EXPECT_EQ(batch(), (Texts{"put 60-60 (1)", "update 60"}));
}

TEST_F(HistoryCacheTest, WhatWaitsForAFullDiskIsBounded) {
  put(100, 100);
  pass(1s);
  batch();
  model.cache.on_written(Error{.code = Errc::storage_error, .message = "no space"});
  auto large = messages(101, 101);
  large[0].text = std::string(30'000, 'x');
  for (std::int64_t index = 101; index < 500; ++index) {
    large[0].index = index;
    cache.put("CH1", {index, index}, large);
  }
  EXPECT_EQ(batch(), Texts{}) << "a disk that is full is not asked for each message";
  pass(30s);
  const auto changes = batch();
  ASSERT_EQ(changes.size(), 2u);
  EXPECT_EQ(changes[0], "erase all") << "there is a hole before what follows";
  EXPECT_TRUE(changes[1].starts_with("put ")) << changes[1];
}

TEST_F(HistoryCacheTest, OfAChannelThatWasLeftNothingIsWritten) {
  put(60, 60);
  my_conversations.drop("CH1");
  pass(1s);
  EXPECT_EQ(batch(), Texts{"nothing"}) << "but the channel is erased";
  EXPECT_TRUE(cache.is_written("CH1"));
}

TEST_F(HistoryCacheTest, TheEndWritesWhatWaitsAlsoBehindAWriteOnItsWay) {
  put(60, 60);
  pass(1s);
  EXPECT_EQ(batch(), Texts{"put 60-60 (1)"});
  update(60);
  model.on_given_up(client_closed(), true);
  EXPECT_EQ(batch(), Texts{"update 60"});
}

}  // namespace
}  // namespace parley::detail
