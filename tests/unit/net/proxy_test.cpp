#include "common/net/proxy.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace parley::net {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TEST(ParseProxy, TakesWhatToolsTake) {
  const struct {
    const char* text;
    Proxy::Kind kind;
    const char* host;
    int port;
    const char* user;
    const char* password;
  } cases[] = {
      {"http://proxy.example:3128", Proxy::Kind::http, "proxy.example", 3128, "", ""},
      {"HTTP://proxy.example", Proxy::Kind::http, "proxy.example", 80, "", ""},
      {"http://proxy.example:3128/", Proxy::Kind::http, "proxy.example", 3128, "", ""},
      {"proxy.example:3128", Proxy::Kind::http, "proxy.example", 3128, "", ""},
      {"proxy", Proxy::Kind::http, "proxy", 80, "", ""},
      {"user:pw@proxy.example:3128", Proxy::Kind::http, "proxy.example", 3128, "user", "pw"},
      {"http://u%40corp:p%3A%2F%23%25@10.1.2.3:8080", Proxy::Kind::http, "10.1.2.3", 8080, "u@corp", "p:/#%"},
      {"socks5://user@[fd00::1]:9050", Proxy::Kind::socks5, "fd00::1", 9050, "user", ""},
      {"socks5h://proxy.example", Proxy::Kind::socks5, "proxy.example", 1080, "", ""},
      {"socks5://a%3Ab:c@proxy.example", Proxy::Kind::socks5, "proxy.example", 1080, "a:b", "c"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.text);
    const auto proxy = parse_proxy(c.text);
    ASSERT_TRUE(proxy) << proxy.error().to_string();
    EXPECT_EQ(proxy->kind, c.kind);
    EXPECT_EQ(proxy->host, c.host);
    EXPECT_EQ(proxy->port, c.port);
    EXPECT_EQ(proxy->user, c.user);
    EXPECT_EQ(proxy->password, c.password);
  }
}

TEST(ParseProxy, NamesTheWrongPartAndNeverThePassword) {
  const std::string secret = "s3cr3t";
  const std::string long_password(256, 'p');
  const std::pair<std::string, const char*> cases[] = {
      {"", "proxy host"},
      {"http://", "proxy host"},
      {"http://user:s3cr3t@", "proxy host"},
      {"http://user:s3cr3t@:3128", "proxy host"},
      {"https://user:s3cr3t@proxy.example", "proxy scheme: proxies over TLS"},
      {"socks4://user:s3cr3t@proxy.example", "proxy scheme: expected http, socks5 or socks5h"},
      {"ftp://user:s3cr3t@proxy.example", "proxy scheme"},
      {"http://user:s3cr3t@proxy.example:0", "proxy port"},
      {"http://user:s3cr3t@proxy.example:65536", "proxy port"},
      {"http://user:s3cr3t@proxy.example:99999999999999999999", "proxy port"},
      {"http://user:s3cr3t@proxy.example:port", "proxy URL"},
      {"http://user:s3cr3t@proxy.example:3128/path", "proxy URL: expected nothing behind the port"},
      {"http://user:s3cr3t@proxy.example:3128?q=1", "proxy URL: expected nothing behind the port"},
      {"http://user:s3cr3t@proxy.example:3128#x", "proxy URL: expected nothing behind the port"},
      {"http://user:s3cr3t#@proxy.example:3128", "proxy URL"},
      {"http://user:s3cr3t@pro%0d%0axy.example:3128", "proxy host"},
      {"http://a%3Ab:s3cr3t@proxy.example:3128", "proxy user: expected a name without a colon"},
      {"http://us%0aer:s3cr3t@proxy.example:3128", "proxy user"},
      {"http://user:s3cr3t%00@proxy.example:3128", "proxy password"},
      {"http://:s3cr3t@proxy.example:3128", "proxy user: expected one beside the password"},
      {"socks5://user:s3cr3t" + long_password + "@proxy.example", "proxy password"},
      {"socks5://" + long_password + ":s3cr3t@proxy.example", "proxy user"},
      {"http://user:s3cr3t@proxy.example:3128 ", "proxy URL"},
  };
  for (const auto& [text, words] : cases) {
    SCOPED_TRACE(text);
    const auto proxy = parse_proxy(text);
    ASSERT_FALSE(proxy);
    EXPECT_EQ(proxy.error().code, Errc::invalid_argument);
    EXPECT_THAT(proxy.error().message, StartsWith(words));
    EXPECT_THAT(proxy.error().to_string(), Not(HasSubstr(secret)));
  }
}

TEST(Proxy, IsNamedWithoutItsUser) {
  EXPECT_EQ(parse_proxy("http://user:pw@proxy.example:3128")->name(), "proxy.example:3128");
  EXPECT_EQ(parse_proxy("socks5://user:pw@[::1]:1080")->name(), "[::1]:1080");
}

Url url(const std::string& text) { return parse_url(text).value(); }

TEST(ProxyExceptions, MatchAsNoProxyDoes) {
  const struct {
    const char* list;
    const char* url;
    bool matches;
  } cases[] = {
      {"", "https://example.org/", false},
      {"*", "https://example.org/", true},
      {"example.org", "https://example.org/", true},
      {"example.org", "https://chat.example.org/", true},
      {"example.org", "https://EXAMPLE.org/", true},
      {"EXAMPLE.org", "wss://chat.example.ORG/", true},
      {"example.org", "https://badexample.org/", false},
      {"example.org", "https://example.org.evil/", false},
      {".example.org", "https://chat.example.org/", true},
      {".example.org", "https://example.org/", true},
      {"*.example.org", "https://chat.example.org/", true},
      {"example.org.", "https://example.org/", true},
      {"example.org", "https://example.org./", true},
      {"a.example, b.example", "https://b.example/", true},
      {" a.example ,\tb.example ", "https://a.example/", true},
      {"a.example b.example", "https://b.example/", true},
      {",,a.example,,", "https://a.example/", true},
      {"example.org:8443", "https://example.org:8443/", true},
      {"example.org:8443", "https://example.org/", false},
      {"example.org:443", "https://chat.example.org/", true},
      {"example.org:0", "https://example.org/", false},
      {"example.org:x", "https://example.org/", false},
      {"10.1.2.3", "http://10.1.2.3/", true},
      {"10.1.2.3", "http://10.1.2.30/", false},
      {"2.3", "http://10.1.2.3/", false},
      {"10.1.2.3:80", "http://10.1.2.3/", true},
      {"10.1.2.3:80", "http://10.1.2.3:81/", false},
      {"10.0.0.0/8", "http://10.200.1.1/", true},
      {"10.0.0.0/8", "http://11.0.0.1/", false},
      {"10.0.0.0/8", "http://10.example.org/", false},
      {"192.168.4.0/22", "http://192.168.7.255/", true},
      {"192.168.4.0/22", "http://192.168.8.0/", false},
      {"0.0.0.0/0", "http://8.8.8.8/", true},
      {"0.0.0.0/0", "http://[fd00::1]/", false},
      {"10.0.0.0/33", "http://10.0.0.0/", false},
      {"10.0.0.0/-1", "http://10.0.0.0/", false},
      {"10.0.0.0/", "http://10.0.0.0/", false},
      {"fd00::/8", "http://[fd12:3456::1]/", true},
      {"fd00::/8", "http://[fe80::1]/", false},
      {"fd00::/129", "http://[fd00::]/", false},
      {"::ffff:10.1.2.3", "http://10.1.2.3/", true},
      {"fd00::1", "http://[fd00:0::1]/", true},
      {"[fd00::1]", "http://[fd00::1]/", true},
      {"[fd00::1]:8080", "http://[fd00::1]:8080/", true},
      {"[fd00::1]:8080", "http://[fd00::1]/", false},
      {"[fd00::1", "http://[fd00::1]/", false},
      {".", "https://example.org/", false},
      {"localhost", "http://localhost:4010/", true},
  };
  for (const auto& c : cases)
    EXPECT_EQ(ProxyExceptions(c.list).matches(url(c.url)), c.matches) << c.list << " and " << c.url;
}

class ProxySettingsTest : public testing::Test {
 protected:
  ProxySettings settings() const {
    return ProxySettings::from_environment([this](const char* name) -> std::optional<std::string> {
      const auto found = variables_.find(name);
      return found == variables_.end() ? std::nullopt : std::optional(found->second);
    });
  }
  /// The name of the proxy; "" for the direct way.
  std::string way_to(const std::string& text) const {
    const auto proxy = settings().proxy_for(url(text));
    EXPECT_TRUE(proxy) << proxy.error().to_string();
    return *proxy ? (*proxy)->name() : "";
  }

  std::map<std::string, std::string> variables_;
};

TEST_F(ProxySettingsTest, WithoutVariablesTheWayIsDirect) { EXPECT_EQ(way_to("https://example.org/"), ""); }

TEST_F(ProxySettingsTest, EachSchemeHasItsVariable) {
  variables_ = {{"https_proxy", "http://s:1"}, {"http_proxy", "http://p:2"}, {"all_proxy", "socks5://a:3"}};
  EXPECT_EQ(way_to("https://example.org/"), "s:1");
  EXPECT_EQ(way_to("wss://example.org/"), "s:1");
  EXPECT_EQ(way_to("http://example.org/"), "p:2");
  EXPECT_EQ(way_to("ws://example.org/"), "p:2");
  variables_.erase("https_proxy");
  EXPECT_EQ(way_to("wss://example.org/"), "a:3");
  variables_.erase("http_proxy");
  EXPECT_EQ(way_to("ws://example.org/"), "a:3");
}

TEST_F(ProxySettingsTest, LowerCaseGoesFirstAndEmptyIsUnset) {
  variables_ = {{"HTTPS_PROXY", "http://upper:1"}};
  EXPECT_EQ(way_to("https://example.org/"), "upper:1");
  variables_["https_proxy"] = "http://lower:1";
  EXPECT_EQ(way_to("https://example.org/"), "lower:1");
  variables_["https_proxy"] = "";
  EXPECT_EQ(way_to("https://example.org/"), "upper:1");
}

TEST_F(ProxySettingsTest, AClientOfACgiProgramSetsNoProxy) {
  variables_ = {{"HTTP_PROXY", "http://evil:1"}};
  EXPECT_EQ(way_to("http://example.org/"), "");
  variables_["ALL_PROXY"] = "http://a:3";
  EXPECT_EQ(way_to("http://example.org/"), "a:3");
}

TEST_F(ProxySettingsTest, ExceptionsAndLoopbackGoDirectly) {
  variables_ = {{"all_proxy", "http://a:3"}, {"NO_PROXY", "upper.example"}};
  EXPECT_EQ(way_to("https://upper.example/"), "");
  EXPECT_EQ(way_to("https://example.org/"), "a:3");
  variables_["no_proxy"] = "lower.example";
  EXPECT_EQ(way_to("https://lower.example/"), "");
  EXPECT_EQ(way_to("https://upper.example/"), "a:3");
  for (const char* loopback : {"http://localhost/", "ws://LOCALHOST:4010/", "ws://a.localhost/",
                               "http://127.0.0.1/", "http://127.9.9.9/", "http://[::1]/"})
    EXPECT_EQ(way_to(loopback), "") << loopback;
  EXPECT_EQ(way_to("http://localhost.example.org/"), "a:3");
  EXPECT_EQ(way_to("http://[::2]/"), "a:3");
}

TEST_F(ProxySettingsTest, AWrongUrlIsToldWhenItIsNeeded) {
  variables_ = {{"https_proxy", "https://user:s3cr3t@proxy"}};
  EXPECT_EQ(way_to("http://example.org/"), "");
  const auto refused = settings().proxy_for(url("https://example.org/"));
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, StartsWith("proxy scheme"));
  EXPECT_THAT(refused.error().message, Not(HasSubstr("s3cr3t")));
}

}  // namespace
}  // namespace parley::net
