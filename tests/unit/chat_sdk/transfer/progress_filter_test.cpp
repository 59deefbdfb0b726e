#include "chat_sdk/src/transfer/progress_filter.hpp"

#include <gtest/gtest.h>

namespace parley::detail {
namespace {

constexpr auto kSent = TransferState::awaiting_confirmation;

TEST(ProgressFilter, TellsNothingUntilANewTryIsFurther) {
  ProgressFilter filter;
  EXPECT_TRUE(filter.add({0, 50, 100}));
  EXPECT_EQ(filter.take().back().bytes, 50u);
  EXPECT_FALSE(filter.add({0, 50, 100}));
  EXPECT_FALSE(filter.add({0, 10, 100}));
  EXPECT_TRUE(filter.take().empty());
  EXPECT_TRUE(filter.add({0, 51, 100}));
  EXPECT_EQ(filter.take().back().bytes, 51u);
}

TEST(ProgressFilter, TellsThatAllIsSentOnce) {
  ProgressFilter filter;
  EXPECT_TRUE(filter.add({0, 100, 100}));
  EXPECT_TRUE(filter.take().back().state == TransferState::transferring);
  EXPECT_TRUE(filter.add({0, 100, 100, kSent}));
  EXPECT_TRUE(filter.take().back().state == kSent);
  EXPECT_FALSE(filter.add({0, 30, 100})) << "it is sent again";
  EXPECT_FALSE(filter.add({0, 100, 100, kSent}));
}

TEST(ProgressFilter, EachFileHasItsOwn) {
  ProgressFilter filter;
  EXPECT_TRUE(filter.add({0, 100, 100, kSent}));
  filter.take();
  EXPECT_TRUE(filter.add({3, 1, 5}));
  EXPECT_EQ(filter.take().back().file, 3u);
}

TEST(ProgressFilter, WhileOneWaitsTheNewestOfItsFileIsKept) {
  ProgressFilter filter;
  EXPECT_TRUE(filter.add({0, 10, 100}));
  for (std::uint64_t bytes = 11; bytes <= 100; ++bytes) EXPECT_FALSE(filter.add({0, bytes, 100}));
  EXPECT_FALSE(filter.add({1, 7, 70}));
  const auto told = filter.take();
  ASSERT_EQ(told.size(), 2u);
  EXPECT_EQ(told[0].bytes, 100u);
  EXPECT_EQ(told[1].file, 1u);
}

TEST(ProgressTurn, OneThatIsDroppedLeavesTheWayFree) {
  const auto filter = std::make_shared<ProgressFilter>();
  EXPECT_TRUE(filter->add({0, 10, 100}));
  std::make_shared<ProgressTurn>(filter).reset();
  EXPECT_TRUE(filter->add({0, 11, 100})) << "it is told in a turn of its own";
  EXPECT_EQ(ProgressTurn(filter).take().back().bytes, 11u);
}

TEST(ProgressTurn, OneThatWasTakenDropsNothingOfTheNext) {
  const auto filter = std::make_shared<ProgressFilter>();
  EXPECT_TRUE(filter->add({0, 10, 100}));
  auto turn = std::make_shared<ProgressTurn>(filter);
  EXPECT_EQ(turn->take().size(), 1u);
  EXPECT_TRUE(filter->add({0, 100, 100}));
  turn.reset();
  EXPECT_EQ(ProgressTurn(filter).take().back().bytes, 100u);
}

}  // namespace
}  // namespace parley::detail
