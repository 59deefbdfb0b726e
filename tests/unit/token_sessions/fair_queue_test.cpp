#include "token_server/sessions/fair_queue.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace parley::token_server {
namespace {

using Queue = FairQueue<std::string>;

QueueKey from(const std::string& network, const std::string& address = "1",
              Standing standing = Standing::unknown) {
  return {.standing = standing, .network = network, .address = network + "." + address};
}

class FairQueueTest : public ::testing::Test {
 protected:
  /// Pushes items that are named after where they come from: "a1#0", "a1#1" ...
  void push(const std::string& network, int count = 1, const std::string& address = "1",
            Standing standing = Standing::unknown) {
    for (int i = 0; i < count; ++i)
      queue_.push(from(network, address, standing), network + address + "#" + std::to_string(i));
  }
  std::vector<std::string> pop(int count) {
    std::vector<std::string> items;
    for (int i = 0; i < count; ++i) items.push_back(queue_.pop().value_or("none"));
    return items;
  }

  using Items = std::vector<std::string>;
  Queue queue_{{.in_sum = 100, .per_network = 50}};
};

TEST_F(FairQueueTest, IsEmptyAtFirstAndAfterTheLastItem) {
  EXPECT_TRUE(queue_.empty());
  EXPECT_FALSE(queue_.pop());
  push("a");
  EXPECT_EQ(queue_.size(), 1u);
  EXPECT_EQ(pop(1), Items{"a1#0"});
  EXPECT_TRUE(queue_.empty());
  EXPECT_FALSE(queue_.pop());
}

TEST_F(FairQueueTest, OneAddressIsServedInOrder) {
  push("a", 4);
  EXPECT_EQ(pop(4), (Items{"a1#0", "a1#1", "a1#2", "a1#3"}));
}

TEST_F(FairQueueTest, NetworksTakeTurns) {
  push("a", 3);
  push("b", 3);
  push("c", 1);
  EXPECT_EQ(pop(7), (Items{"a1#0", "b1#0", "c1#0", "a1#1", "b1#1", "a1#2", "b1#2"}));
}

TEST_F(FairQueueTest, AddressesOfANetworkTakeTurns) {
  push("a", 4, "1");
  push("a", 2, "2");
  EXPECT_EQ(pop(6), (Items{"a1#0", "a2#0", "a1#1", "a2#1", "a1#2", "a1#3"}));
}

TEST_F(FairQueueTest, StandingsTakeTurns) {
  for (const char* network : {"a", "b", "c"}) push(network, 2);
  push("home", 3, "1", Standing::known_address);
  push("home", 3, "2", Standing::known_network);
  EXPECT_EQ(pop(9), (Items{"a1#0", "home1#0", "home2#0", "b1#0", "home1#1", "home2#1", "c1#0", "home1#2",
                           "home2#2"}));
}

TEST_F(FairQueueTest, WhoAsksOnceDoesNotWaitForAllWhoAskAllTheTime) {
  for (int i = 0; i < 20; ++i) push("flood" + std::to_string(i), 4);
  pop(30);
  push("once");
  EXPECT_EQ(pop(1), Items{"once1#0"});
}

TEST_F(FairQueueTest, ComingBackAtOnceIsNoWayToTheFront) {
  push("a", 10);
  push("b", 10);
  push("c", 1);
  pop(3);
  push("c", 1);  // served in this round already
  EXPECT_EQ(pop(3), (Items{"a1#1", "b1#1", "c1#0"}));
}

TEST_F(FairQueueTest, FreshOnesLeaveEveryFourthTurnToTheOthers) {
  push("old", 20);
  pop(1);
  for (int i = 0; i < 30; ++i) push("new" + std::to_string(i));
  int old = 0;
  for (const auto& item : pop(40)) old += item.starts_with("old") ? 1 : 0;
  EXPECT_EQ(old, 10);
}

TEST_F(FairQueueTest, OfACrowdTheNewestGoesFirst) {
  for (int i = 0; i < 33; ++i) push("n" + std::to_string(i));
  EXPECT_EQ(pop(3), (Items{"n321#0", "n01#0", "n11#0"})) << "with 32 left they are served in order again";
}

TEST_F(FairQueueTest, ANetworkHasABoundOfItsOwn) {
  push("a", 49);
  EXPECT_TRUE(queue_.push(from("a", "2"), "fits").accepted);
  const auto refused = queue_.push(from("a", "1"), "too much");
  EXPECT_FALSE(refused.accepted);
  EXPECT_EQ(refused.displaced, "too much");
  const auto third = queue_.push(from("a", "3"), "third address");
  EXPECT_TRUE(third.accepted);
  EXPECT_EQ(third.displaced, "a1#48") << "the newest of the address that has most";
  EXPECT_EQ(queue_.size(), 50u);
  EXPECT_TRUE(queue_.push(from("b"), "another network").accepted);
}

TEST_F(FairQueueTest, AFloodDisplacesItself) {
  push("a", 50);
  push("b", 50);
  EXPECT_FALSE(queue_.push(from("b"), "one more").accepted);
  const auto honest = queue_.push(from("c"), "honest");
  EXPECT_TRUE(honest.accepted);
  ASSERT_TRUE(honest.displaced);
  EXPECT_TRUE(honest.displaced->ends_with("#49")) << *honest.displaced;
  EXPECT_EQ(queue_.size(), 100u);
}

TEST_F(FairQueueTest, KnownSourcesHaveAShareThatUnknownOnesCannotTake) {
  const auto home = [](int i) { return from("home" + std::to_string(i), "1", Standing::known_address); };
  for (int i = 0; i < 100; ++i) push("unknown" + std::to_string(i));
  for (int i = 0; i < 50; ++i) EXPECT_TRUE(queue_.push(home(i), "honest").accepted) << i;
  EXPECT_FALSE(queue_.push(home(50), "beyond the half").accepted);
  EXPECT_FALSE(queue_.push(from("unknown100"), "unknown").accepted);
  EXPECT_EQ(queue_.size(), 100u);
}

TEST_F(FairQueueTest, WhoWasServedLatelyGivesWayToWhoWasNot) {
  for (int i = 0; i < 100; ++i) push("n" + std::to_string(i));
  EXPECT_FALSE(queue_.push(from("late"), "nobody has been served yet").accepted);
  EXPECT_EQ(pop(1), Items{"n991#0"}) << "network n99";
  push("n99");
  const auto fresh = queue_.push(from("fresh"), "fresh");
  EXPECT_TRUE(fresh.accepted);
  EXPECT_EQ(fresh.displaced, "n991#0");
}

TEST_F(FairQueueTest, RefusedNewcomersLeaveNothingBehind) {
  for (int i = 0; i < 100; ++i) push("n" + std::to_string(i));
  for (int i = 0; i < 1000; ++i) EXPECT_FALSE(queue_.push(from("x" + std::to_string(i)), "x").accepted);
  EXPECT_EQ(queue_.networks(), 100u);
}

TEST_F(FairQueueTest, ItsMemoryIsBoundedByWhatWaits) {
  push("constant", 50);
  for (int i = 0; i < 10'000; ++i) {
    push("n" + std::to_string(i));
    queue_.pop();
    if (queue_.size() < 50) push("constant", 10);
    ASSERT_LE(queue_.networks(), 200u) << i;
  }
}

}  // namespace
}  // namespace parley::token_server
