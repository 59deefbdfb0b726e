#include "token_server/sessions/attempt_table.hpp"

#include <gtest/gtest.h>

namespace parley::token_server {
namespace {

using namespace std::chrono_literals;

class AttemptTableTest : public ::testing::Test {
 protected:
  void fail(int times, const std::string& key = "a") {
    for (int i = 0; i < times; ++i) table_.add(key, now_);
  }
  std::optional<Duration> wait(const std::string& key = "a") { return table_.wait(key, now_); }

  TimePoint now_{1000h};
  AttemptTable table_{{}, 100};
};

TEST_F(AttemptTableTest, TheFirstFiveAreFree) {
  for (int i = 0; i < 5; ++i) {
    EXPECT_FALSE(wait()) << i;
    fail(1);
  }
  EXPECT_EQ(wait(), Duration(1s));
}

TEST_F(AttemptTableTest, TheWaitDoublesUpToAQuarterOfAnHour) {
  fail(4);
  const Duration expected[] = {1s, 2s, 4s, 8s, 16s, 32s, 64s, 128s, 256s, 512s, 900s, 900s, 900s};
  for (const auto each : expected) {
    fail(1);
    ASSERT_EQ(wait(), each);
    now_ += each - 1ns;
    EXPECT_TRUE(wait());
    now_ += 1ns;
    EXPECT_FALSE(wait());
  }
}

TEST_F(AttemptTableTest, ManyFailuresDoNotOverflow) {
  fail(100'000);
  EXPECT_EQ(wait(), Duration(15min));
  now_ += 15min;
  EXPECT_FALSE(wait());
}

TEST_F(AttemptTableTest, KeysDoNotKnowEachOther) {
  fail(9, "a");
  EXPECT_TRUE(wait("a"));
  EXPECT_FALSE(wait("b"));
}

TEST_F(AttemptTableTest, ForgetsOneAfterTheOther) {
  fail(6);
  ASSERT_EQ(wait(), Duration(2s));
  now_ += 2s + 15min;  // one is forgotten, five are left
  fail(1);
  EXPECT_EQ(wait(), Duration(2s));
  now_ += 2s + 6 * 15min;
  fail(4);
  EXPECT_FALSE(wait()) << "all were forgotten";
  fail(1);
  EXPECT_EQ(wait(), Duration(1s));
}

TEST_F(AttemptTableTest, SlowFailuresAreForgottenAsFastAsTheyCome) {
  for (int i = 0; i < 100; ++i) {
    EXPECT_FALSE(wait()) << i;
    fail(1);
    now_ += 15min;
  }
}

TEST_F(AttemptTableTest, FrequentFailuresDoNotKeepEarlierOnesFromBeingForgotten) {
  // Three in twice the time that one takes to be forgotten.
  for (int i = 0; i < 3; ++i) {
    fail(1);
    now_ += 10min;
  }
  fail(3);
  EXPECT_FALSE(wait());
  fail(1);
  EXPECT_TRUE(wait());
}

TEST_F(AttemptTableTest, AClockThatIsSetBackMakesNobodyWaitLonger) {
  fail(5);
  now_ -= 24h;
  EXPECT_EQ(wait(), Duration(1s));
  fail(1);
  EXPECT_EQ(wait(), Duration(2s));
  now_ += 2s;
  EXPECT_FALSE(wait());
  now_ += 6 * 15min;
  fail(4);
  EXPECT_FALSE(wait()) << "failures are forgotten by the clock as it is now";
}

TEST_F(AttemptTableTest, WhatIsTakenBackNeverWas) {
  fail(5);
  table_.take_back("a");
  EXPECT_FALSE(wait());
  fail(1);
  EXPECT_EQ(wait(), Duration(1s));
  for (int i = 0; i < 10; ++i) table_.take_back("a");
  fail(5);
  EXPECT_EQ(wait(), Duration(1s)) << "less than none is not possible";
  table_.take_back("unknown");
}

TEST_F(AttemptTableTest, ForgettingAKeyForgetsItsWait) {
  fail(9);
  table_.forget("a");
  EXPECT_FALSE(wait());
  EXPECT_EQ(table_.size(), 0u);
  table_.forget("unknown");
}

TEST_F(AttemptTableTest, TellsOnceInEachWait) {
  EXPECT_FALSE(table_.tell_once("a"));
  fail(5);
  EXPECT_TRUE(table_.tell_once("a"));
  EXPECT_FALSE(table_.tell_once("a"));
  now_ += 1s;
  fail(1);
  EXPECT_TRUE(table_.tell_once("a"));
}

TEST_F(AttemptTableTest, IsBoundedAndForgetsTheKeysOfLongAgo) {
  fail(5, "first");
  fail(5, "second");
  for (int i = 0; i < 98; ++i) fail(1, std::to_string(i));
  fail(1, "first");
  EXPECT_EQ(table_.size(), 100u);
  fail(1, "one more");
  EXPECT_EQ(table_.size(), 100u);
  EXPECT_TRUE(wait("first"));
  EXPECT_FALSE(wait("second"));
}

}  // namespace
}  // namespace parley::token_server
