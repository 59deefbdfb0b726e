// Do two clients stay as they are while their cables are cut every second, for long? Everything that was said
// is stored once and in order, each hears all of it once and in order, and memory is flat; anything else is a
// failure. Run by bench/client_soak.sh.
//
//   client_soak_bench WEBSOCKET_URL TOKEN TOKEN SECONDS [DIRECTORY]     of alice and bob; with caches there

#include <unistd.h>
#include <boost/asio/post.hpp>
#include <boost/asio/use_future.hpp>
#include <chrono>
#include <future>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <parley/cache_sqlite.hpp>
#include <parley/parley.hpp>

#include "bench/support/flat_memory.hpp"
#include "bench/support/listener.hpp"
#include "common/net/relay.hpp"

namespace {

using boost::asio::use_future;
using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr auto kPause = 20ms;  // between two things that one of them says

/// A cable to the service.
class Cable {
 public:
  explicit Cable(const std::string& url) {
    const auto service = parley::net::parse_url(url).value();
    relay_ = std::make_unique<parley::net::Relay>(runtime_.executor(),
                                                  parley::net::ListenAddress{service.host, service.port});
    url_ = "ws://" + relay_->start().value().to_string() + "/v3/wsconnect";
  }
  ~Cable() {
    on_its_thread([this] { relay_.reset(); });
  }
  const std::string& url() const { return url_; }
  void cut() {
    on_its_thread([this] { relay_->cut(), relay_->mend(); });
  }

 private:
  template <class Work>
  void on_its_thread(const Work& work) {
    std::promise<void> done;
    boost::asio::post(runtime_.executor(), [&] { work(), done.set_value(); });
    done.get_future().wait();
  }

  parley::Runtime runtime_;
  std::unique_ptr<parley::net::Relay> relay_;
  std::string url_;
};

class Person {
 public:
  Person(const std::string& url, const std::string& token, const std::string& cache) : cable_(url) {
    parley::ClientOptions options;
    options.endpoint = parley::Endpoint::service(cable_.url());
    options.tokens = parley::fixed_token(token);
    options.retry = {10ms, 100ms};
    if (!cache.empty()) options.cache = parley::CacheOptions::sqlite(cache);
    client_ = std::make_unique<parley::Client>(runtime_, std::move(options));
    listener_ = std::make_unique<parley::bench::Listener>(*client_);
    client_->async_connect(use_future).get().value();
  }
  ~Person() { client_->async_close(use_future).get().value(); }

  parley::Client& client() { return *client_; }
  parley::bench::Listener& listener() { return *listener_; }
  void cut() { cable_.cut(); }
  void say(const parley::Channel& channel) {
    sent_.push_back(channel.async_send_message({std::to_string(said_++)}, use_future));
    while (!sent_.empty() && sent_.front().wait_for(0s) == std::future_status::ready) take_first();
  }
  int said() const { return said_; }
  /// Until all that was said is stored.
  void finish() {
    while (!sent_.empty()) take_first();
  }

 private:
  void take_first() {
    sent_.front().get().value();
    sent_.pop_front();
  }

  Cable cable_;
  parley::Runtime runtime_;
  std::unique_ptr<parley::Client> client_;
  std::unique_ptr<parley::bench::Listener> listener_;
  std::deque<std::future<parley::Result<parley::Message>>> sent_;
  int said_ = 0;
};

int talk(Person& alice, Person& bob, std::chrono::seconds duration) {
  const auto channel = alice.client().async_create_group_channel("soak", use_future).get().value();
  channel.async_invite("bob", use_future).get().value();
  const auto of_bob = bob.client().async_channel(channel.sid(), use_future).get().value();
  const auto start = Clock::now();
  auto next_cut = start + 1s;
  std::optional<parley::bench::FlatMemory> memory;
  int cuts = 0;
  for (auto next = start; next < start + duration; next += kPause) {
    std::this_thread::sleep_until(next);
    alice.say(channel);
    bob.say(of_bob);
    if (next >= start + duration / 4 && !memory) memory.emplace(::getpid());
    if (next < next_cut) continue;
    next_cut += 1s;
    (++cuts % 2 == 0 ? alice : bob).cut();
    if (cuts % 3 == 0) (cuts % 2 == 0 ? bob : alice).cut();
  }
  alice.finish();
  bob.finish();
  const auto all = static_cast<std::size_t>(alice.said() + bob.said());
  alice.listener().wait_for(all);
  bob.listener().wait_for(all);
  memory.value().check();
  return cuts;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.size() < 4)
    return std::cerr << "usage: client_soak_bench URL TOKEN TOKEN SECONDS [DIRECTORY]\n", 2;
  const std::string cache = arguments.size() > 4 ? arguments[4] : "";
  Person alice(arguments[0], arguments[1], cache), bob(arguments[0], arguments[2], cache);
  const int cuts = talk(alice, bob, std::chrono::seconds(std::stoi(arguments[3])));
  std::cout << alice.said() + bob.said() << " messages over " << cuts
            << " cuts, each once and in order; resident " << parley::bench::resident_kib(::getpid()) << " KiB"
            << std::endl;
}
