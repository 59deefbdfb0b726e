#include <openssl/ssl.h>

#include <atomic>
#include <thread>

#include "common/net/src/tls_context.hpp"
#include "tests/unit/net/certificate.hpp"
#include "tests/unit/net/server_fixture.hpp"
#include "tests/unit/net/tls_client.hpp"

namespace parley::net::test {
namespace {

using testing::ElementsAre;

/// The first thing that a client says, as bytes.
std::string client_hello() {
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()),
                                                                  &SSL_CTX_free);
  const std::unique_ptr<SSL, decltype(&SSL_free)> ssl(SSL_new(context.get()), &SSL_free);
  SSL_set_bio(ssl.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
  SSL_connect(ssl.get());
  std::string bytes(BIO_ctrl_pending(SSL_get_wbio(ssl.get())), '\0');
  BIO_read(SSL_get_wbio(ssl.get()), bytes.data(), static_cast<int>(bytes.size()));
  return bytes;
}

class TlsHandshakesTest : public ServerFixture {
 protected:
  void start_tls(HttpServerOptions options = {}) {
    options.tls = certificate_.options();
    start(std::move(options));
  }
  Certificate certificate_;
};

std::atomic<std::thread::id> computed_on;

TEST_F(TlsHandshakesTest, AreComputedOnAnotherThread) {
  start_tls();
  SSL_CTX_set_info_callback(server_->tls()->context()->native_handle(), [](const SSL*, int where, int) {
    if (where & SSL_CB_ACCEPT_LOOP) computed_on = std::this_thread::get_id();
  });
  RawClient client(loop_, address_);
  client.send(client_hello());
  ASSERT_TRUE(loop_.run_until([&] { return !client.received().empty(); }));
  EXPECT_NE(computed_on.load(), std::thread::id()) << "somewhere";
  EXPECT_NE(computed_on.load(), std::this_thread::get_id());
}

TEST_F(TlsHandshakesTest, EndTheOneThatWaitsLongestBeyondTheLimit) {
  start_tls({.max_waiting_handshakes = 2});
  RawClient silent(loop_, address_);
  RawClient begun(loop_, address_);
  begun.send(client_hello());
  ASSERT_TRUE(loop_.run_until([&] { return !begun.received().empty(); }));
  EXPECT_FALSE(silent.ended()) << "two may wait";
  RawClient third(loop_, address_);
  ASSERT_TRUE(loop_.run_until([&] { return silent.ended(); }));
  EXPECT_THAT(limits_, ElementsAre("handshakes 127.0.0.1"));
  EXPECT_FALSE(begun.ended());
  EXPECT_FALSE(third.ended());
}

TEST_F(TlsHandshakesTest, MayBeCutByTheEndOfTheServer) {
  for (int round = 0; round < 20; ++round) {
    start_tls();
    std::vector<std::unique_ptr<RawClient>> clients;
    for (int i = 0; i < 20; ++i) {
      clients.push_back(std::make_unique<RawClient>(loop_, address_));
      clients.back()->send(client_hello());
    }
    // Some steps wait, some are computed, some are on their way back.
    ASSERT_TRUE(loop_.run_until([&] { return clients[0]->received().size() > 0; }));
    server_.reset();
    EXPECT_TRUE(loop_.run_until([&] {
      for (const auto& client : clients)
        if (!client->ended()) return false;
      return true;
    }));
  }
}

TEST_F(TlsHandshakesTest, KeepTheirDeadline) {
  start_tls({.header_timeout = std::chrono::milliseconds(60)});
  RawClient client(loop_, address_);
  client.send(client_hello());
  EXPECT_TRUE(loop_.run_until([&] { return client.ended(); }));
}

}  // namespace
}  // namespace parley::net::test
