#include "token_server/sessions/address_group.hpp"

#include <gtest/gtest.h>

namespace parley::token_server {
namespace {

TEST(AddressGroup, IsAnIpv4AddressOrTheNetworkOfAnIpv6Address) {
  struct Case {
    const char* address;
    const char* group;
  };
  const Case cases[] = {
      {"192.0.2.1", "192.0.2.1"},
      {"::ffff:192.0.2.1", "192.0.2.1"},
      {"2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"},
      {"2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"},
      {"2001:DB8:1:2::", "2001:db8:1:2::/64"},
      {"2001:db8:1:3::", "2001:db8:1:3::/64"},
      {"::1", "::/64"},
      {"fe80::1%1", "fe80::/64"},
      {"", ""},
      {"unix", "unix"},
  };
  for (const auto& c : cases) EXPECT_EQ(address_group(c.address), c.group) << c.address;
}

TEST(AddressNetwork, IsA24OfIpv4OrA56OfIpv6) {
  struct Case {
    const char* address;
    const char* network;
  };
  const Case cases[] = {
      {"192.0.2.1", "192.0.2.0/24"},
      {"192.0.2.255", "192.0.2.0/24"},
      {"192.0.3.1", "192.0.3.0/24"},
      {"::ffff:192.0.2.1", "192.0.2.0/24"},
      {"2001:db8:1:2ff:3:4:5:6", "2001:db8:1:200::/56"},
      {"2001:db8:1:200::", "2001:db8:1:200::/56"},
      {"2001:db8:1:3ff::", "2001:db8:1:300::/56"},
      {"::1", "::/56"},
      {"", ""},
      {"unix", "unix"},
  };
  for (const auto& c : cases) EXPECT_EQ(address_network(c.address), c.network) << c.address;
}

}  // namespace
}  // namespace parley::token_server
