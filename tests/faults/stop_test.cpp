#include <gmock/gmock.h>

#include <algorithm>
#include <csignal>
#include <thread>

#include "tests/faults/fault_test.hpp"

namespace parley::faults {
namespace {

class Stop : public FaultTest {};

// A machine that is suspended, or starved, for ten seconds: nobody is sent away, nothing is lost or doubled.
TEST_F(Stop, TenSecondsOfSilenceLoseNothing) {
  constexpr int kSends = 8;
  start();
  const auto alice = person("alice"), bob = person("bob");
  ASSERT_TRUE(alice->send("before"));
  std::vector<std::future<Result<void>>> outcomes;
  service().signal(SIGSTOP);
  for (int i = 0; i < kSends; ++i) outcomes.push_back(alice->begin_send("during " + std::to_string(i)));
  std::this_thread::sleep_for(std::chrono::seconds(10));
  service().signal(SIGCONT);
  for (auto& outcome : outcomes) {
    const auto sent = Chatter::wait(std::move(outcome));
    EXPECT_TRUE(sent) << sent.error().to_string();
  }
  ASSERT_TRUE(alice->send("after"));
  const auto history = bob->history();
  ASSERT_TRUE(history) << history.error().to_string();
  EXPECT_EQ(history->size(), kSends + 2u);
  EXPECT_EQ(history->back(), "after");
  auto texts = *history;
  std::sort(texts.begin(), texts.end());
  EXPECT_EQ(std::adjacent_find(texts.begin(), texts.end()), texts.end()) << "a message is there twice";
  EXPECT_THAT(bob->received(), ::testing::IsSupersetOf(texts));
  EXPECT_EQ(stop_service(), 0);
}

}  // namespace
}  // namespace parley::faults
