#include "common/net/client_address.hpp"

#include <gtest/gtest.h>

namespace parley::net {
namespace {

TEST(ClientAddress, BelievesTrustedProxiesOnly) {
  const std::vector<std::string> trusted{"10.0.0.1", "10.0.0.2"};
  struct Case {
    const char* name;
    http::Fields headers;
    const char* peer;
    const char* expected;
  };
  const Case cases[] = {
      {"no proxy", {}, "192.0.2.7", "192.0.2.7"},
      {"a stranger's claim", {{"X-Forwarded-For", "192.0.2.1"}}, "192.0.2.7", "192.0.2.7"},
      {"a proxy without a word", {}, "10.0.0.1", "10.0.0.1"},
      {"one hop", {{"X-Forwarded-For", "192.0.2.1"}}, "10.0.0.1", "192.0.2.1"},
      {"what the client put in front", {{"x-forwarded-for", "6.6.6.6, 192.0.2.1"}}, "10.0.0.1", "192.0.2.1"},
      {"two trusted hops", {{"X-Forwarded-For", "192.0.2.1 , 10.0.0.2"}}, "10.0.0.1", "192.0.2.1"},
      {"two headers",
       {{"X-Forwarded-For", "6.6.6.6"}, {"X-Forwarded-For", "192.0.2.1"}},
       "10.0.0.1",
       "192.0.2.1"},
      {"only proxies", {{"X-Forwarded-For", "10.0.0.2"}}, "10.0.0.1", "10.0.0.2"},
      {"garbage", {{"X-Forwarded-For", "unknown"}}, "10.0.0.1", "10.0.0.1"},
      {"garbage in front", {{"X-Forwarded-For", "<script>, 192.0.2.1"}}, "10.0.0.1", "192.0.2.1"},
      {"empty", {{"X-Forwarded-For", ""}}, "10.0.0.1", "10.0.0.1"},
      {"with a port", {{"X-Forwarded-For", "192.0.2.1:4711"}}, "10.0.0.1", "192.0.2.1"},
      {"IPv6 with a port", {{"X-Forwarded-For", "[2001:db8::1]:4711"}}, "10.0.0.1", "2001:db8::1"},
      {"another spelling", {{"X-Forwarded-For", "2001:DB8:0::1"}}, "10.0.0.1", "2001:db8::1"},
      {"mapped IPv4", {{"X-Forwarded-For", "192.0.2.1"}}, "::ffff:10.0.0.2", "192.0.2.1"},
      {"hex digits that are no address", {{"X-Forwarded-For", "abc.def"}}, "10.0.0.1", "10.0.0.1"},
      {"an open bracket", {{"X-Forwarded-For", "[2001:db8::1"}}, "10.0.0.1", "2001:db8::1"},
      {"IPv6", {{"X-Forwarded-For", "2001:db8::1"}}, "10.0.0.1", "2001:db8::1"},
  };
  for (const auto& c : cases)
    EXPECT_EQ(client_address({.headers = c.headers}, c.peer, trusted), c.expected) << c.name;
}

TEST(ClientAddress, KnowsProxiesInAnySpelling) {
  const std::vector<std::string> trusted{"10.0.0.1", "2001:DB8:0::1"};
  for (const char* peer : {"10.0.0.1", "::ffff:10.0.0.1", "2001:db8::1"})
    EXPECT_TRUE(is_trusted_proxy(peer, trusted)) << peer;
  for (const char* peer : {"10.0.0.2", "2001:db8::2", "", "in-process"})
    EXPECT_FALSE(is_trusted_proxy(peer, trusted)) << peer;
  EXPECT_FALSE(is_trusted_proxy("10.0.0.1", {}));
}

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

TEST(Loopback, IsTheMachineItself) {
  for (const char* address : {"127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"})
    EXPECT_TRUE(is_loopback(address)) << address;
  for (const char* address : {"192.0.2.1", "0.0.0.0", "::", "::2", "", "in-process", "localhost"})
    EXPECT_FALSE(is_loopback(address)) << address;
}

}  // namespace
}  // namespace parley::net
