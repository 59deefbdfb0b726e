// What does a message cost that waits to be sent, and does it cost the same when many wait? The cable to the
// service is pulled, messages are given to one channel, the cable is plugged in again. Limit: a message of a
// channel is sent when the one before it was answered. Run by bench/parked_sends.sh.
//
//   parked_sends_bench WEBSOCKET_URL TOKEN COUNT
//
// prints one line: messages, ms until all are queued and told, bytes of allocated memory for each, ms from
// the reconnect until all are stored.

#include <malloc.h>
#include <unistd.h>
#include <atomic>
#include <boost/asio/post.hpp>
#include <boost/asio/use_future.hpp>
#include <chrono>
#include <future>
#include <iostream>
#include <string>

#include <parley/parley.hpp>

#include "common/net/relay.hpp"

namespace {

using boost::asio::use_future;
using Milliseconds = std::chrono::duration<double, std::milli>;
using Now = std::chrono::steady_clock;

/// Counts what is told until it was told often enough.
class Count {
 public:
  explicit Count(int wanted) : missing_(wanted) {}
  void one() {
    if (--missing_ == 0) all_.set_value();
  }
  void wait() { all_.get_future().get(); }

 private:
  std::atomic<int> missing_;
  std::promise<void> all_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: parked_sends_bench URL TOKEN COUNT\n";
    return 2;
  }
  const int count = std::stoi(argv[3]);
  parley::Runtime runtime, cable_runtime;
  const auto service = parley::net::parse_url(argv[1]).value();
  parley::net::Relay cable(cable_runtime.executor(), {service.host, service.port});
  const std::string url = "ws://" + cable.start().value().to_string() + "/v3/wsconnect";
  parley::Client client(runtime, {.endpoint = parley::Endpoint::service(url),
                                  .tokens = parley::fixed_token(argv[2]),
                                  .retry = {std::chrono::milliseconds(100), std::chrono::milliseconds(100)}});
  client.async_connect(use_future).get().value();
  const auto channel =
      client.async_create_group_channel("parked " + std::to_string(::getpid()), use_future).get().value();

  Count queued(count), stored(count);
  const auto events = client.on_event([&](const parley::Event& event) {
    if (std::holds_alternative<parley::MessagePending>(event)) queued.one();
  });
  std::promise<void> pulled;
  boost::asio::post(cable_runtime.executor(), [&] { cable.cut(), pulled.set_value(); });
  pulled.get_future().get();
  const auto memory = mallinfo2().uordblks;
  const auto start = Now::now();
  const std::string text(100, 'x');
  for (int i = 0; i < count; ++i)
    channel.async_send_message(text, [&](parley::Result<parley::Message> sent) {
      sent.value();
      stored.one();
    });
  queued.wait();
  const Milliseconds queueing = Now::now() - start;
  const double each = static_cast<double>(mallinfo2().uordblks - memory) / count;

  boost::asio::post(cable_runtime.executor(), [&] { cable.mend(); });
  const auto plugged = Now::now();
  stored.wait();
  const Milliseconds sending = Now::now() - plugged;
  std::cout << count << " " << queueing.count() << " " << each << " " << sending.count() << std::endl;
  client.async_close(use_future).get().value();
  std::promise<void> gone;  // the relay belongs to its thread
  boost::asio::post(cable_runtime.executor(), [&] { cable.cut(), gone.set_value(); });
  gone.get_future().get();
}
