#include "chat_service/src/connections/deadlines.hpp"

#include <gtest/gtest.h>

#include <string>

namespace parley::chat_service {
namespace {

TimePoint at(int seconds) { return TimePoint(std::chrono::seconds(seconds)); }

TEST(Deadlines, GivesWhatIsDueInOrderAndOnce) {
  Deadlines<std::string> deadlines;
  EXPECT_EQ(deadlines.first(), std::nullopt);
  deadlines.set("b", at(2));
  deadlines.set("a", at(3));
  deadlines.set("c", at(9));
  EXPECT_EQ(deadlines.first(), at(2));
  EXPECT_EQ(deadlines.due(at(3)), (std::vector<std::string>{"b", "a"}));
  EXPECT_TRUE(deadlines.due(at(3)).empty());
  EXPECT_EQ(deadlines.first(), at(9));
}

TEST(Deadlines, AKeyHasOneTimeAtMost) {
  Deadlines<std::string> deadlines;
  deadlines.set("a", at(1));
  deadlines.set("a", at(5));
  EXPECT_TRUE(deadlines.due(at(4)).empty());
  deadlines.set("a", std::nullopt);
  deadlines.set("never set", std::nullopt);
  EXPECT_EQ(deadlines.first(), std::nullopt);
}

}  // namespace
}  // namespace parley::chat_service
