// What does common/net's HTTP server itself cost, without anything behind it? Answers every request with a
// JSON body as long as a token's. bench/http_server.sh puts it beside nginx.
//   http_server_bench [CERTIFICATE KEY]
#include <boost/asio/io_context.hpp>
#include <iostream>

#include "common/net/http_server.hpp"
#include "common/net/stop_signals.hpp"

int main(int argc, char** argv) {
  using namespace parley;
  http::Response response;
  response.headers.emplace_back("Cache-Control", "no-store");
  response.body = R"({"token":")" + std::string(508, 'x') + R"("})";
  net::HttpServerOptions options{.listen = {.host = "127.0.0.1"}};
  if (argc == 3)
    options.tls = net::TlsServerOptions{.certificate_file = argv[1], .private_key_file = argv[2]};
  boost::asio::io_context io(1);
  net::HttpServer server(
      io.get_executor(), options,
      [&](const http::Request&, const std::string&, const net::HttpReply& reply) { reply(response); });
  const auto address = server.start();
  if (!address) {
    std::cerr << address.error().message << std::endl;
    return 1;
  }
  std::cout << "http_server_bench listening on http" << (options.tls ? "s" : "") << "://"
            << address->to_string() << std::endl;
  net::run_until_signal(io, [&] { server.stop(std::chrono::seconds(1), [] {}); });
}
