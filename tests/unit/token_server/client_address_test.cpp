#include "token_server/http/client_address.hpp"

#include <gtest/gtest.h>

namespace parley::token_server {
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

}  // namespace
}  // namespace parley::token_server
