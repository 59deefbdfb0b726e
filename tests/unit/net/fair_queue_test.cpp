#include "common/net/src/fair_queue.hpp"

#include <gtest/gtest.h>
#include <string>

namespace parley::net {
namespace {

using Queue = FairQueue<char, std::string>;

std::string pop_all(Queue& queue) {
  std::string all;
  while (auto item = queue.pop()) all += *item + " ";
  return all;
}

TEST(FairQueue, LetsKeysTakeTurns) {
  Queue queue(10);
  for (const char* item : {"a1", "a2", "a3", "b1", "c1", "b2"}) EXPECT_FALSE(queue.push(item[0], item));
  EXPECT_EQ(queue.size(), 6u);
  EXPECT_EQ(pop_all(queue), "a1 b1 c1 a2 b2 a3 ");
  EXPECT_TRUE(queue.empty());
}

TEST(FairQueue, PutsAKeyThatComesAgainBehindTheOthers) {
  Queue queue(10);
  queue.push('a', "a1");
  queue.push('b', "b1");
  EXPECT_EQ(queue.pop(), "a1");
  queue.push('a', "a2");
  EXPECT_EQ(pop_all(queue), "b1 a2 ");
}

TEST(FairQueue, MakesRoomAtTheExpenseOfTheKeyThatHasTheMost) {
  Queue queue(4);
  for (const char* item : {"a1", "b1", "a2", "a3"}) EXPECT_FALSE(queue.push(item[0], item));
  EXPECT_EQ(queue.push('c', "c1"), "a3");
  EXPECT_EQ(queue.push('a', "a4"), "a4") << "its own newest";
  EXPECT_EQ(queue.size(), 4u);
  EXPECT_EQ(pop_all(queue), "a1 b1 c1 a2 ");
}

TEST(FairQueue, StaysWithinItsCapacityIfEveryKeyHasOne) {
  Queue queue(2);
  queue.push('a', "a1");
  queue.push('b', "b1");
  EXPECT_TRUE(queue.push('c', "c1"));
  EXPECT_EQ(queue.size(), 2u);
  EXPECT_EQ(pop_all(queue).size(), 6u);
}

TEST(FairQueue, GivesBackWhatIsAskedFor) {
  Queue queue(10);
  for (const char* item : {"a1", "b1", "a2", "c1", "b2"}) queue.push(item[0], item);
  const auto taken = queue.take_if([](const std::string& item) { return item != "b2" && item != "a2"; });
  EXPECT_EQ(taken, (std::vector<std::string>{"a1", "b1", "c1"}));
  EXPECT_EQ(queue.size(), 2u);
  queue.push('c', "c2");
  EXPECT_EQ(pop_all(queue), "a2 b2 c2 ");
}

}  // namespace
}  // namespace parley::net
