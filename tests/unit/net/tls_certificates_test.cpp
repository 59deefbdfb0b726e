#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <optional>

#include "common/net/http_client.hpp"
#include "tests/support/temporary_file.hpp"
#include "tests/unit/net/loop.hpp"
#include "tests/unit/net/tls_peer.hpp"

namespace parley::net::test {
namespace {

using std::chrono::hours;
using ::testing::HasSubstr;
using ::testing::StartsWith;

const std::string kHere = "DNS:localhost,IP:127.0.0.1";

/// A client that trusts `root_` alone, and servers with every kind of certificate.
class TlsCertificatesTest : public ::testing::Test {
 protected:
  TlsCertificatesTest() { trust(root_); }

  void trust(const MadeCertificate& certificate) {
    ca_file_ = place_.directory() / "ca.pem";
    std::ofstream(ca_file_) << certificate.pem();
    tls_.ca_file = ca_file_;
  }

  Result<http::Response> call(const MadeCertificate& own, const TlsPeer::Settings& settings = {}) {
    TlsPeer peer(own, settings);
    HttpCall request{.url = {.scheme = "https", .host = host_, .port = peer.port(), .target = "/"}};
    request.tls = tls_;
    stage_ = "TLS with " + host_ + ":" + std::to_string(peer.port()) + ": ";
    std::optional<Result<http::Response>> outcome;
    const auto pending =
        http_call(loop_.executor(), request, [&](auto result) { outcome = std::move(result); });
    if (!loop_.run_until([&] { return outcome.has_value(); }))
      return Error{.message = "the call never ended"};
    return *outcome;
  }

  void expect_good(const MadeCertificate& own, const TlsPeer::Settings& settings = {}) {
    const auto answer = call(own, settings);
    ASSERT_TRUE(answer) << answer.error().to_string();
    EXPECT_EQ(answer->body, "ok");
  }

  void expect_refused(const std::string& words, const MadeCertificate& own,
                      const TlsPeer::Settings& settings = {}) {
    const auto answer = call(own, settings);
    ASSERT_FALSE(answer) << words;
    EXPECT_EQ(answer.error().code, Errc::tls_failed) << answer.error().to_string();
    EXPECT_THAT(answer.error().message, StartsWith(stage_));
    EXPECT_THAT(answer.error().message, HasSubstr(words));
    EXPECT_TRUE(answer.error().retryable()) << "it may be mended";
  }

  static CertificateSpec authority(const std::string& name) {
    return {.common_name = name, .is_authority = true};
  }

  parley::testing::TemporaryFile place_;
  Loop loop_;
  TlsClientOptions tls_;
  std::string ca_file_;
  std::string host_ = "127.0.0.1";
  std::string stage_;
  MadeCertificate root_{authority("root")};
};

TEST_F(TlsCertificatesTest, ACertificateOfATrustedAuthorityIsGood) {
  const MadeCertificate leaf({.names = kHere}, &root_);
  for (const char* host : {"127.0.0.1", "localhost"}) {
    host_ = host;
    expect_good(leaf);
  }
}

TEST_F(TlsCertificatesTest, SoIsOneBelowAnAuthorityInBetween) {
  const MadeCertificate between(authority("between"), &root_);
  const MadeCertificate leaf({.names = kHere}, &between);
  expect_good(leaf, {.above = {&between}});
  expect_refused("or the server leaves out the certificates in between", leaf);
}

TEST_F(TlsCertificatesTest, Expired) {
  const MadeCertificate leaf({.names = kHere, .valid_from = hours(-3), .valid_until = hours(-1)}, &root_);
  expect_refused("the server's certificate has expired at 2", leaf);
}

TEST_F(TlsCertificatesTest, NotYetValid) {
  const MadeCertificate leaf({.names = kHere, .valid_from = hours(1), .valid_until = hours(3)}, &root_);
  expect_refused("the server's certificate is not valid before 2", leaf);
}

TEST_F(TlsCertificatesTest, SelfSigned) {
  expect_refused("self-signed, and not among those that are trusted here", MadeCertificate({.names = kHere}));
}

TEST_F(TlsCertificatesTest, UnknownAuthority) {
  const MadeCertificate stranger(authority("stranger"));
  const MadeCertificate leaf({.names = kHere}, &stranger);
  expect_refused("comes from an unknown authority", leaf);
  expect_refused("comes from an authority that is not trusted here", leaf, {.above = {&stranger}});
}

TEST_F(TlsCertificatesTest, WrongHost) {
  const MadeCertificate leaf({.common_name = "localhost", .names = "DNS:elsewhere.example,IP:127.0.0.2"},
                             &root_);
  expect_refused("for another host than 127.0.0.1", leaf);
  host_ = "localhost";
  expect_refused("for another host than localhost", leaf);
}

TEST_F(TlsCertificatesTest, NameInTheCommonNameOnly) {
  host_ = "localhost";
  expect_refused("a common name only, which does not count",
                 MadeCertificate({.common_name = "localhost"}, &root_));
}

TEST_F(TlsCertificatesTest, WeakKey) {
  expect_refused("the server's certificate has a key that is too weak",
                 MadeCertificate({.names = kHere, .rsa_bits = 1024}, &root_));
}

TEST_F(TlsCertificatesTest, WeakHash) {
  expect_refused("is signed with a hash that is too weak",
                 MadeCertificate({.names = kHere, .sha1 = true}, &root_));
}

TEST_F(TlsCertificatesTest, WrongPurpose) {
  expect_refused("is not made for servers",
                 MadeCertificate({.names = kHere, .extended_key_usage = "clientAuth"}, &root_));
}

TEST_F(TlsCertificatesTest, SignedByOneThatIsNoAuthority) {
  const MadeCertificate somebody({.common_name = "somebody"}, &root_);
  const MadeCertificate leaf({.names = kHere}, &somebody);
  expect_refused("signed with one that is no authority", leaf, {.above = {&somebody}});
}

TEST_F(TlsCertificatesTest, PathTooLong) {
  CertificateSpec spec = authority("between");
  spec.path_length = 0;
  const MadeCertificate between(spec, &root_);
  const MadeCertificate below(authority("below"), &between);
  const MadeCertificate leaf({.names = kHere}, &below);
  expect_refused("its path is too long", leaf, {.above = {&below, &between}});
}

TEST_F(TlsCertificatesTest, ExpiredAuthority) {
  CertificateSpec spec = authority("between");
  spec.valid_from = hours(-3);
  spec.valid_until = hours(-1);
  const MadeCertificate between(spec, &root_);
  expect_refused("the certificate of the server's authority has expired",
                 MadeCertificate({.names = kHere}, &between), {.above = {&between}});
}

TEST_F(TlsCertificatesTest, ForgedSignature) {
  expect_refused("has a wrong signature", MadeCertificate::forged({.names = kHere}, root_));
}

TEST_F(TlsCertificatesTest, ProtocolTooOld) {
  expect_refused("TLS 1.2 or newer is wanted", MadeCertificate({.names = kHere}, &root_),
                 {.max_version = TLS1_1_VERSION});
}

class TlsPinsTest : public TlsCertificatesTest {
 protected:
  const MadeCertificate between_{authority("between"), &root_};
  const MadeCertificate leaf_{{.names = kHere}, &between_};
  const MadeCertificate other_{{.names = kHere}, &root_};
  const TlsPeer::Settings chain_{.above = {&between_}};
};

TEST_F(TlsPinsTest, AnyKeyOfTheChainMayBePinned) {
  for (const auto& pin : {leaf_.pin(), between_.pin(), root_.pin()}) {
    tls_.pins = {other_.pin(), pin};
    expect_good(leaf_, chain_);
  }
}

TEST_F(TlsPinsTest, AChainWithoutAPinnedKeyIsRefused) {
  tls_.pins = {other_.pin()};
  expect_refused("none of the server's certificates has a pinned key", leaf_, chain_);
}

TEST_F(TlsPinsTest, WhatIsSentBesideTheChainDoesNotCount) {
  tls_.pins = {other_.pin()};
  expect_refused("pinned key", leaf_, {.above = {&between_, &other_}});
}

TEST_F(TlsPinsTest, APinIsNoTrust) {
  const MadeCertificate stranger({.names = kHere});
  tls_.pins = {stranger.pin()};
  expect_refused("self-signed", stranger);
}

TEST_F(TlsPinsTest, WithoutVerificationTheServersOwnKeyCounts) {
  tls_.verify = false;
  const MadeCertificate stranger({.names = kHere});
  tls_.pins = {stranger.pin()};
  expect_good(stranger);
  expect_refused("pinned key", leaf_, chain_);
  tls_.pins = {between_.pin()};
  expect_refused("pinned key", leaf_, chain_);
}

TEST_F(TlsPinsTest, ReportOnlyTellsAndGoesOn) {
  std::vector<Error> told;
  tls_.pins_report_only = true;
  tls_.on_pin_mismatch = [&](const Error& error) { told.push_back(error); };
  tls_.pins = {leaf_.pin()};
  expect_good(leaf_, chain_);
  EXPECT_TRUE(told.empty());
  tls_.pins = {other_.pin()};
  expect_good(leaf_, chain_);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].code, Errc::tls_failed);
  EXPECT_THAT(told[0].message, StartsWith(stage_ + "none of the server's certificates has a pinned key"));
}

TEST_F(TlsPinsTest, AWrongPinIsAConfigurationThatIsRefused) {
  const std::string good = leaf_.pin();
  for (const auto& wrong : {std::string(), std::string("sha256/"), "sha1/" + good.substr(7), good.substr(7),
                            good.substr(0, good.size() - 1), good + "=", "sha256/" + std::string(44, '='),
                            "sha256/" + std::string(43, '!') + "="}) {
    tls_.pins = {good, wrong};
    const auto answer = call(leaf_, chain_);
    ASSERT_FALSE(answer) << wrong;
    EXPECT_EQ(answer.error().code, Errc::invalid_config);
    EXPECT_THAT(answer.error().message, HasSubstr("tls.pins"));
  }
}

}  // namespace
}  // namespace parley::net::test
