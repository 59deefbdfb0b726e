// Does a flood of TLS handshakes hold up who is connected?
//
// usage: tls_flood_bench CERTIFICATE KEY SECONDS CONNECTIONS
// One server of common/net on a thread of its own. An honest client sends a request every 5 ms over a
// connection that is open; attackers, who compute nothing, send a recorded ClientHello over CONNECTIONS
// connections at a time, wait for the server's answer, go away and come again. Prints one line without the
// flood and one with it: P50_MS P99_MS MOST_MS HANDSHAKES_PER_SECOND.

#include <openssl/ssl.h>

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <future>
#include <iostream>
#include <optional>
#include <thread>

#include "bench/support/wire.hpp"
#include "common/net/http_server.hpp"

namespace {

using namespace parley;
using namespace parley::bench;

constexpr const char* kGroup = "P-384";  // the dearest of those that the server takes
constexpr auto kEvery = std::chrono::milliseconds(5);

using Context = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>;
using Session = std::unique_ptr<SSL, decltype(&SSL_free)>;

/// The server and the thread that serves everybody.
class Server {
 public:
  explicit Server(net::TlsServerOptions tls) {
    server_.emplace(io_.get_executor(),
                    net::HttpServerOptions{.listen = {.host = "127.0.0.1"}, .tls = std::move(tls)},
                    [](const http::Request&, const std::string&, const net::HttpReply& reply) {
                      reply({.status = 200, .headers = {}, .body = "ok"});
                    });
    const auto address = server_->start();
    if (!address) fail(address.error().message);
    port_ = address->port;
    thread_ = std::thread([this] { io_.run(); });
  }
  ~Server() {
    io_.stop();
    thread_.join();
    server_.reset();
  }
  std::uint16_t port() const { return port_; }

 private:
  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{io_.get_executor()};
  std::optional<net::HttpServer> server_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

std::string client_hello() {
  const Context context(SSL_CTX_new(TLS_client_method()), &SSL_CTX_free);
  SSL_CTX_set1_groups_list(context.get(), kGroup);
  const Session ssl(SSL_new(context.get()), &SSL_free);
  SSL_set_bio(ssl.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
  SSL_connect(ssl.get());
  std::string bytes(BIO_ctrl_pending(SSL_get_wbio(ssl.get())), '\0');
  BIO_read(SSL_get_wbio(ssl.get()), bytes.data(), static_cast<int>(bytes.size()));
  return bytes;
}

/// Attackers from an address of their own, on one thread.
class Flood {
 public:
  Flood(std::uint16_t port, int connections) : port_(port), hello_(client_hello()) {
    thread_ = std::thread([this, connections] { run(connections); });
  }
  ~Flood() {
    over_ = true;
    thread_.join();
  }
  long handshakes() const { return handshakes_; }

 private:
  void run(int connections) {
    const int epoll = epoll_create1(0);
    for (int i = 0; i < connections; ++i) begin(epoll);
    while (!over_) {
      epoll_event events[64];
      const int ready = epoll_wait(epoll, events, 64, 20);
      for (int i = 0; i < ready; ++i) {
        close(events[i].data.fd);
        ++handshakes_;
        begin(epoll);
      }
    }
    close(epoll);
  }
  void begin(int epoll) {
    const int fd = connect_from(2, port_);
    const linger at_once{.l_onoff = 1, .l_linger = 0};  // leaves no port behind
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    if (send(fd, hello_.data(), hello_.size(), MSG_NOSIGNAL) < 0) fail("send");
    epoll_event event{.events = EPOLLIN, .data = {.fd = fd}};
    epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
  }

  std::uint16_t port_;
  std::string hello_;
  std::atomic<bool> over_ = false;
  std::atomic<long> handshakes_ = 0;
  std::thread thread_;
};

class HonestClient {
 public:
  explicit HonestClient(std::uint16_t port) {
    SSL_set_fd(ssl_.get(), connect_from(1, port));
    if (SSL_connect(ssl_.get()) != 1) fail("the TLS handshake failed");
  }
  /// Milliseconds of each request.
  std::vector<double> ask_for(double seconds) {
    std::vector<double> took;
    const double end = now_s() + seconds;
    while (now_s() < end) {
      const double start = now_s();
      ask();
      took.push_back((now_s() - start) * 1000);
      std::this_thread::sleep_for(kEvery);
    }
    std::sort(took.begin(), took.end());
    return took;
  }

 private:
  void ask() {
    constexpr std::string_view kRequest = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
    SSL_write(ssl_.get(), kRequest.data(), static_cast<int>(kRequest.size()));
    char buffer[1024];
    if (SSL_read(ssl_.get(), buffer, sizeof buffer) <= 0) fail("the server ended the connection");
  }

  Context context_{SSL_CTX_new(TLS_client_method()), &SSL_CTX_free};
  Session ssl_{SSL_new(context_.get()), &SSL_free};
};

void print(const std::vector<double>& took, double handshakes_per_second) {
  const auto at = [&](double share) {
    return took[static_cast<std::size_t>(share * static_cast<double>(took.size() - 1))];
  };
  std::cout << at(0.5) << ' ' << at(0.99) << ' ' << at(1) << ' ' << static_cast<long>(handshakes_per_second)
            << std::endl;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) fail("usage: tls_flood_bench CERTIFICATE KEY SECONDS CONNECTIONS");
  const double seconds = std::stod(argv[3]);
  Server server({.certificate_file = argv[1], .private_key_file = argv[2]});
  HonestClient client(server.port());
  client.ask_for(0.2);  // warm
  print(client.ask_for(seconds), 0);
  const Flood flood(server.port(), std::stoi(argv[4]));
  client.ask_for(0.2);
  const long before = flood.handshakes();
  const auto took = client.ask_for(seconds);
  print(took, static_cast<double>(flood.handshakes() - before) / seconds);
}
