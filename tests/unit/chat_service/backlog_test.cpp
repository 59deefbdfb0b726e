#include "chat_service/src/shell/backlog.hpp"

#include <gtest/gtest.h>

namespace parley::chat_service {
namespace {

constexpr std::size_t kAllowed = 100;
constexpr TimePoint kStart{};

TEST(Backlog, ABurstMayStandForAWhile) {
  Backlog backlog;
  EXPECT_FALSE(backlog.is_too_much(kAllowed + 1, kAllowed, kStart));
  EXPECT_FALSE(backlog.is_too_much(kAllowed + 1, kAllowed, kStart + Backlog::kPatience));
  EXPECT_TRUE(backlog.is_too_much(kAllowed + 1, kAllowed, kStart + Backlog::kPatience + Duration(1)));
}

TEST(Backlog, WhoCatchesUpStartsAnew) {
  Backlog backlog;
  EXPECT_FALSE(backlog.is_too_much(kAllowed + 1, kAllowed, kStart));
  EXPECT_FALSE(backlog.is_too_much(kAllowed, kAllowed, kStart + Backlog::kPatience * 2));
  EXPECT_FALSE(backlog.is_too_much(kAllowed + 1, kAllowed, kStart + Backlog::kPatience * 3));
  EXPECT_FALSE(backlog.is_too_much(kAllowed + 1, kAllowed, kStart + Backlog::kPatience * 4));
}

TEST(Backlog, WhatIsAllowedMayWaitForEver) {
  Backlog backlog;
  for (int i = 0; i < 100; ++i)
    EXPECT_FALSE(backlog.is_too_much(kAllowed, kAllowed, kStart + i * Backlog::kPatience));
}

TEST(Backlog, ManyTimesAsMuchIsTooMuchAtOnce) {
  EXPECT_FALSE(Backlog().is_too_much(kAllowed * Backlog::kHardFactor, kAllowed, kStart));
  EXPECT_TRUE(Backlog().is_too_much((kAllowed + 1) * Backlog::kHardFactor, kAllowed, kStart));
}

}  // namespace
}  // namespace parley::chat_service
