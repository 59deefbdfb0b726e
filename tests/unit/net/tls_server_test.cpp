#include <openssl/ssl.h>
#include <sys/stat.h>

#include <fstream>
#include <future>

#include "common/net/src/tls_context.hpp"
#include "tests/unit/net/certificate.hpp"
#include "tests/unit/net/server_fixture.hpp"
#include "tests/unit/net/tls_client.hpp"

namespace parley::net::test {
namespace {

using std::chrono::hours;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

class TlsServerTest : public ServerFixture {
 protected:
  void start_tls() { start({.tls = certificate_.options()}); }

  /// Runs `work` on a thread of its own while the server runs on this one.
  template <class Work>
  auto beside(Work work) {
    auto future = std::async(std::launch::async, std::move(work));
    loop_.run_until([&] { return future.wait_for(std::chrono::seconds(0)) == std::future_status::ready; });
    return future.get();
  }
  std::unique_ptr<TlsClient> connect(const TlsClientSettings& settings = {}) {
    return beside([&] { return std::make_unique<TlsClient>(address_, settings); });
  }
  std::string ask(TlsClient& client) {
    return beside([&] { return client.ask(kGet, "GET / []"); });
  }

  Certificate certificate_;
};

TEST_F(TlsServerTest, SpeaksTheNewVersionsOnly) {
  start_tls();
  const auto old = connect({.version = TLS1_1_VERSION});
  EXPECT_THAT(old->error(), HasSubstr("protocol version"));
  const std::pair<int, const char*> good[] = {
      {TLS1_2_VERSION, "TLSv1.2"}, {TLS1_3_VERSION, "TLSv1.3"}, {0, "TLSv1.3"}};
  for (const auto& [version, name] : good) {
    const auto client = connect({.version = version});
    EXPECT_EQ(client->error(), "");
    EXPECT_EQ(client->version(), name);
    EXPECT_THAT(ask(*client), HasSubstr("GET / []"));
  }
}

TEST_F(TlsServerTest, ChoosesTheCipherItself) {
  start_tls();
  const auto client = connect(
      {.version = TLS1_2_VERSION, .ciphers = "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES256-GCM-SHA384"});
  EXPECT_EQ(client->cipher(), "ECDHE-ECDSA-AES256-GCM-SHA384");
  for (const char* weak : {"ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES128-SHA256", "AES128-GCM-SHA256"}) {
    SCOPED_TRACE(weak);
    EXPECT_THAT(connect({.version = TLS1_2_VERSION, .ciphers = weak})->error(),
                HasSubstr("handshake failure"));
  }
}

TEST_F(TlsServerTest, ExchangesKeysInCheapGroupsOnly) {
  const Certificate rsa(CertificateOptions{.rsa = true});
  start({.tls = rsa.options()});
  EXPECT_EQ(beside([&] { return wrongs_of_key_exchange(address_); }), "");
}

/// Brings what `from` has to say to `to`.
void carry(SSL* from, SSL* to) {
  std::string bytes(BIO_ctrl_pending(SSL_get_wbio(from)), '\0');
  BIO_read(SSL_get_wbio(from), bytes.data(), static_cast<int>(bytes.size()));
  BIO_write(SSL_get_rbio(to), bytes.data(), static_cast<int>(bytes.size()));
}

TEST(TlsClientContext, OffersCheapGroupsOnly) {
  const Certificate certificate;
  const auto at_server = make_server_context(certificate.options());
  const auto at_client = make_client_context({.ca_file = certificate.certificate_file()});
  ASSERT_TRUE(at_server && at_client);
  const auto make = [](const TlsContext& context) {
    std::unique_ptr<SSL, decltype(&SSL_free)> ssl(SSL_new(context->native_handle()), &SSL_free);
    SSL_set_bio(ssl.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    return ssl;
  };
  const auto server = make(*at_server), client = make(*at_client);
  SSL_connect(client.get());
  carry(client.get(), server.get());
  SSL_accept(server.get());
  std::vector<int> offered(static_cast<std::size_t>(SSL_get1_groups(server.get(), nullptr)));
  SSL_get1_groups(server.get(), offered.data());
  EXPECT_EQ(offered, (std::vector<int>{NID_X25519, NID_X9_62_prime256v1, NID_secp384r1}));
}

TEST_F(TlsServerTest, DoesNotNegotiateAgain) {
  start_tls();
  const auto client = connect({.version = TLS1_2_VERSION});
  ASSERT_EQ(client->error(), "");
  EXPECT_FALSE(beside([&] { return client->renegotiate(); }));
}

/// The client's half of TLS without a socket: the test decides what travels together.
class TlsEndpoint {
 public:
  TlsEndpoint() {
    SSL_set_connect_state(ssl_.get());
    SSL_set_bio(ssl_.get(), in_, out_);
  }
  bool shake_hands() { return SSL_do_handshake(ssl_.get()) == 1; }
  void say(std::string_view text) { SSL_write(ssl_.get(), text.data(), static_cast<int>(text.size())); }
  void take(std::string_view bytes) { BIO_write(in_, bytes.data(), static_cast<int>(bytes.size())); }
  /// What is to be sent.
  std::string take_output() {
    std::string bytes(BIO_ctrl_pending(out_), '\0');
    BIO_read(out_, bytes.data(), static_cast<int>(bytes.size()));
    return bytes;
  }
  std::string heard() {
    std::string text(4096, '\0');
    text.resize(static_cast<std::size_t>(std::max(0, SSL_read(ssl_.get(), text.data(), 4096))));
    return text;
  }

 private:
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_{SSL_CTX_new(TLS_client_method()), &SSL_CTX_free};
  std::unique_ptr<SSL, decltype(&SSL_free)> ssl_{SSL_new(context_.get()), &SSL_free};
  BIO* in_ = BIO_new(BIO_s_mem());
  BIO* out_ = BIO_new(BIO_s_mem());
};

TEST_F(TlsServerTest, ReadsARequestThatComesWithTheEndOfTheHandshake) {
  start_tls();
  RawClient client(loop_, address_);
  TlsEndpoint tls;
  std::size_t taken = 0;
  while (!tls.shake_hands()) {
    client.send(tls.take_output());
    ASSERT_TRUE(loop_.run_until([&] { return client.received().size() > taken; }));
    tls.take(client.received().substr(taken));
    taken = client.received().size();
  }
  tls.say(kGet);
  client.send(tls.take_output());
  std::string answer;
  EXPECT_TRUE(loop_.run_until([&] {
    tls.take(client.received().substr(taken));
    taken = client.received().size();
    answer += tls.heard();
    return answer.ends_with("GET / []");
  })) << answer;
}

TEST_F(TlsServerTest, AnswersRequestsThatShareARecord) {
  start_tls();
  const auto client = connect();
  const auto answer = beside(
      [&] { return client->ask(std::string(kGet) + "GET /2 HTTP/1.1\r\nHost: h\r\n\r\n", "GET /2 []"); });
  EXPECT_THAT(answer, HasSubstr("GET / []"));
}

TEST_F(TlsServerTest, CarriesBodiesOfManyRecordsBothWays) {
  start({.tls = certificate_.options(), .max_body_bytes = 4 * 1024 * 1024});
  const std::string body(3 * 1024 * 1024, 'z');
  const auto client = connect();
  const auto answer = beside([&] {
    const auto length = std::to_string(body.size());
    return client->ask("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: " + length + "\r\n\r\n" + body, "z]");
  });
  EXPECT_TRUE(answer.ends_with("POST / [" + body + "]")) << answer.size();
}

TEST_F(TlsServerTest, NoticesAClientThatIsCutOff) {
  start_tls();
  auto client = connect();
  EXPECT_EQ(server_->connections(), 1u);
  client.reset();  // without a goodbye
  EXPECT_TRUE(loop_.run_until([&] { return server_->connections() == 0; }));
}

TEST_F(TlsServerTest, ShowsARenewedCertificateToNewConnectionsOnly) {
  start_tls();
  const auto before = connect();
  EXPECT_EQ(before->serial(), 1);
  certificate_.replace_by(Certificate({.serial = 2}));
  ASSERT_TRUE(server_->reload_tls());
  const auto after = connect();
  EXPECT_EQ(after->serial(), 2);
  const Certificate elsewhere({.serial = 3});
  ASSERT_TRUE(server_->reload_tls(elsewhere.options()));
  EXPECT_EQ(connect()->serial(), 3);
  ASSERT_TRUE(server_->reload_tls());
  EXPECT_EQ(connect()->serial(), 3) << "the files of the last time";
  for (const auto& client : {before.get(), after.get()}) EXPECT_THAT(ask(*client), HasSubstr("GET / []"));
}

class TlsBesideTest : public TlsServerTest {
 protected:
  /// A second server beside the first, which ends: connections to come are the second's.
  void hand_over() {
    second_ = std::make_unique<HttpServer>(loop_.executor(), HttpServerOptions{.tls = certificate_.options()},
                                           [](const http::Request& request, const std::string&,
                                              const HttpReply& reply) { reply(echo(request)); });
    ASSERT_TRUE(second_->start_beside(*server_));
  }

  std::unique_ptr<HttpServer> second_;
};

TEST_F(TlsBesideTest, ASessionOfOneServerIsResumedByTheOther) {
  start_tls();
  const auto before = connect();
  EXPECT_THAT(ask(*before), HasSubstr("GET / []"));
  EXPECT_FALSE(before->is_resumed());
  hand_over();
  server_.reset();
  const auto after = connect({.session = before->session()});
  EXPECT_THAT(ask(*after), HasSubstr("GET / []"));
  EXPECT_TRUE(after->is_resumed());
}

TEST_F(TlsBesideTest, ARenewedCertificateIsShared) {
  start_tls();
  hand_over();
  certificate_.replace_by(Certificate({.serial = 2}));
  ASSERT_TRUE(server_->reload_tls());
  second_->use_tls(server_->tls());
  EXPECT_EQ(second_->tls(), server_->tls());
  server_.reset();
  EXPECT_EQ(connect()->serial(), 2);
}

TEST_F(TlsServerTest, KeepsItsCertificateWhenTheNewOneIsNoGood) {
  start_tls();
  certificate_.replace_by(Certificate({.valid_until = hours(-1), .serial = 2}));
  const auto reloaded = server_->reload_tls();
  ASSERT_FALSE(reloaded);
  EXPECT_EQ(reloaded.error().code, Errc::invalid_config);
  EXPECT_FALSE(server_->reload_tls(TlsServerOptions{.certificate_file = "/not/there.pem"}));
  const auto client = connect();
  EXPECT_EQ(client->serial(), 1);
  EXPECT_THAT(ask(*client), HasSubstr("GET / []"));
  certificate_.replace_by(Certificate({.serial = 3}));
  ASSERT_TRUE(server_->reload_tls()) << "still the files of the start";
  EXPECT_EQ(connect()->serial(), 3);
}

TEST_F(TlsServerTest, StaysWithoutTlsWhereItWasStartedWithout) {
  start();
  for (const auto& reloaded : {server_->reload_tls(), server_->reload_tls(certificate_.options())}) {
    ASSERT_FALSE(reloaded);
    EXPECT_EQ(reloaded.error().code, Errc::invalid_config);
  }
  RawClient client(loop_, address_);
  client.send(kGet);
  EXPECT_TRUE(loop_.run_until([&] { return client.count("GET / []") == 1; }));
}

class TlsFilesTest : public testing::Test {
 protected:
  std::string refusal_of(const TlsServerOptions& options) {
    HttpServer server(loop_.executor(), {.listen = {.host = "127.0.0.1"}, .tls = options}, [](auto&&...) {});
    const auto address = server.start();
    if (address) return "";
    EXPECT_EQ(address.error().code, Errc::invalid_config);
    return address.error().message;
  }
  Loop loop_;
};

TEST_F(TlsFilesTest, NamesTheFileAndWhatIsWrongWithIt) {
  const Certificate good, other, rsa({.rsa = true}), expired({.valid_until = hours(-1)}),
      early({.valid_from = hours(1), .valid_until = hours(2)}), locked;
  locked.lock_key();
  const auto words = good.certificate_file() + ".txt";
  std::ofstream(words) << "swordfish";
  const auto der = good.certificate_file() + ".der", pipe = good.certificate_file() + ".pipe";
  std::ofstream(der) << "\x30\x82 swordfish";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const auto folder = std::filesystem::path(words).parent_path().string();
  struct {
    const char* name;
    TlsServerOptions options;
    std::string file;
    const char* problem;
  } const cases[] = {
      {"no certificate",
       {"/not/there.pem", good.key_file()},
       "/not/there.pem",
       "the certificate file '/not/there.pem' cannot be used: there is no such file"},
      {"no key",
       {good.certificate_file(), "/not/there.pem"},
       "/not/there.pem",
       "the private key file '/not/there.pem' cannot be used: there is no such file"},
      {"a directory", {folder, good.key_file()}, folder, "it is a directory"},
      {"key a directory", {good.certificate_file(), folder}, folder, "it is a directory"},
      {"a pipe", {pipe, good.key_file()}, pipe, "it is no regular file"},
      {"key a pipe", {good.certificate_file(), pipe}, pipe, "it is no regular file"},
      {"no PEM", {words, good.key_file()}, words, "expected a certificate in PEM"},
      {"key no PEM", {good.certificate_file(), words}, words, "expected a private key in PEM"},
      {"DER", {der, good.key_file()}, der, "convert it: `openssl x509"},
      {"key in DER", {good.certificate_file(), der}, der, "convert it: `openssl pkey"},
      {"swapped", {good.key_file(), good.certificate_file()}, good.key_file(), "are probably swapped"},
      {"twice the certificate",
       {good.certificate_file(), good.certificate_file()},
       good.certificate_file(),
       "are probably swapped"},
      {"foreign key", {good.certificate_file(), other.key_file()}, other.key_file(), "does not belong to"},
      {"key of another kind",
       {good.certificate_file(), rsa.key_file()},
       good.certificate_file(),
       "does not belong to"},
      {"key behind a passphrase",
       {locked.certificate_file(), locked.key_file()},
       locked.key_file(),
       "it is behind a passphrase, and nobody is there to type it; write one without"},
      {"expired", expired.options(), expired.certificate_file(), "has expired at 20"},
      {"too early", early.options(), early.certificate_file(), "is not valid before 20"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_THAT(refusal_of(c.options),
                AllOf(HasSubstr("'" + c.file + "'"), HasSubstr(c.problem), Not(HasSubstr("swordfish"))));
  }
  EXPECT_EQ(refusal_of(good.options()), "");
  EXPECT_EQ(refusal_of(rsa.options()), "");
}

TEST_F(TlsFilesTest, TellsWhenACertificateExpires) {
  const auto before = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const Certificate certificate({.valid_until = hours(48)});
  const auto expiry = certificate_expires_at(certificate.certificate_file());
  ASSERT_TRUE(expiry) << expiry.error().message;
  EXPECT_GE(*expiry, before + hours(48));
  EXPECT_LE(*expiry, std::chrono::system_clock::now() + hours(48));
  for (const auto& file : {certificate.key_file(), std::string("/not/there.pem")}) {
    const auto none = certificate_expires_at(file);
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().code, Errc::invalid_config);
    EXPECT_THAT(none.error().message, HasSubstr("'" + file + "'"));
  }
}

}  // namespace
}  // namespace parley::net::test
