#include <chrono>

#include "tests/faults/fault_test.hpp"

namespace parley::faults {
namespace {

constexpr const char* kLibrary = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1";

/// The service's wall clock jumps when the test says so; its monotonic clock goes on.
class ClockJump : public FaultTest {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(kLibrary)) GTEST_SKIP() << "Debian's package libfaketime is not installed";
  }
  void start_with_clock() {
    jump_by("+0");
    start({"/usr/bin/env", std::string("LD_PRELOAD=") + kLibrary, "FAKETIME_TIMESTAMP_FILE=" + file(),
           "FAKETIME_NO_CACHE=1", "FAKETIME_DONT_FAKE_MONOTONIC=1", "DONT_FAKE_MONOTONIC=1"});
  }
  /// "+400d", "-1d": against the machine's clock.
  void jump_by(const std::string& offset) const { std::ofstream(file()) << offset << "\n"; }
  std::string file() const { return folder() + "/clock"; }
};

// Dates in the future are wrong, but they are no reason to end sessions or to refuse messages.
TEST_F(ClockJump, AClockThatGoesBackEndsNoHonestSession) {
  start_with_clock();
  const auto alice = person("alice"), bob = person("bob");
  ASSERT_TRUE(alice->send("before"));
  jump_by("-1d");
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
  start_with_clock();
  {
    const auto alice = person("alice");
    for (int i = 0; i < 5; ++i) ASSERT_TRUE(alice->send(std::to_string(i)));
  }
  ASSERT_EQ(stop_service(), 0);
  jump_by("+400d");
  start({"/usr/bin/env", std::string("LD_PRELOAD=") + kLibrary, "FAKETIME_TIMESTAMP_FILE=" + file(),
         "FAKETIME_NO_CACHE=1", "FAKETIME_DONT_FAKE_MONOTONIC=1", "DONT_FAKE_MONOTONIC=1"});
  EXPECT_TRUE(log_says("clock_jumped")) << "the operator is told that retention waits";
  EXPECT_EQ(stop_service(), 0);
  EXPECT_EQ(ledger().size(), 5u);
}

}  // namespace
}  // namespace parley::faults
