#include <boost/asio/io_context.hpp>

#include <parley/cache_sqlite.hpp>

#include "tests/support/service_fixture.hpp"
#include "tests/support/temporary_file.hpp"

namespace parley {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// Operations that were started, each of which has to complete once.
class Calls {
 public:
  auto once() {
    ++started_;
    return [this, completed = std::make_shared<bool>(false)](const auto&) {
      EXPECT_FALSE(std::exchange(*completed, true)) << "completed twice";
      ++completed_;
      if (completed_ == end_at_) end_();
    };
  }
  /// When the count-th has completed, inside of it.
  void at(int count, std::function<void()> end) {
    end_at_ = count;
    end_ = std::move(end);
  }
  int started() const { return started_; }
  int completed() const { return completed_; }

 private:
  int started_ = 0, completed_ = 0, end_at_ = -1;
  std::function<void()> end_;
};

enum class State { not_connected, connecting, connected, cut };

std::string name_of(State state) {
  switch (state) {
    case State::not_connected:
      return "NotConnected";
    case State::connecting:
      return "Connecting";
    case State::connected:
      return "Connected";
    case State::cut:
      return "Cut";
  }
  return "";
}

/// A client on an io_context that the test runs handler by handler, in each state, with and without a cache.
class Destroy : public testing::ServiceTest, public ::testing::WithParamInterface<std::tuple<State, bool>> {
 protected:
  static constexpr int kOperations = 16;
  static constexpr int kSteps = 300;  // until everything that can complete has
  static constexpr auto kPatience = milliseconds(20);

  struct World {
    Service service{service_options()};  // that is stopped
    boost::asio::io_context context;
    Calls calls;
    std::unique_ptr<Client> client;
    Channel channel;
  };

  ClientOptions options(World& world) const {
    auto options = options_for("alice");
    if (state == State::cut) {
      world.service.start().value();
      options.endpoint = Endpoint::service(world.service.url());
    }
    if (state == State::connecting) options.tokens = [](auto, const TokenReply&) {};  // never answers
    if (std::get<bool>(GetParam()))
      options.cache = CacheOptions::sqlite((files.directory() / "cache").string(), "alice");
    return options;
  }

  /// A client in that state, with every operation under way.
  std::unique_ptr<World> busy() {
    auto world = std::make_unique<World>();
    world->client = std::make_unique<Client>(world->context.get_executor(), options(*world));
    if (state == State::connecting) world->client->async_connect(world->calls.once());
    if (state == State::connected || state == State::cut) enter(*world);
    if (state == State::cut) world->service.stop(milliseconds(0));
    start_everything(*world->client, world->channel, world->calls);
    return world;
  }

  static void enter(World& world) {
    bool there = false;
    world.client->async_connect([](const Result<void>& connected) { EXPECT_TRUE(connected); });
    const auto entered = [&](Result<Channel> channel) {
      world.channel = channel.value();
      there = true;
    };
    world.client->async_join_channel("lobby", [&](Result<Channel> joined) {
      if (joined) return entered(std::move(joined));
      world.client->async_create_group_channel("lobby", entered);
    });
    while (!there && world.context.run_one_for(seconds(10)) > 0) continue;
    ASSERT_TRUE(there);
  }

  static void start_everything(Client& client, const Channel& channel, Calls& calls) {
    if (!channel.sid().empty()) start_everything(channel, calls);
    client.async_create_group_channel("another", calls.once());
    client.async_direct_channel("bob", "", calls.once());
    client.async_join_channel("lobby", calls.once());
    client.async_channel("lobby", calls.once());
    client.async_block("mallory", calls.once());
    client.async_unblock("mallory", calls.once());
    client.async_blocked(calls.once());
    client.async_flush(seconds(10), calls.once());
  }

  static void start_everything(const Channel& channel, Calls& calls) {
    NewMessage message("with a file");
    message.files.push_back(NewFile::from_bytes(std::string(100'000, 'x'), "x.bin"));
    channel.async_send_message("text", calls.once());
    channel.async_send_message(message, calls.once());
    channel.async_outgoing_messages(calls.once());
    channel.async_get_messages({}, calls.once());
    channel.async_invite("bob", calls.once());
    channel.async_set_all_read(calls.once());
    channel.async_media_url("ME00000000000000000000000000000001", calls.once());
    channel.async_leave(calls.once());
  }

  static void finish(World& world) {
    while (world.calls.completed() < world.calls.started() && world.context.run_one_for(seconds(10)) > 0)
      continue;
    EXPECT_EQ(world.calls.completed(), world.calls.started());
  }

  const State state = std::get<State>(GetParam());
  testing::TemporaryFile files;
};

TEST_P(Destroy, AfterAnyNumberOfHandlers) {
  const int most = state == State::connected ? kSteps : 60;
  for (int handlers = 0; handlers < most && !HasFailure(); handlers += 1 + handlers / 10) {
    SCOPED_TRACE(handlers);
    const auto world = busy();
    for (int i = 0; i < handlers && world->context.run_one_for(kPatience) > 0; ++i) continue;
    world->client.reset();
    finish(*world);
  }
}

TEST_P(Destroy, InsideOfAnyCompletion) {
  for (int count = 1; count <= kOperations && !HasFailure(); ++count) {
    SCOPED_TRACE(count);
    const auto world = busy();
    world->calls.at(count, [&world] { world->client.reset(); });
    // Not all complete in each state.
    for (int i = 0; i < kSteps && world->client && world->context.run_one_for(kPatience) > 0; ++i) continue;
    world->client.reset();
    finish(*world);
  }
}

INSTANTIATE_TEST_SUITE_P(States, Destroy,
                         ::testing::Combine(::testing::Values(State::not_connected, State::connecting,
                                                              State::connected, State::cut),
                                            ::testing::Bool()),
                         [](const auto& info) {
                           const bool cached = std::get<bool>(info.param);
                           return name_of(std::get<State>(info.param)) + (cached ? "WithCache" : "");
                         });

}  // namespace
}  // namespace parley
