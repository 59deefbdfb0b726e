#include "common/net/src/socks5.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace parley::net {
namespace {

using namespace std::string_literals;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const Proxy kProxy{.kind = Proxy::Kind::socks5, .host = "proxy", .port = 1080};
const Proxy kProxyWithUser{
    .kind = Proxy::Kind::socks5, .host = "proxy", .port = 1080, .user = "user", .password = "s3cr3t"};
const std::string kRequest = "\x05\x01\x00\x03\x0b"s + "example.org" + "\x01\xbb";
const std::string kBound = "\x05\x00\x00\x01\x7f\x00\x00\x01\x04\x38"s;

class Socks5Test : public testing::Test {
 protected:
  void begin(const Proxy& proxy, const std::string& host = "example.org", std::uint16_t port = 443) {
    socks_.emplace(proxy, host, port);
    const auto step = socks_->begin();
    ASSERT_TRUE(step);
    sent_ = step->send;
  }
  /// What is sent when these bytes have come one by one, of which only the last changes anything.
  std::string take(const std::string& bytes) {
    for (std::size_t i = 0; i + 1 < bytes.size(); ++i) {
      const auto step = socks_->take(bytes.substr(i, 1));
      EXPECT_TRUE(step && step->send.empty() && !step->open) << i;
    }
    const auto step = socks_->take(bytes.substr(bytes.size() - 1));
    EXPECT_TRUE(step) << step.error().to_string();
    return step ? step->send : "";
  }
  Error refused(const std::string& bytes) {
    const auto step = socks_->take(bytes);
    EXPECT_FALSE(step);
    return step ? Error{} : step.error();
  }
  void begin_request() {
    begin(kProxy);
    ASSERT_EQ(take("\x05\x00"s), kRequest);
  }

  std::optional<Socks5> socks_;
  std::string sent_;
};

TEST_F(Socks5Test, OffersNoAuthenticationAndAPasswordIfItHasOne) {
  begin(kProxy);
  EXPECT_EQ(sent_, "\x05\x01\x00"s);
  begin(kProxyWithUser);
  EXPECT_EQ(sent_, "\x05\x02\x00\x02"s);
}

TEST_F(Socks5Test, AsksByNameSoThatTheProxyResolvesIt) { begin_request(); }

TEST_F(Socks5Test, AsksByAddressWhereTheUrlHasOne) {
  begin(kProxy, "10.1.2.3", 80);
  EXPECT_EQ(take("\x05\x00"s), "\x05\x01\x00\x01\x0a\x01\x02\x03\x00\x50"s);
  begin(kProxy, "fd00::1", 80);
  EXPECT_EQ(take("\x05\x00"s), "\x05\x01\x00\x04\xfd"s + std::string(14, '\0') + "\x01\x00\x50"s);
}

TEST_F(Socks5Test, SaysItsNameAndPasswordWhenAsked) {
  begin(kProxyWithUser);
  EXPECT_EQ(take("\x05\x02"s), "\x01\x04user\x06s3cr3t"s);
  EXPECT_EQ(take("\x01\x00"s), kRequest);
}

TEST_F(Socks5Test, TakesAProxyThatMixesUpTheVersions) {
  begin(kProxyWithUser);
  take("\x05\x02"s);
  EXPECT_EQ(take("\x05\x00"s), kRequest);
}

TEST_F(Socks5Test, SaysNeitherWhereTheProxyWantsNone) {
  begin(kProxyWithUser);
  EXPECT_EQ(take("\x05\x00"s), kRequest);
}

TEST_F(Socks5Test, IsOpenBehindTheAddressOfAnyKind) {
  const std::string replies[] = {kBound, "\x05\x00\x00\x03\x04host\x04\x38"s, "\x05\x00\x00\x03\x00\x04\x38"s,
                                 "\x05\x00\x00\x04"s + std::string(16, 'a') + "\x04\x38"};
  for (const auto& reply : replies) {
    begin_request();
    for (std::size_t i = 0; i + 1 < reply.size(); ++i) {
      const auto step = socks_->take(reply.substr(i, 1));
      ASSERT_TRUE(step && !step->open && step->send.empty()) << i;
    }
    const auto step = socks_->take(reply.substr(reply.size() - 1) + "early");
    ASSERT_TRUE(step && step->open);
    EXPECT_EQ(step->early, "early");
  }
  begin_request();
  const auto step = socks_->take(kBound + "early");
  ASSERT_TRUE(step && step->open);
  EXPECT_EQ(step->early, "early");
}

TEST_F(Socks5Test, EveryReplyHasWords) {
  const std::pair<int, const char*> cases[] = {
      {1, "the proxy failed to connect to example.org:443"},
      {2, "the proxy does not allow connections to example.org:443"},
      {3, "the proxy cannot reach the network of example.org:443"},
      {4, "the proxy cannot reach or find example.org:443"},
      {5, "the proxy was refused by example.org:443"},
      {6, "the proxy lost its way to example.org:443"},
      {7, "the proxy does not know the command CONNECT"},
      {8, "the proxy does not know this type of address: example.org:443"},
      {9, "the proxy failed with reply 9"},
      {255, "the proxy failed with reply 255"},
  };
  for (const auto& [code, words] : cases) {
    begin_request();
    const auto error = refused("\x05"s + static_cast<char>(code));
    EXPECT_EQ(error.code, Errc::proxy_failed);
    EXPECT_EQ(error.server_code, code);
    EXPECT_THAT(error.message, StartsWith(words));
  }
}

TEST_F(Socks5Test, AWrongPasswordIsToldWithoutIt) {
  begin(kProxyWithUser);
  take("\x05\x02"s);
  const auto error = refused("\x01\x01"s);
  EXPECT_EQ(error.code, Errc::proxy_failed);
  EXPECT_THAT(error.message, StartsWith("the proxy refused the name and the password"));
  EXPECT_THAT(error.to_string(), Not(HasSubstr("s3cr3t")));
}

TEST_F(Socks5Test, AMethodThatWasNotOfferedIsRefused) {
  begin(kProxy);
  EXPECT_THAT(refused("\x05\xff"s).message, StartsWith("the proxy wants a name and a password"));
  begin(kProxyWithUser);
  EXPECT_THAT(refused("\x05\xff"s).message, StartsWith("the proxy takes neither"));
  for (const auto& method : {"\x05\x02"s, "\x05\x01"s, "\x05\x80"s}) {
    begin(kProxy);
    EXPECT_THAT(refused(method).message, StartsWith("the proxy chose an authentication"));
  }
}

TEST_F(Socks5Test, WhatIsNotSocksIsTold) {
  for (const auto& answer : {"H"s, "HTTP/1.1 400 Bad Request\r\n\r\n"s, "\x04\x00"s, "\x05\x00\x05"s}) {
    begin(kProxy);
    EXPECT_THAT(refused(answer).message, StartsWith("the proxy's answer is not SOCKS 5")) << answer;
  }
  for (const auto& answer : {"\x02\x00"s, "\x01\x00\x05"s}) {
    begin(kProxyWithUser);
    take("\x05\x02"s);
    EXPECT_THAT(refused(answer).message, StartsWith("the proxy's answer is not SOCKS 5")) << answer;
  }
  for (const auto& answer : {"\x04"s, "\x05\x00\x00\x02z"s, "\x05\x00\x00\x00z"s}) {
    begin_request();
    EXPECT_THAT(refused(answer).message, StartsWith("the proxy's answer is not SOCKS 5")) << answer;
  }
}

TEST_F(Socks5Test, WhatDoesNotFitIsRefusedBeforeAnythingIsSent) {
  begin(kProxy, std::string(255, 'h'));
  EXPECT_EQ(take("\x05\x00"s), "\x05\x01\x00\x03\xff"s + std::string(255, 'h') + "\x01\xbb");
  Proxy long_user = kProxyWithUser;
  long_user.user = std::string(256, 'u');
  for (const auto& socks : {Socks5(kProxy, std::string(256, 'h'), 443), Socks5(long_user, "h", 443)}) {
    auto copy = socks;
    const auto step = copy.begin();
    ASSERT_FALSE(step);
    EXPECT_EQ(step.error().code, Errc::invalid_argument);
    EXPECT_THAT(step.error().message, HasSubstr("255 bytes"));
  }
}

TEST_F(Socks5Test, BytesBeforeTheQuestionAreNoAnswer) {
  Socks5 socks(kProxy, "h", 1);
  EXPECT_FALSE(socks.take("\x05\x00"s));
}

}  // namespace
}  // namespace parley::net
