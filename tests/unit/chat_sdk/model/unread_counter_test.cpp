#include "chat_sdk/src/model/unread_counter.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <map>

#include "common/base/random.hpp"

namespace parley::detail {
namespace {

Message by(const std::string& author, std::int64_t index) {
  Message message;
  message.index = index;
  message.author = author;
  return message;
}

class UnreadCounterTest : public ::testing::Test {
 protected:
  /// The horizon is at 4, and of 5 to `newest` that many exist.
  void begin(std::int64_t newest, std::int64_t count, bool live = true) {
    counter.set_newest(newest);
    counter.count(count, 4, live);
  }
  /// "3 from 5": how many, and the first; how it is known, if it is not sure.
  std::string shown() const { return text(counter.unread()); }
  static std::string text(const Unread& unread) {
    std::string all = std::to_string(unread.count);
    if (unread.first_unread_index) all += " from " + std::to_string(*unread.first_unread_index);
    if (unread.reason == UnreadReason::listed) all += " listed";
    if (unread.reason == UnreadReason::restored) all += " restored";
    if (unread.reason == UnreadReason::moved) all += " moved";
    if (unread.reason == UnreadReason::authors) all += " authors";
    EXPECT_EQ(unread.exact, unread.reason == UnreadReason::counted);
    return all;
  }

  UnreadCounter counter{"alice", /*counts_own=*/false};
};

TEST_F(UnreadCounterTest, AMessageAddsOneAndARemovedOneTakesOneAway) {
  begin(4, 0);
  EXPECT_EQ(shown(), "0");
  counter.add(by("bob", 5));
  counter.add(by("bob", 6));
  EXPECT_EQ(shown(), "2 from 5");
  counter.remove(5, true);
  EXPECT_EQ(shown(), "1 from 6");
  EXPECT_EQ(counter.unsettled_from(), std::nullopt);
  counter.remove(6, true);
  EXPECT_EQ(shown(), "0");
  counter.remove(3, true);
  EXPECT_EQ(shown(), "0") << "it was read";
}

TEST_F(UnreadCounterTest, OnesOwnMessagesDoNotCount) {
  begin(4, 0);
  counter.add(by("alice", 5));
  EXPECT_EQ(shown(), "0");
  counter.add(by("bob", 6));
  counter.add(by("alice", 7));
  EXPECT_EQ(shown(), "1 from 6");
  counter.remove(5, true);
  EXPECT_EQ(shown(), "1 from 6");
  counter.remove(6, true);
  EXPECT_EQ(shown(), "0");
}

TEST_F(UnreadCounterTest, TheyCountIfTheyAreAskedFor) {
  UnreadCounter all("alice", /*counts_own=*/true);
  all.set_newest(6);
  all.count(2, 4, true);
  EXPECT_EQ(text(all.unread()), "2 from 5");
  all.add(by("alice", 7));
  EXPECT_EQ(text(all.unread()), "3 from 5");
  EXPECT_EQ(all.unsettled_from(), std::nullopt) << "nobody need know whose they are";
}

TEST_F(UnreadCounterTest, WhoseTheyAreIsReadIfTheyAreFew) {
  begin(8, 4);
  EXPECT_EQ(shown(), "4 from 5 authors");
  ASSERT_EQ(counter.unsettled_from(), 5);
  counter.learn({5, 6}, {by("alice", 5), by("bob", 6)});
  EXPECT_EQ(shown(), "3 from 6 authors");
  ASSERT_EQ(counter.unsettled_from(), 7);
  counter.learn({7, 8}, {by("alice", 7), by("alice", 8)});
  EXPECT_EQ(shown(), "1 from 6");
  EXPECT_EQ(counter.unsettled_from(), std::nullopt);
}

TEST_F(UnreadCounterTest, OfManyOnlyTheFirstIsLookedFor) {
  begin(1000, 900);  // some were removed
  EXPECT_EQ(shown(), "900 from 5 authors");
  ASSERT_EQ(counter.unsettled_from(), 5);
  counter.learn({5, 104}, {by("alice", 50), by("bob", 51)});
  EXPECT_EQ(shown(), "899 from 51 authors");
  EXPECT_EQ(counter.unsettled_from(), std::nullopt);
}

TEST_F(UnreadCounterTest, IfAllAreOnesOwnNothingIsUnread) {
  begin(6, 2);
  counter.learn({5, 6}, {by("alice", 5), by("alice", 6)});
  EXPECT_EQ(shown(), "0");
  EXPECT_EQ(counter.unsettled_from(), std::nullopt);
}

TEST_F(UnreadCounterTest, ABlindCountStaysUntilTheNextOne) {
  begin(6, 2, /*live=*/false);
  EXPECT_TRUE(counter.wants_recount());
  EXPECT_EQ(shown(), "2 from 5 listed");
  counter.add(by("bob", 7));
  EXPECT_EQ(shown(), "2 from 5 listed") << "it may be one of the two";
  counter.count(3, 4, true);
  EXPECT_FALSE(counter.wants_recount());
  counter.learn({5, 6}, {by("bob", 5), by("bob", 6)});
  EXPECT_EQ(shown(), "3 from 5");
}

TEST_F(UnreadCounterTest, AMessageThatCameAndWentUnseenIsCountedAnew) {
  begin(6, 2);
  counter.remove(7, false);
  EXPECT_TRUE(counter.wants_recount());
}

TEST_F(UnreadCounterTest, TheFirstIsTheLowestInWhateverOrderTheyCome) {
  begin(4, 0);
  counter.add(by("bob", 7));
  counter.add(by("bob", 5));
  EXPECT_EQ(shown(), "2 from 5 authors") << "nobody knows of 6";
  counter.learn({5, 7}, {by("bob", 5), by("bob", 7)});
  EXPECT_EQ(shown(), "2 from 5");
}

TEST_F(UnreadCounterTest, TheFirstIsNoneThatWasRemovedBeforeItWasTold) {
  begin(8, 4);
  counter.learn({5, 8}, {by("bob", 5), by("bob", 6), by("bob", 7), by("bob", 8)});
  counter.remove(5, /*counted=*/false);
  EXPECT_EQ(counter.unread().first_unread_index, 6);
  EXPECT_TRUE(counter.wants_recount());
}

TEST_F(UnreadCounterTest, APageThatEndsEarlyIsGoneOnWith) {
  begin(24, 20);
  std::vector<Message> half;
  for (std::int64_t index = 5; index < 15; ++index) half.push_back(by("bob", index));
  counter.learn({5, 14}, half);
  EXPECT_EQ(counter.unsettled_from(), 15);
}

TEST_F(UnreadCounterTest, TakesAnyNumbers) {
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  constexpr auto kLeast = std::numeric_limits<std::int64_t>::min();
  for (const auto number : {kMost, kLeast, kMost - 1, std::int64_t{-5}}) {
    UnreadCounter one("alice", false);
    one.set_newest(number);
    one.count(number, number, true);
    EXPECT_GE(one.unread().count, 0);
    EXPECT_GE(one.unsettled_from().value_or(0), 0);
    one.want(HorizonMove{3, true});
    one.want(HorizonMove{std::nullopt, true});
    one.count(3, -7, false);
    EXPECT_GE(one.unread().first_unread_index.value_or(0), 0);
    UnreadCounter other("alice", true);
    other.restore({number, true, number}, number);
    EXPECT_GE(other.unread().count, 0);
  }
}

TEST_F(UnreadCounterTest, WhatNobodyHasHeardOfIsForgotten) {
  begin(8, 4);
  counter.learn({5, 8}, {by("alice", 5), by("bob", 6), by("bob", 7), by("alice", 8)});
  EXPECT_EQ(shown(), "2 from 6");
  counter.interrupt();
  counter.count(3, 4, true);  // 8 was removed, and nobody said so
  EXPECT_EQ(shown(), "3 from 5 authors");
  EXPECT_EQ(counter.unsettled_from(), 5);
}

// moves

TEST_F(UnreadCounterTest, AnAnswerBeforeTheNextMoveForgetsNothing) {
  begin(8, 4);
  counter.learn({5, 8}, {by("bob", 5), by("bob", 6), by("alice", 7), by("bob", 8)});
  counter.want(HorizonMove{6});
  counter.count(3, 5, true);  // of an earlier move
  EXPECT_EQ(shown(), "1 from 8");
  EXPECT_EQ(counter.unsettled_from(), std::nullopt);
}

TEST_F(UnreadCounterTest, AMoveThatIsTakenBackIsCountedAnew) {
  begin(8, 4);
  counter.want(HorizonMove{8});
  EXPECT_FALSE(counter.wants_recount());
  counter.want(std::nullopt);
  EXPECT_TRUE(counter.wants_recount());
}

TEST_F(UnreadCounterTest, AMoveShowsAtOnce) {
  begin(8, 4);
  counter.learn({5, 8}, {by("bob", 5), by("bob", 6), by("alice", 7), by("bob", 8)});
  counter.want(HorizonMove{5});
  EXPECT_EQ(counter.horizon(), 5);
  EXPECT_EQ(counter.service_horizon(), 4);
  EXPECT_EQ(shown(), "2 from 6") << "as many exist as there are indexes, so that this is sure";
  counter.want(HorizonMove{8});
  EXPECT_EQ(shown(), "0");
}

TEST_F(UnreadCounterTest, WhereMessagesWereRemovedAMoveIsAGuess) {
  begin(10, 3);
  counter.want(HorizonMove{6});
  EXPECT_EQ(shown(), "3 from 7 moved");
  counter.want(HorizonMove{8});
  EXPECT_EQ(shown(), "2 from 9 moved");
  counter.count(2, 8, true);
  counter.learn({9, 10}, {by("bob", 9), by("bob", 10)});
  EXPECT_EQ(shown(), "2 from 9");
}

TEST_F(UnreadCounterTest, WhatTheServiceSaysMeanwhileDoesNotMoveItBack) {
  begin(8, 4);
  counter.want(HorizonMove{6});
  counter.count(4, 4, true);
  EXPECT_EQ(counter.horizon(), 6);
  EXPECT_EQ(counter.unread().count, 2);
  counter.count(1, 7, true);  // another device
  EXPECT_EQ(counter.horizon(), 7);
  counter.want(std::nullopt);
  counter.count(4, 4, true);
  EXPECT_EQ(counter.horizon(), 4) << "nothing is wanted any more";
}

TEST_F(UnreadCounterTest, AMoveBackCountsWhatItPasses) {
  begin(8, 2);
  counter.learn({5, 8}, {by("bob", 5), by("bob", 8)});
  counter.want(HorizonMove{.to = 1, .back = true});
  EXPECT_EQ(counter.horizon(), 1);
  EXPECT_EQ(shown(), "5 from 2 moved");
  counter.want(HorizonMove{.to = std::nullopt, .back = true});
  EXPECT_EQ(shown(), "7 from 0 moved");
  counter.count(9, std::nullopt, true);
  EXPECT_EQ(counter.unread().count, 9);
}

TEST_F(UnreadCounterTest, WhatWasRestoredIsNotSure) {
  counter.restore({3, true, 7}, 6);
  EXPECT_EQ(shown(), "3 from 7 restored");
  EXPECT_EQ(counter.unsettled_from(), std::nullopt);
  counter.set_newest(9);
  counter.want(HorizonMove{7});
  EXPECT_EQ(shown(), "2 from 8 restored");
  counter.want(HorizonMove{9});
  EXPECT_EQ(shown(), "0 restored");
}

TEST_F(UnreadCounterTest, OwnMessagesInMemoryAreBounded) {
  begin(4, 0);
  for (std::int64_t index = 5; index < 20'000; ++index) counter.add(by("alice", index));
  EXPECT_GT(counter.unread().count, 0) << "it is not known any more that all are one's own";
  EXPECT_EQ(counter.unread().reason, UnreadReason::authors);
}

TEST_F(UnreadCounterTest, MessagesOfOthersInMemoryAreBounded) {
  begin(4, 0);
  for (std::int64_t index = 5; index < 20'005; ++index) counter.add(by("bob", index));
  EXPECT_EQ(shown(), "20000 from 5");
  counter.want(HorizonMove{10'000});
  EXPECT_EQ(counter.unread().count, 10'004);
  ASSERT_EQ(counter.unsettled_from(), 10'001) << "it was forgotten";
  counter.learn({10'001, 10'002}, {by("bob", 10'001), by("bob", 10'002)});
  EXPECT_EQ(shown(), "10004 from 10001");
}

// Whatever happens in whatever order: when everything was read, it agrees with the messages themselves.
TEST_F(UnreadCounterTest, AgreesWithTheMessages) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE(seed);
    SeededRandom random(seed);
    UnreadCounter one("alice", false);
    std::map<std::int64_t, std::string> messages;  // authors
    std::int64_t newest = -1;
    Horizon horizon;
    const auto behind = [&] {
      return std::distance(messages.upper_bound(horizon.value_or(-1)), messages.end());
    };
    const auto count = [&] { one.count(behind(), horizon, true); };
    const auto post = [&] {
      messages[++newest] = random.below(3) == 0 ? "alice" : "bob";
      return by(messages[newest], newest);
    };
    for (int i = 0; i < 10; ++i) post();
    one.set_newest(newest);
    count();
    for (int step = 0; step < 60; ++step) {
      const auto dice = random.below(10);
      if (dice < 4) {
        one.add(post());
      } else if (dice < 5) {  // the order of a replay
        const auto first = post(), second = post();
        one.add(second);
        one.add(first);
      } else if (dice < 7 && !messages.empty()) {
        const auto at =
            std::next(messages.begin(), static_cast<std::ptrdiff_t>(random.below(messages.size())));
        const bool counted = random.below(4) != 0;
        one.remove(at->first, counted);
        messages.erase(at);
        if (one.wants_recount()) count();
      } else if (dice < 8) {
        const auto index = static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(newest) + 1));
        const HorizonMove move{index, random.below(4) == 0};
        if (!move.is_done(horizon)) horizon = index;
        one.want(move);
        if (random.below(2) == 0) one.count(behind(), horizon, false);
        if (random.below(2) == 0) one.want(std::nullopt);
        count();
        one.want(std::nullopt);
        if (one.wants_recount()) count();
      } else if (const auto from = one.unsettled_from()) {
        std::vector<Message> page;
        auto last = newest;
        for (auto at = messages.lower_bound(*from); at != messages.end(); ++at) {
          page.push_back(by(at->second, at->first));
          if (page.size() == 4) {
            last = at->first;
            break;
          }
        }
        one.learn({*from, last}, page);
      }
    }
    for (int i = 0; i < 100 && one.unsettled_from(); ++i) {
      std::vector<Message> page;
      for (auto at = messages.lower_bound(*one.unsettled_from()); at != messages.end(); ++at)
        page.push_back(by(at->second, at->first));
      one.learn({*one.unsettled_from(), newest}, page);
    }
    std::int64_t unread = 0;
    std::optional<std::int64_t> first;
    for (auto at = messages.upper_bound(horizon.value_or(-1)); at != messages.end(); ++at) {
      if (at->second == "alice") continue;
      ++unread;
      if (!first) first = at->first;
    }
    EXPECT_EQ(one.horizon(), horizon);
    EXPECT_EQ(one.unread(), (Unread{unread, true, first}));
  }
}

}  // namespace
}  // namespace parley::detail
