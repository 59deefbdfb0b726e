// The SDK on an io_context of the program, which has sockets of its own there: own_context URL TOKEN.
#include <boost/asio/connect.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/asio/write.hpp>
#include <iostream>
#include <parley/parley.hpp>
#include <thread>

namespace {

namespace asio = boost::asio;
using asio::use_future;
using asio::ip::tcp;

void use_sockets(asio::io_context& context) {
  tcp::acceptor acceptor(context, {asio::ip::address_v4::loopback(), 0});
  tcp::socket near(context), far(context);
  auto accepted = acceptor.async_accept(far, use_future);
  near.async_connect(acceptor.local_endpoint(), use_future).get();
  accepted.get();
  char bytes[3];
  auto read = asio::async_read(far, asio::buffer(bytes), use_future);
  asio::async_write(near, asio::buffer("abc", 3), use_future).get();
  read.get();
}

void use_sdk(asio::io_context& context, const char* url, const char* token) {
  parley::ClientOptions options;
  options.endpoint = parley::Endpoint::service(url);
  options.tokens = [token](asio::any_io_executor io, parley::TokenReply reply) {
    asio::post(io, [token, reply] { reply(std::string(token)); });
  };
  parley::Client client(context.get_executor(), std::move(options));
  client.async_connect(use_future).get().value();
  const auto lobby =
      client.async_create_group_channel("own context of " + client.identity(), use_future).get().value();
  for (int i = 0; i < 50; ++i) lobby.async_send_message("hello", use_future).get().value();
  client.async_close(use_future).get().value();
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) return 2;
  asio::io_context context;
  auto work = asio::make_work_guard(context);
  std::thread thread([&] { context.run(); });
  int outcome = 0;
  try {
    use_sockets(context);
    use_sdk(context, arguments[1], arguments[2]);
  } catch (const std::exception& error) {
    std::cerr << error.what() << std::endl;
    outcome = 1;
  }
  work.reset();
  thread.join();
  return outcome;
}
