#include "common/net/src/connection_limiter.hpp"

#include <gtest/gtest.h>
#include <vector>

namespace parley::net {
namespace {

PeerKey key(const char* address) { return PeerKey::of(boost::asio::ip::make_address(address)); }

TEST(PeerKey, IsAnIPv4AddressOrAnIPv6NetworkOf64Bits) {
  struct {
    const char* one;
    const char* other;
    bool same;
  } constexpr kPairs[] = {
      {"192.0.2.1", "192.0.2.1", true},
      {"192.0.2.1", "192.0.2.2", false},
      {"192.0.2.1", "::ffff:192.0.2.1", true},
      {"2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true},
      {"2001:db8:1:2::1", "2001:db8:1:3::1", false},
      {"0.0.0.0", "::1", false},
  };
  for (const auto& pair : kPairs)
    EXPECT_EQ(key(pair.one) == key(pair.other), pair.same) << pair.one << " and " << pair.other;
}

TEST(ConnectionLimiter, GivesAPlaceAgainWhenItIsLeft) {
  const auto limiter = std::make_shared<ConnectionLimiter>();
  const auto take = [&](const char* address) {
    return limiter->take(key(address), {.total = 3, .per_address = 2});
  };
  std::vector<std::shared_ptr<void>> taken;
  for (const char* address : {"192.0.2.1", "192.0.2.1", "192.0.2.2"}) taken.push_back(take(address).place);
  EXPECT_TRUE(taken.back());
  const auto fourth = take("192.0.2.3");
  EXPECT_FALSE(fourth.place) << "three in all";
  EXPECT_EQ(fourth.reached, ConnectionLimit::connections);
  EXPECT_EQ(take("192.0.2.1").reached, ConnectionLimit::connections_per_address) << "both limits are reached";
  taken.pop_back();
  EXPECT_EQ(take("192.0.2.1").reached, ConnectionLimit::connections_per_address) << "two of one address";
  taken.clear();
  EXPECT_TRUE(take("192.0.2.1").place);
}

TEST(ConnectionLimiter, KnowsNoLimitOfAnAddressWhereNoneIsSet) {
  const auto limiter = std::make_shared<ConnectionLimiter>();
  std::vector<std::shared_ptr<void>> taken;
  for (int i = 0; i < 5; ++i)
    taken.push_back(limiter->take(key("::1"), {.total = 5, .per_address = 0}).place);
  EXPECT_TRUE(taken.back());
}

}  // namespace
}  // namespace parley::net
