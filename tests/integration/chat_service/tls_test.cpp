#include <gmock/gmock.h>

#include <csignal>

#include "tests/integration/chat_service/program_fixture.hpp"
#include "tests/unit/net/certificate.hpp"
#include "tests/unit/net/tls_client.hpp"

namespace parley::support {
namespace {

using net::test::Certificate;
using ::testing::HasSubstr;

class ChatProgramTls : public ChatProgram {
 protected:
  void use(const Certificate& certificate) {
    std::filesystem::permissions(certificate.key_file(),
                                 std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    config_["chat_service"]["tls"] = {{"certificate_file", certificate.certificate_file()},
                                      {"private_key_file", certificate.key_file()}};
    trusted_ = certificate.certificate_file();
  }
  static void reload(ChildProcess& running, const std::string& words) {
    running.signal(SIGHUP);
    while (const auto line = running.read_error_line())
      if (line->find(words) != line->npos) return;
    ADD_FAILURE() << "nothing was said of: " << words;
  }
};

TEST_F(ChatProgramTls, SpeaksTlsAndTellsOfIt) {
  const Certificate certificate;
  use(certificate);
  ChildProcess running(with_config());
  const auto line = running.read_line().value_or("nothing");
  EXPECT_THAT(line, HasSubstr("listening on wss://127.0.0.1:"));
  const auto url = url_in(line, "chat_service listening on ");
  const auto health = ask(url, "/healthz");
  EXPECT_EQ(health.status, 200);
  EXPECT_NE(header(health, "Strict-Transport-Security"), "");
}

TEST_F(ChatProgramTls, ExchangesKeysInCheapGroupsOnly) {
  const Certificate certificate(net::test::CertificateOptions{.rsa = true});
  use(certificate);
  ChildProcess running(with_config());
  const auto url = ready_url(running);
  EXPECT_EQ(net::test::wrongs_of_key_exchange({.host = url.host, .port = url.port}), "");
}

TEST_F(ChatProgramTls, TakesARenewedCertificateWithoutARestart) {
  const Certificate certificate, renewed;
  use(certificate);
  ChildProcess running(with_config());
  const auto url = ready_url(running);
  ASSERT_EQ(ask(url, "/healthz").status, 200);
  const Certificate before;
  before.replace_by(certificate);
  certificate.replace_by(renewed);
  reload(running, "certificate re-read");
  trusted_ = before.certificate_file();
  EXPECT_EQ(ask(url, "/healthz").status, 0) << "the old one is not served any more";
  trusted_ = renewed.certificate_file();
  EXPECT_EQ(ask(url, "/healthz").status, 200);
}

TEST_F(ChatProgramTls, KeepsTheOldCertificateIfTheNewOneIsNotGood) {
  const Certificate certificate;
  const Certificate expired({.valid_from = std::chrono::hours(-2), .valid_until = std::chrono::hours(-1)});
  use(certificate);
  ChildProcess running(with_config());
  const auto url = ready_url(running);
  const Certificate before;
  before.replace_by(certificate);
  certificate.replace_by(expired);
  reload(running, "reload refused");
  trusted_ = before.certificate_file();
  EXPECT_EQ(ask(url, "/healthz").status, 200);
}

TEST_F(ChatProgramTls, KeepsTheOldCertificateIfOthersCanReadTheNewKey) {
  const Certificate certificate, renewed;
  use(certificate);
  ChildProcess running(with_config());
  const auto url = ready_url(running);
  const Certificate before;
  before.replace_by(certificate);
  certificate.replace_by(renewed);
  std::filesystem::permissions(certificate.key_file(), std::filesystem::perms::others_read,
                               std::filesystem::perm_options::add);
  reload(running,
         "chat_service.tls.private_key_file: expected a file that only its owner and group can read");
  trusted_ = before.certificate_file();
  EXPECT_EQ(ask(url, "/healthz").status, 200);
}

TEST_F(ChatProgramTls, DoesNotStartWithAnExpiredCertificate) {
  const Certificate expired({.valid_from = std::chrono::hours(-2), .valid_until = std::chrono::hours(-1)});
  use(expired);
  ChildProcess running(with_config());
  EXPECT_EQ(running.exit_code(), 2);
  EXPECT_THAT(running.error_output(), HasSubstr("chat_service.tls: "));
}

}  // namespace
}  // namespace parley::support
