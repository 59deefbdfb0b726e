#include "tests/faults/faked_clock.hpp"
#include "tests/faults/fault_test.hpp"

namespace parley::faults {
namespace {

/// The service's wall clock jumps when the test says so; its monotonic clock goes on.
class ClockJump : public FaultTest {
 protected:
  void SetUp() override {
    if (!FakedClock::is_installed()) GTEST_SKIP() << "Debian's package libfaketime is not installed";
  }

  FakedClock clock_{folder() + "/clock"};
};

// Dates in the future are wrong, but they are no reason to end sessions or to refuse messages.
TEST_F(ClockJump, AClockThatGoesBackEndsNoHonestSession) {
  start(clock_.wrapper());
  const auto alice = person("alice"), bob = person("bob");
  ASSERT_TRUE(alice->send("before"));
  clock_.jump_to("-1d");
  for (int i = 0; i < 5; ++i) {
    const auto sent = alice->send("after " + std::to_string(i));
    EXPECT_TRUE(sent) << sent.error().to_string();
  }
  const auto history = bob->history();
  ASSERT_TRUE(history) << history.error().to_string();
  EXPECT_EQ(history->size(), 6u);
  EXPECT_EQ(stop_service(), 0);
}

TEST_F(ClockJump, AClockThatGoesFarForwardDeletesNoMessages) {
  config_["account"]["chat"]["keep_messages_days"] = 30;
  start(clock_.wrapper());
  {
    const auto alice = person("alice");
    for (int i = 0; i < 5; ++i) ASSERT_TRUE(alice->send(std::to_string(i)));
  }
  ASSERT_EQ(stop_service(), 0);
  clock_.jump_to("+400d");
  start(clock_.wrapper());
  EXPECT_TRUE(log_says("clock_jumped")) << "the operator is told that retention waits";
  EXPECT_EQ(stop_service(), 0);
  EXPECT_EQ(ledger().size(), 5u);
}

}  // namespace
}  // namespace parley::faults
