#include "chat_sdk/src/model/message_feed.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "common/base/random.hpp"

namespace parley::detail {
namespace {

using Indexes = std::vector<std::int64_t>;

Message message(std::int64_t index) {
  Message made;
  made.index = index;
  return made;
}
Indexes indexes(const std::vector<Message>& messages) {
  Indexes all;
  for (const auto& one : messages) all.push_back(one.index);
  return all;
}

class MessageFeedTest : public ::testing::Test {
 protected:
  Indexes add(std::int64_t index) { return indexes(feed.add(message(index))); }
  Indexes begin(std::int64_t last_old) { return indexes(feed.begin(last_old)); }
  Indexes fill(const Indexes& found, std::int64_t through) {
    std::vector<Message> messages;
    for (const auto index : found) messages.push_back(message(index));
    return indexes(feed.fill(std::move(messages), through));
  }
  void expect_hole(std::int64_t first, std::int64_t last) {
    const auto hole = feed.hole();
    ASSERT_TRUE(hole);
    EXPECT_EQ(hole->first, first);
    EXPECT_EQ(hole->last, last);
  }

  MessageFeed feed;
};

TEST_F(MessageFeedTest, BeforeItBeginsEverythingWaits) {
  EXPECT_EQ(add(4), Indexes{});
  EXPECT_EQ(add(5), Indexes{});
  EXPECT_FALSE(feed.hole());
  EXPECT_EQ(begin(4), (Indexes{5})) << "4 is old";
}

TEST_F(MessageFeedTest, TellsEachOnce) {
  begin(-1);
  EXPECT_EQ(add(0), (Indexes{0}));
  EXPECT_EQ(add(0), Indexes{});
  EXPECT_EQ(add(1), (Indexes{1}));
  EXPECT_FALSE(feed.hole());
}

TEST_F(MessageFeedTest, WhatItHasPassedIsSaidOnce) {
  add(5);
  EXPECT_FALSE(feed.take_passed());
  begin(3);
  EXPECT_FALSE(feed.take_passed()) << "4 is missing";
  add(4);
  EXPECT_EQ(feed.take_passed(), (IndexRange{4, 5}));
  EXPECT_FALSE(feed.take_passed());
  add(8);
  feed.remove(6);
  EXPECT_EQ(feed.take_passed(), (IndexRange{6, 6})) << "it does not exist, so it is known";
  fill({}, 7);
  EXPECT_EQ(feed.take_passed(), (IndexRange{7, 8}));
}

TEST_F(MessageFeedTest, WhatIsReadAfterItWasRemovedIsNotTold) {
  begin(3);
  add(6);
  feed.remove(5);
  EXPECT_EQ(fill({4, 5}, 5), (Indexes{4, 6}));
}

TEST_F(MessageFeedTest, OfMessagesBehindTheOldOnesThereIsAHole) {
  feed.begin(3, 6);
  expect_hole(4, 6);
}

TEST_F(MessageFeedTest, WhatComesBeforeItsPredecessorsWaitsForThem) {
  begin(9);
  EXPECT_EQ(add(12), Indexes{});
  EXPECT_EQ(add(11), Indexes{});
  expect_hole(10, 12);
  EXPECT_EQ(add(10), (Indexes{10, 11, 12}));
  EXPECT_FALSE(feed.hole());
}

TEST_F(MessageFeedTest, ARemovedPredecessorIsNotWaitedFor) {
  begin(9);
  EXPECT_EQ(add(11), Indexes{});
  const auto removal = feed.remove(10);
  EXPECT_FALSE(removal.was_told);
  EXPECT_EQ(indexes(removal.messages), (Indexes{11}));
  EXPECT_TRUE(feed.remove(11).was_told);
  EXPECT_TRUE(feed.remove(3).was_told) << "old ones were seen, too";
}

TEST_F(MessageFeedTest, WhatWaitsIsToldAsItWasChanged) {
  begin(9);
  add(11);
  Message changed = message(11);
  changed.text = "changed";
  EXPECT_FALSE(feed.update(changed));
  const auto told = feed.add(message(10));
  ASSERT_EQ(told.size(), 2u);
  EXPECT_EQ(told[1].text, "changed");
  EXPECT_TRUE(feed.update(changed)) << "now it was told";
  EXPECT_TRUE(feed.update(message(3))) << "old ones were seen, too";
}

TEST_F(MessageFeedTest, WhatWaitsAndIsRemovedIsNeverTold) {
  begin(9);
  add(11);
  EXPECT_FALSE(feed.remove(11).was_told);
  EXPECT_EQ(add(10), (Indexes{10}));
  EXPECT_EQ(add(12), (Indexes{12}));
}

TEST_F(MessageFeedTest, TheNewestOfTheServiceShowsAHole) {
  begin(9);
  feed.expect(12);
  expect_hole(10, 12);
  feed.expect(9);
  EXPECT_FALSE(feed.hole()) << "the newest were removed again";
  feed.expect(std::nullopt);
  EXPECT_FALSE(feed.hole());
}

TEST_F(MessageFeedTest, AHoleIsFilledWithWhatExists) {
  begin(9);
  feed.expect(14);
  EXPECT_EQ(add(15), Indexes{});
  EXPECT_EQ(fill({10, 12}, 12), (Indexes{10, 12})) << "11 does not exist";
  expect_hole(13, 15);
  EXPECT_EQ(fill({13, 14, 15}, 15), (Indexes{13, 14, 15}));
  EXPECT_FALSE(feed.hole());
  EXPECT_EQ(add(16), (Indexes{16}));
}

TEST_F(MessageFeedTest, AHoleOfNothingButRemovedMessagesCloses) {
  begin(9);
  feed.expect(12);
  EXPECT_EQ(fill({}, 12), Indexes{});
  EXPECT_FALSE(feed.hole());
}

TEST_F(MessageFeedTest, WhatWasToldMeanwhileIsNotFilledInAgain) {
  begin(9);
  feed.expect(11);
  EXPECT_EQ(add(10), (Indexes{10}));
  EXPECT_EQ(fill({10, 11}, 11), (Indexes{11}));
}

TEST_F(MessageFeedTest, MemoryIsBoundedAndNothingIsLost) {
  begin(-1);
  for (std::int64_t index = 1; index < 10'000; ++index) EXPECT_EQ(add(index), Indexes{});
  expect_hole(0, 9'999);
  Indexes told = fill({0}, 0);
  EXPECT_LE(told.size(), 65u);
  while (const auto hole = feed.hole()) {
    Indexes page;
    for (auto index = hole->first; index <= std::min(hole->last, hole->first + 99); ++index)
      page.push_back(index);
    const auto more = fill(page, page.back());
    told.insert(told.end(), more.begin(), more.end());
  }
  EXPECT_EQ(told.size(), 10'000u);
  EXPECT_TRUE(std::is_sorted(told.begin(), told.end()));
}

// Any order of arrival, any removals, holes filled now and then: each existing message once, in order.
TEST_F(MessageFeedTest, EveryOrderOfArrivalIsToldInOrder) {
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    SeededRandom random(seed);
    MessageFeed feed;
    feed.begin(-1);
    Indexes arriving, told, existing;
    for (std::int64_t i = 0; i < 40; ++i) arriving.push_back(i);
    for (std::size_t i = arriving.size(); i > 1; --i) std::swap(arriving[i - 1], arriving[random.below(i)]);
    const auto tell = [&](const std::vector<Message>& messages) {
      for (const auto& one : messages) told.push_back(one.index);
    };
    for (const auto index : arriving) {
      if (random.below(5) == 0) continue;  // its event is lost
      tell(feed.add(message(index)));
    }
    feed.expect(39);
    while (const auto hole = feed.hole()) {
      std::vector<Message> page;
      const auto through = std::min(hole->last, hole->first + static_cast<std::int64_t>(random.below(6)));
      for (auto index = hole->first; index <= through; ++index) page.push_back(message(index));
      tell(feed.fill(std::move(page), through));
    }
    ASSERT_EQ(told.size(), 40u);
    EXPECT_TRUE(std::is_sorted(told.begin(), told.end()));
  }
}

}  // namespace
}  // namespace parley::detail
