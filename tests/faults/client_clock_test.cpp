#include <csignal>

#include "tests/faults/faked_clock.hpp"
#include "tests/faults/fault_test.hpp"

namespace parley::faults {
namespace {

/// A client process whose wall clock jumps while it sends.
class ClientClock : public FaultTest {
 protected:
  void SetUp() override {
    if (!FakedClock::is_installed()) GTEST_SKIP() << "Debian's package libfaketime is not installed";
    start();
    auto command = clock_.wrapper();
    for (const auto& word : {std::string(PARLEY_DURABLE_SENDER), address(), token_of("alice"),
                             folder() + "/cache", std::string("1")})
      command.push_back(word);
    client_.emplace(command);
  }
  /// Hears that so many more messages were stored, and of no failure.
  void hear_sent(int count) {
    while (count > 0) {
      const auto line = client_->read_line();
      ASSERT_TRUE(line) << "it says nothing more";
      ASSERT_FALSE(line->starts_with("failed")) << *line;
      if (line->starts_with("sent ")) --count, sent_.push_back(line->substr(5));
    }
  }

  FakedClock clock_{folder() + "/clock"};
  std::optional<support::ChildProcess> client_;
  std::vector<std::string> sent_;
};

// As when the user sets the clock, or the network does after a start with an empty battery. The machine did
// not sleep, though it looks like that, and no message, token or connection is older than before.
TEST_F(ClientClock, AClockThatIsSetLosesNoMessage) {
  hear_sent(50);
  for (const char* offset : {"+9h", "-2d", "+2d", "+0"}) {
    clock_.jump_to(offset);
    hear_sent(200);
  }
  client_->signal(SIGKILL);
  const auto stored = ledger();
  for (const auto& text : sent_) {
    const auto at = stored.find(text);
    EXPECT_TRUE(at != stored.end() && at->second == 1) << text;
  }
  for (std::size_t i = 0; i < sent_.size(); ++i) EXPECT_EQ(sent_[i], "1." + std::to_string(i + 1));
}

}  // namespace
}  // namespace parley::faults
