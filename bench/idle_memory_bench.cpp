// What does an idle connected client cost the service in memory?
//
// usage: idle_memory_bench PORT PID CONNECTIONS plain|tls
// Connects so many users, each with its `init` answered, and prints the growth of the resident memory of
// process PID in bytes per connection.

#include <openssl/ssl.h>

#include <iostream>

#include "bench/support/twilsock_wire.hpp"

namespace {

using namespace parley::bench;

constexpr int kPerAddress = 20'000;

// Blocking: nothing more is asked of it than to be there.
class TlsClient {
 public:
  TlsClient(SSL_CTX* context, std::uint16_t port, int source, const std::string& token)
      : ssl_(SSL_new(context)) {
    SSL_set_fd(ssl_, connect_from(source, port));
    if (SSL_connect(ssl_) != 1) fail("the TLS handshake failed");
    const auto words = opening_words(token);
    SSL_write(ssl_, words.data(), static_cast<int>(words.size()));
    std::string got;
    char buffer[4096];
    while (got.find(R"("method":"reply")") == got.npos) {
      const int size = SSL_read(ssl_, buffer, sizeof buffer);
      if (size <= 0) fail("the service ended a connection");
      got.append(buffer, static_cast<std::size_t>(size));
    }
  }

 private:
  SSL* ssl_;  // the end of the program frees it
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) fail("usage: idle_memory_bench PORT PID CONNECTIONS plain|tls");
  const auto port = static_cast<std::uint16_t>(std::stoi(argv[1]));
  const int pid = std::stoi(argv[2]), connections = std::stoi(argv[3]);
  const bool tls = std::string(argv[4]) == "tls";
  Loop loop;
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  std::vector<std::unique_ptr<TwilsockWire>> wires;
  std::vector<TlsClient> tls_clients;
  const auto connect = [&](int number) {
    const int source = 1 + number / kPerAddress;
    const auto token = token_for("idle" + std::to_string(number));
    if (tls) return void(tls_clients.emplace_back(context, port, source, token));
    wires.push_back(std::make_unique<TwilsockWire>(loop, port, token, source));
    loop.run_until([&] { return wires.back()->ready(); }, "init");
  };
  // What the service allocates once is not the clients'.
  for (int i = 0; i < 100; ++i) connect(i);
  const long before = resident_kib(pid);
  for (int i = 100; i < 100 + connections; ++i) connect(i);
  const long after = resident_kib(pid);
  std::cout << (after - before) * 1024 / connections << std::endl;
  std::_Exit(0);
}
