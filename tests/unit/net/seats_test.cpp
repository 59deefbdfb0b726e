#include "common/net/src/seats.hpp"

#include <gtest/gtest.h>
#include <vector>

namespace parley::net {
namespace {

using boost::asio::ip::make_address;

struct Pair {
  const char* one;
  const char* other;
  bool same_house;
};

TEST(Seats, CountsIPv4AddressesAndIPv6NetworksOf64Bits) {
  const Pair pairs[] = {
      {"192.0.2.1", "192.0.2.1", true},
      {"192.0.2.1", "192.0.2.2", false},
      {"192.0.2.1", "::ffff:192.0.2.1", true},
      {"2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true},
      {"2001:db8:1:2::1", "2001:db8:1:3::1", false},
      {"0.0.0.0", "::1", false},
  };
  for (const auto& [one, other, same_house] : pairs) {
    SCOPED_TRACE(std::string(one) + " and " + other);
    const auto seats = std::make_shared<Seats>();
    const Seats::Limits limits{.total = 10, .per_address = 1};
    const auto first = seats->take(make_address(one), limits);
    EXPECT_TRUE(first);
    EXPECT_EQ(seats->take(make_address(other), limits) == nullptr, same_house);
  }
}

TEST(Seats, AreFreeAgainWhenTheyAreLeft) {
  const auto seats = std::make_shared<Seats>();
  const Seats::Limits limits{.total = 3, .per_address = 2};
  std::vector<std::shared_ptr<void>> taken;
  for (const char* address : {"192.0.2.1", "192.0.2.1", "192.0.2.2"})
    taken.push_back(seats->take(make_address(address), limits));
  EXPECT_TRUE(taken.back());
  EXPECT_FALSE(seats->take(make_address("192.0.2.3"), limits)) << "three in all";
  taken.pop_back();
  EXPECT_FALSE(seats->take(make_address("192.0.2.1"), limits)) << "two of one address";
  taken.clear();
  EXPECT_TRUE(seats->take(make_address("192.0.2.1"), limits));
}

TEST(Seats, KnowNoLimitOfAnAddressWhereNoneIsSet) {
  const auto seats = std::make_shared<Seats>();
  std::vector<std::shared_ptr<void>> taken;
  for (int i = 0; i < 5; ++i)
    taken.push_back(seats->take(make_address("::1"), {.total = 5, .per_address = 0}));
  EXPECT_TRUE(taken.back());
}

}  // namespace
}  // namespace parley::net
