#include "chat_sdk/src/model/index_ranges.hpp"

#include <gtest/gtest.h>

#include <set>

#include "common/base/random.hpp"

namespace parley::detail {
namespace {

using Ranges = std::vector<IndexRange>;

TEST(IndexRangesTest, RangesThatTouchBecomeOne) {
  IndexRanges ranges;
  ranges.add({10, 12});
  ranges.add({20, 22});
  EXPECT_EQ(ranges.all(), (Ranges{{10, 12}, {20, 22}}));
  ranges.add({13, 13});
  EXPECT_EQ(ranges.all(), (Ranges{{10, 13}, {20, 22}}));
  ranges.add({14, 19});
  EXPECT_EQ(ranges.all(), (Ranges{{10, 22}}));
  ranges.add({12, 15});
  EXPECT_EQ(ranges.all(), (Ranges{{10, 22}}));
  ranges.add({0, 30});
  EXPECT_EQ(ranges.all(), (Ranges{{0, 30}}));
}

TEST(IndexRangesTest, AgreesWithASetOfIndexes) {
  SeededRandom random(1);
  for (int run = 0; run < 200; ++run) {
    IndexRanges ranges;
    std::set<std::int64_t> indexes;
    for (int i = 0; i < 12; ++i) {
      const auto first = static_cast<std::int64_t>(random.below(60));
      const auto last = first + static_cast<std::int64_t>(random.below(6));
      ranges.add({first, last});
      for (auto index = first; index <= last; ++index) indexes.insert(index);
    }
    for (std::int64_t index = -1; index <= 70; ++index)
      ASSERT_EQ(ranges.around(index).has_value(), indexes.contains(index)) << index << " in run " << run;
    for (std::size_t i = 1; i < ranges.all().size(); ++i)
      ASSERT_GT(ranges.all()[i].first, ranges.all()[i - 1].last + 1) << "they touch";
    ASSERT_EQ(ranges.highest(), *indexes.rbegin());
  }
}

TEST(IndexRangesTest, OfTooManyTheLowestAreForgotten) {
  IndexRanges ranges;
  for (std::int64_t i = 0; i < 100; ++i) ranges.add({i * 10, i * 10});
  EXPECT_EQ(ranges.all().size(), 64u);
  EXPECT_FALSE(ranges.around(0));
  EXPECT_TRUE(ranges.around(990));
}

ChannelState with(Ranges known, std::optional<std::int64_t> newest, bool loaded = true) {
  ChannelState state;
  state.known_history = std::move(known);
  state.last_message_index = newest;
  state.loaded = loaded;
  return state;
}

TEST(HistoryStateTest, SaysWhatIsKnown) {
  const auto state = with({{0, 9}, {50, 80}}, 80);
  EXPECT_EQ(state.history_state(50, 80), HistoryState::complete);
  EXPECT_EQ(state.history_state(60, 1000), HistoryState::complete) << "there is nothing behind 80";
  EXPECT_EQ(state.history_state(-5, 3), HistoryState::complete);
  EXPECT_EQ(state.history_state(5, 60), HistoryState::has_holes);
  EXPECT_EQ(state.history_state(20, 20), HistoryState::has_holes);
  EXPECT_EQ(state.history_state(81, 90), HistoryState::never_existed);
  EXPECT_EQ(state.history_state(-5, -1), HistoryState::never_existed);
  EXPECT_EQ(state.history_state(7, 6), HistoryState::never_existed);
}

TEST(HistoryStateTest, OfAnEmptyChannelThatIsNotLoadedNothingIsKnown) {
  EXPECT_EQ(with({}, std::nullopt, true).history_state(0, 5), HistoryState::never_existed);
  EXPECT_EQ(with({}, std::nullopt, false).history_state(0, 5), HistoryState::has_holes);
}

}  // namespace
}  // namespace parley::detail
