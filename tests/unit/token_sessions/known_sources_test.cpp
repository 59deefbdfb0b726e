#include "token_server/sessions/known_sources.hpp"

#include <gtest/gtest.h>

namespace parley::token_server {
namespace {

TEST(KnownSources, KnowsTheAddressAndItsNetwork) {
  KnownSources sources(10);
  EXPECT_EQ(sources.key_of("192.0.2.1").standing, Standing::unknown);
  sources.add("192.0.2.1");
  EXPECT_EQ(sources.key_of("192.0.2.1").standing, Standing::known_address);
  EXPECT_EQ(sources.key_of("::ffff:192.0.2.1").standing, Standing::known_address);
  EXPECT_EQ(sources.key_of("192.0.2.2").standing, Standing::known_network);
  EXPECT_EQ(sources.key_of("192.0.3.1").standing, Standing::unknown);
}

TEST(KnownSources, SaysWhatAnAddressSharesAQueueWith) {
  const auto key = KnownSources(10).key_of("2001:db8:1:2ff::7");
  EXPECT_EQ(key.address, "2001:db8:1:2ff::/64");
  EXPECT_EQ(key.network, "2001:db8:1:200::/56");
}

TEST(KnownSources, ForgetsTheOneOfLongestAgo) {
  KnownSources sources(4);  // two addresses with their networks
  for (const char* address : {"10.0.1.1", "10.0.2.1", "10.0.1.1", "10.0.3.1"}) sources.add(address);
  EXPECT_EQ(sources.size(), 4u);
  EXPECT_EQ(sources.key_of("10.0.2.1").standing, Standing::unknown);
  EXPECT_EQ(sources.key_of("10.0.1.1").standing, Standing::known_address);
  EXPECT_EQ(sources.key_of("10.0.3.1").standing, Standing::known_address);
}

}  // namespace
}  // namespace parley::token_server
