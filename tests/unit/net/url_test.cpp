#include "common/net/url.hpp"

#include <gtest/gtest.h>

namespace parley::net {
namespace {

struct GoodUrl {
  const char* text;
  const char* scheme;
  const char* host;
  std::uint16_t port;
  const char* target;
  const char* authority;
};

constexpr GoodUrl kGoodUrls[] = {
    {"http://example.org", "http", "example.org", 80, "/", "example.org"},
    {"HTTPS://example.org/", "https", "example.org", 443, "/", "example.org"},
    {"ws://127.0.0.1:4010/v3/wsconnect", "ws", "127.0.0.1", 4010, "/v3/wsconnect", "127.0.0.1:4010"},
    {"wss://a-b.example:443/x?y=%20&z", "wss", "a-b.example", 443, "/x?y=%20&z", "a-b.example"},
    {"http://[::1]:4000/a%2Fb", "http", "::1", 4000, "/a%2Fb", "[::1]:4000"},
    {"http://[2001:db8::1]", "http", "2001:db8::1", 80, "/", "[2001:db8::1]"},
    {"http://example.org?q=1", "http", "example.org", 80, "/?q=1", "example.org"},
    {"http://example.org:/p", "http", "example.org", 80, "/p", "example.org"},
    {"http://example.org/p#fragment", "http", "example.org", 80, "/p", "example.org"},
    {"ws://my_service:65535/", "ws", "my_service", 65535, "/", "my_service:65535"},
};

TEST(Url, TakesAbsoluteUrlsApart) {
  for (const auto& c : kGoodUrls) {
    SCOPED_TRACE(c.text);
    const auto url = parse_url(c.text);
    ASSERT_TRUE(url) << url.error().to_string();
    EXPECT_EQ(url->scheme, c.scheme);
    EXPECT_EQ(url->host, c.host);
    EXPECT_EQ(url->port, c.port);
    EXPECT_EQ(url->target, c.target);
    EXPECT_EQ(url->authority(), c.authority);
  }
}

TEST(Url, KnowsWhichSchemesAreSecure) {
  EXPECT_TRUE(parse_url("https://a")->secure());
  EXPECT_TRUE(parse_url("wss://a")->secure());
  EXPECT_FALSE(parse_url("http://a")->secure());
  EXPECT_FALSE(parse_url("ws://a")->secure());
}

struct BadUrl {
  const char* text;
  const char* word;  // in the message
};

constexpr BadUrl kBadUrls[] = {
    {"http://127.0.0.1.example.org/", "IPv4"},
    {"http://127.0.0.1.example.org:80/p", "IPv4"},
    {"http://127.0.0.1x", "IPv4"},
    {"", "absolute"},
    {"example.org", "absolute"},
    {"/path", "absolute"},
    {"http//example.org", "absolute"},
    {"http://exa mple.org/", "absolute"},
    {"http://example.org/\r\nX: y", "absolute"},
    {"http://[::1/", "absolute"},
    {"ftp://example.org/", "scheme"},
    {"file:///etc/passwd", "scheme"},
    {"http:///path", "host"},
    {"http://", "host"},
    {"http:path", "host"},
    {"http://a%0d%0ab/", "host"},
    {"http://a%20b/", "host"},
    {"http://example.org:0/", "port"},
    {"http://example.org:65536/", "port"},
    {"http://example.org:99999999999/", "port"},
    {"http://u:secret@example.org/", "user information"},
};

TEST(Url, RefusesTheRestAndSaysWhy) {
  for (const auto& c : kBadUrls) {
    SCOPED_TRACE(c.text);
    const auto url = parse_url(c.text);
    ASSERT_FALSE(url);
    EXPECT_EQ(url.error().code, Errc::invalid_argument);
    EXPECT_NE(url.error().message.find(c.word), std::string::npos) << url.error().message;
    EXPECT_EQ(url.error().message.find("secret"), std::string::npos);
  }
}

struct Listen {
  const char* text;
  const char* host;  // nullptr: refused
  std::uint16_t port;
  bool loopback;
};

constexpr Listen kListens[] = {
    {"127.0.0.1:4000", "127.0.0.1", 4000, true},
    {"127.9.9.9:0", "127.9.9.9", 0, true},
    {"[::1]:4000", "::1", 4000, true},
    {"localhost:4000", "localhost", 4000, true},
    {"LocalHost:1", "LocalHost", 1, true},
    {"0.0.0.0:80", "0.0.0.0", 80, false},
    {"[::]:80", "::", 80, false},
    {"128.0.0.1:80", "128.0.0.1", 80, false},
    {"127.0.0.1.example.org:80", "127.0.0.1.example.org", 80, false},
    {"example.org:443", "example.org", 443, false},
    {"", nullptr, 0, false},
    {"4000", nullptr, 0, false},
    {":4000", nullptr, 0, false},
    {"localhost", nullptr, 0, false},
    {"localhost:", nullptr, 0, false},
    {"localhost:65536", nullptr, 0, false},
    {"localhost:-1", nullptr, 0, false},
    {"localhost:4000x", nullptr, 0, false},
    {"::1:4000", nullptr, 0, false},
    {"[::1:4000", nullptr, 0, false},
    {"[localhost]:4000", nullptr, 0, false},
    {"http://localhost:4000", nullptr, 0, false},
};

TEST(ListenAddress, IsHostAndPort) {
  for (const auto& c : kListens) {
    SCOPED_TRACE(c.text);
    const auto address = parse_listen_address(c.text);
    ASSERT_EQ(address.has_value(), c.host != nullptr);
    if (!address) {
      EXPECT_EQ(address.error().code, Errc::invalid_argument);
      EXPECT_FALSE(address.error().message.empty());
      continue;
    }
    EXPECT_EQ(address->host, c.host);
    EXPECT_EQ(address->port, c.port);
    EXPECT_EQ(address->is_loopback(), c.loopback);
    EXPECT_EQ(address->to_string(), c.text);
  }
}

}  // namespace
}  // namespace parley::net
