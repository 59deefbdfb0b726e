#include "token_server/callers/identity_pattern.hpp"

#include <gtest/gtest.h>

namespace parley::token_server {
namespace {

TEST(IdentityPattern, KnowsOneWildcard) {
  struct Case {
    const char* pattern;
    const char* text;
    bool matches;
  };
  const Case cases[] = {
      {"alice", "alice", true},
      {"alice", "alic", false},
      {"alice", "alicee", false},
      {"*", "", true},
      {"*", "anyone", true},
      {"crm-*", "crm-7", true},
      {"crm-*", "crm-", true},
      {"crm-*", "xcrm-7", false},
      {"*@example.com", "a@example.com", true},
      {"*@example.com", "a@example.com.evil", false},
      {"a*b*c", "axxbyyc", true},
      {"a*b*c", "axxbyy", false},
      {"a*b*c", "abcbc", true},
      {"**", "x", true},
      {"a?c", "abc", false},
      {"", "", true},
      {"", "x", false},
      {"*a*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false},
  };
  for (const auto& c : cases)
    EXPECT_EQ(matches(c.pattern, c.text), c.matches) << c.pattern << " on " << c.text;
}

TEST(IdentityPattern, WithoutPatternsEverythingMatches) {
  EXPECT_TRUE(matches_any({}, "anyone"));
  EXPECT_TRUE(matches_any({"a*", "b*"}, "bob"));
  EXPECT_FALSE(matches_any({"a*", "b*"}, "carol"));
}

}  // namespace
}  // namespace parley::token_server
