// The program's io_context goes right after the client: gone_context URL TOKEN. Nothing of the library may
// touch it then, whatever the client was doing.
#include <boost/asio/io_context.hpp>
#include <iostream>
#include <memory>
#include <parley/parley.hpp>

namespace {

constexpr int kClients = 500;

void start_and_leave(const char* url, const char* token, int busy) {
  boost::asio::io_context context;
  parley::ClientOptions options;
  options.endpoint = parley::Endpoint::service(url);
  options.tokens = parley::fixed_token(token);
  options.callbacks = context.get_executor();
  parley::Client client(context.get_executor(), std::move(options));
  const auto events = client.on_event([](const parley::Event&) {});
  const auto ignore = [](const auto&) {};
  client.async_connect(ignore);
  for (int i = 0; i < busy; ++i) client.async_blocked(ignore);
  client.current_channel().async_send_message("text", ignore);
  if (busy % 2 == 0) client.async_close(ignore);
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) return 2;
  for (int i = 0; i < kClients; ++i) start_and_leave(arguments[1], arguments[2], i % 5);
  std::cout << kClients << " clients are gone" << std::endl;
}
