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

}  // namespace
}  // namespace parley::token_server
