#include "common/protocol/conversations/direct_name.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "common/base/random.hpp"

namespace parley::conversations {
namespace {

TEST(DirectName, IsTheSameForBothAndReadsBack) {
  for (const auto& [a, b] :
       {std::pair{"alice", "bob"}, {"a#b", "c"}, {"100%", "x"}, {"%23", "#"}, {"é", "e"}}) {
    const auto name = direct_name(a, b);
    EXPECT_EQ(name, direct_name(b, a));
    const auto pair = parse_direct_name(name);
    ASSERT_TRUE(pair) << name;
    EXPECT_TRUE(pair->contains(a));
    EXPECT_TRUE(pair->contains(b));
    EXPECT_FALSE(pair->contains("mallory"));
    EXPECT_EQ(pair->peer_of(a), b);
    EXPECT_EQ(pair->peer_of(b), a);
  }
}

TEST(DirectName, NoTwoPairsShareOne) {
  SeededRandom random(11);
  const auto identity = [&] {
    std::string text;
    for (std::uint64_t i = 0, n = 1 + random.below(3); i < n; ++i) text += "ab#%2335"[random.below(8)];
    return text;
  };
  std::map<std::string, std::string> pairs;
  for (int i = 0; i < 20'000; ++i) {
    const auto a = identity(), b = identity();
    const std::string both = std::min(a, b) + "\n" + std::max(a, b);
    const auto [at, fresh] = pairs.try_emplace(direct_name(a, b), both);
    EXPECT_EQ(at->second, both) << at->first;
    const auto pair = parse_direct_name(at->first);
    ASSERT_EQ(pair.has_value(), a != b) << at->first;
    if (pair) {
      EXPECT_EQ(pair->first + "\n" + pair->second, both);
    }
  }
}

// In another order, escaped where it need not be, of one identity or of nobody.
TEST(DirectName, OrdinaryNamesAreNone) {
  for (const char* name : {"general", "alice", "bob#alice", "alice#bob#x", "alice#%zz", "a%6cice#bob",
                           "alice#alice", "#general", "general#", "#", "##", "%", ""})
    EXPECT_FALSE(parse_direct_name(name)) << name;
}

}  // namespace
}  // namespace parley::conversations
