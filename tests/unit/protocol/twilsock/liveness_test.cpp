#include "common/protocol/twilsock/liveness.hpp"

#include <gtest/gtest.h>

namespace parley::twilsock {
namespace {

using namespace std::chrono_literals;
using Verdict = Liveness::Verdict;

class LivenessTest : public ::testing::Test {
 protected:
  LivenessTest() { liveness.start(now); }

  Verdict pass(Duration time) {
    now += time;
    return liveness.on_time(now);
  }
  /// Lets time pass up to the deadline; says how long that took.
  Duration to_deadline() { return *liveness.next_deadline() - now; }

  TimePoint now{1000s};
  Liveness liveness{{}};
};

// stopped

TEST_F(LivenessTest, StoppedHasNoDeadlineAndDoubtsNothing) {
  liveness.stop();
  liveness.on_asked(now);
  liveness.on_input(now);
  EXPECT_FALSE(liveness.next_deadline());
  EXPECT_FALSE(liveness.doubt(now));
  EXPECT_FALSE(liveness.doubt_after_sleep(now));
  EXPECT_EQ(pass(1h), Verdict::fine);
}

// trusting

TEST_F(LivenessTest, TrustingBearsSilenceWhileNothingIsDue) {
  EXPECT_EQ(to_deadline(), 45s);
  EXPECT_EQ(pass(44s), Verdict::fine);
  liveness.on_input(now);
  EXPECT_EQ(pass(44s), Verdict::fine);
  EXPECT_EQ(pass(1s), Verdict::ping);
  EXPECT_EQ(pass(2500ms), Verdict::dead);
}

TEST_F(LivenessTest, TrustingPingsWhenAnAnswerIsDue) {
  pass(20s);
  liveness.on_asked(now);
  EXPECT_EQ(to_deadline(), 2500ms);
  EXPECT_EQ(pass(2499ms), Verdict::fine);
  EXPECT_EQ(pass(1ms), Verdict::ping);
  EXPECT_TRUE(liveness.is_probing());
}

TEST_F(LivenessTest, TrustingCountsFromTheFirstQuestionNotFromTheLast) {
  for (int i = 0; i < 5; ++i) {
    liveness.on_asked(now);
    EXPECT_EQ(pass(500ms), i == 4 ? Verdict::ping : Verdict::fine);
  }
}

TEST_F(LivenessTest, TrustingTakesAnyInputForASignOfLifeWhileAnAnswerIsDue) {
  liveness.on_asked(now);
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(pass(2s), Verdict::fine) << "a long answer on a slow line";
    liveness.on_input(now);
  }
  EXPECT_EQ(to_deadline(), 2500ms) << "it is still due";
}

TEST_F(LivenessTest, TrustingWaitsForNothingOnceAllIsAnswered) {
  liveness.on_asked(now);
  pass(1s);
  liveness.on_input(now);
  liveness.on_all_answered();
  EXPECT_EQ(to_deadline(), 45s);
}

TEST_F(LivenessTest, TrustingGivesLongMessagesTimeToLeave) {
  liveness.on_output(8 * 1024, now);
  liveness.on_asked(now);
  EXPECT_EQ(to_deadline(), 2500ms);
  liveness.on_output(32 * 1024, now);
  EXPECT_EQ(to_deadline(), 6500ms);
  liveness.on_input(now);
  EXPECT_EQ(to_deadline(), 6500ms) << "an answer to what came first: the rest is still on its way";
  liveness.on_output(100 << 20, now);
  EXPECT_EQ(to_deadline(), 17500ms) << "not for ever";
  now += 1h;
  liveness.on_input(now);
  EXPECT_EQ(to_deadline(), 2500ms) << "all has left by now";
}

TEST_F(LivenessTest, TrustingPingsWhenInDoubt) {
  EXPECT_TRUE(liveness.doubt(now));
  EXPECT_EQ(to_deadline(), 2500ms);
}

// probing

TEST_F(LivenessTest, ProbingEndsDeadWithoutASignOfLife) {
  liveness.on_asked(now);
  EXPECT_EQ(pass(2500ms), Verdict::ping);
  EXPECT_EQ(pass(2499ms), Verdict::fine);
  EXPECT_EQ(pass(1ms), Verdict::dead);
}

TEST_F(LivenessTest, ProbingTrustsAgainAfterAnyInput) {
  liveness.on_asked(now);
  pass(2500ms);
  pass(1s);
  liveness.on_input(now);
  EXPECT_FALSE(liveness.is_probing());
  EXPECT_EQ(pass(2500ms), Verdict::ping) << "the answer is still due";
  liveness.on_all_answered();
  EXPECT_EQ(pass(2500ms), Verdict::dead) << "the ping is not taken back";
}

TEST_F(LivenessTest, ProbingIsNotPutOffByMoreDoubts) {
  EXPECT_TRUE(liveness.doubt(now));
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(pass(500ms), Verdict::fine);
    EXPECT_FALSE(liveness.doubt(now)) << "one ping is out";
    liveness.on_asked(now);
  }
  EXPECT_EQ(pass(500ms), Verdict::dead);
}

TEST_F(LivenessTest, ProbingBeginsAnewAfterASleep) {
  EXPECT_TRUE(liveness.doubt(now));
  now += 1h;
  EXPECT_TRUE(liveness.doubt_after_sleep(now));
  EXPECT_EQ(liveness.on_time(now), Verdict::fine) << "nobody was silent: nobody listened";
  EXPECT_EQ(pass(2500ms), Verdict::dead);
}

}  // namespace
}  // namespace parley::twilsock
