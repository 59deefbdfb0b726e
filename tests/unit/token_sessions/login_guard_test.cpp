#include "token_server/sessions/login_guard.hpp"

#include <gtest/gtest.h>

namespace parley::token_server {
namespace {

using namespace std::chrono_literals;

class LoginGuardTest : public ::testing::Test {
 protected:
  using Attempt = LoginGuard::Attempt;

  int started_of(int attempts, const std::function<Attempt(int)>& make) {
    int started = 0;
    for (int i = 0; i < attempts; ++i) started += guard_.start(make(i), now_) ? 0 : 1;
    return started;
  }
  static std::string address(int i) {
    return "192.0." + std::to_string(i / 200) + "." + std::to_string(i % 200);
  }

  TimePoint now_{1000h};
  LoginGuard guard_;
};

TEST_F(LoginGuardTest, AHundredGuessesAtOneUserAtOnceCountAsAHundred) {
  EXPECT_EQ(started_of(100, [](int i) { return Attempt{"alice", address(i)}; }), 5);
}

TEST_F(LoginGuardTest, AHundredGuessesFromOneAddressAtOnceCountAsAHundred) {
  EXPECT_EQ(started_of(100, [](int i) { return Attempt{std::to_string(i), "192.0.2.1"}; }), 20);
}

TEST_F(LoginGuardTest, ANetworkIsOneAddress) {
  const auto from = [](int i) { return Attempt{std::to_string(i), "2001:db8::" + std::to_string(i)}; };
  EXPECT_EQ(started_of(100, from), 20);
  EXPECT_FALSE(guard_.start({"alice", "2001:db8:0:1::1"}, now_));
}

TEST_F(LoginGuardTest, SaysHowLongToWaitAndWhenItIsNews) {
  started_of(5, [](int i) { return Attempt{"alice", address(i)}; });
  auto refusal = guard_.start({"alice", "198.51.100.1"}, now_);
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->retry_after, 1000ms);
  EXPECT_TRUE(refusal->first);
  refusal = guard_.start({"alice", "198.51.100.2"}, now_ + 999'500us);
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->retry_after, 1ms) << "rounded up: after it the attempt is let in";
  EXPECT_FALSE(refusal->first);
  EXPECT_FALSE(guard_.start({"alice", "198.51.100.2"}, now_ + 1s));
}

TEST_F(LoginGuardTest, KnockingDoesNotProlongTheWait) {
  started_of(5, [](int i) { return Attempt{"alice", address(i)}; });
  EXPECT_EQ(started_of(1000, [](int i) { return Attempt{"alice", address(i)}; }), 0);
  EXPECT_FALSE(guard_.start({"alice", "198.51.100.1"}, now_ + 1s));
}

TEST_F(LoginGuardTest, SuccessForgetsTheUsersFailures) {
  started_of(4, [](int i) { return Attempt{"alice", address(i)}; });
  ASSERT_FALSE(guard_.start({"alice", "198.51.100.1"}, now_));
  guard_.succeeded({"alice", "198.51.100.1"});
  EXPECT_EQ(started_of(100, [](int i) { return Attempt{"alice", address(i)}; }), 5);
}

TEST_F(LoginGuardTest, SuccessDoesNotForgetTheAddressesFailures) {
  // An own account between each two guesses buys nothing.
  int guesses = 0;
  for (int i = 0; i < 100; ++i) {
    guesses += guard_.start({std::to_string(i), "192.0.2.1"}, now_) ? 0 : 1;
    if (!guard_.start({"mallory", "192.0.2.1"}, now_)) guard_.succeeded({"mallory", "192.0.2.1"});
  }
  EXPECT_EQ(guesses, 20);
}

TEST_F(LoginGuardTest, SuccessesAloneNeverWait) {
  for (int i = 0; i < 1000; ++i) {
    ASSERT_FALSE(guard_.start({"alice", "192.0.2.1"}, now_)) << i;
    guard_.succeeded({"alice", "192.0.2.1"});
  }
}

TEST_F(LoginGuardTest, WhatFailedForAnotherReasonCountsNothing) {
  for (int i = 0; i < 1000; ++i) {
    ASSERT_FALSE(guard_.start({"alice", "192.0.2.1"}, now_)) << i;
    guard_.take_back({"alice", "192.0.2.1"});
  }
}

TEST_F(LoginGuardTest, NamesThatNobodyHasCountForTheAddressOnly) {
  EXPECT_EQ(started_of(100, [](int i) { return Attempt{"", address(i)}; }), 100);
  EXPECT_EQ(started_of(100, [](int) { return Attempt{"", "198.51.100.1"}; }), 20);
}

}  // namespace
}  // namespace parley::token_server
