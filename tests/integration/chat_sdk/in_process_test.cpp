#include <parley/parley.hpp>

#include <gtest/gtest.h>

#include <boost/asio/use_future.hpp>
#include <future>

#include "common/net/in_process.hpp"
#include "tests/support/service_fixture.hpp"

namespace parley {
namespace {

using boost::asio::use_future;
using std::chrono::milliseconds;
using std::chrono::seconds;

class InProcessServiceTest : public testing::ServiceTest {
 protected:
  static ClientOptions options_of(const Service& service, const std::string& identity) {
    ClientOptions options;
    options.endpoint = Endpoint::stream(service.in_process());
    options.tokens = fixed_token(token_for(identity));
    return options;
  }

  template <class T>
  static Result<T> get(std::future<Result<T>> future) {
    if (future.wait_for(seconds(20)) != std::future_status::ready)
      return Error{.code = Errc::timed_out, .message = "the test lost patience"};
    return future.get();
  }

  Runtime runtime;
};

TEST_F(InProcessServiceTest, ClientsMeetWithoutASocketAndWithThoseWhoHaveOne) {
  Client alice(runtime, options_of(service, "alice"));
  Client bob(runtime, options_for("bob"));
  std::promise<std::string> heard;
  const auto subscription = alice.on_event([&](const Event& event) {
    const auto* added = std::get_if<MessageAdded>(&event);
    if (added && added->message.author == "bob") heard.set_value(added->message.text);
  });
  ASSERT_TRUE(get(alice.async_connect(use_future)));
  ASSERT_TRUE(get(bob.async_connect(use_future)));
  ASSERT_TRUE(get(alice.async_create_group_channel({"lobby"}, use_future)));
  const auto channel = get(bob.async_join_channel("lobby", use_future));
  ASSERT_TRUE(channel);
  ASSERT_TRUE(get(channel->async_send_message({"hello"}, use_future)));
  auto text = heard.get_future();
  ASSERT_EQ(text.wait_for(seconds(20)), std::future_status::ready);
  EXPECT_EQ(text.get(), "hello");
}

TEST_F(InProcessServiceTest, AServiceThatDoesNotRunRefuses) {
  Service stopped(service_options());
  const auto listener = stopped.in_process();
  boost::asio::any_io_executor executor = runtime.executor();
  EXPECT_EQ(listener->connect(executor).error().code, Errc::unreachable);
  stopped.start().value();
  EXPECT_TRUE(listener->connect(executor));
  stopped.stop(milliseconds(0));
  EXPECT_EQ(listener->connect(executor).error().code, Errc::unreachable);
}

TEST_F(InProcessServiceTest, AListenerMayOutliveItsService) {
  std::shared_ptr<net::InProcessListener> listener;
  {
    Service brief(service_options());
    brief.start().value();
    listener = brief.in_process();
  }
  EXPECT_EQ(listener->connect(runtime.executor()).error().code, Errc::unreachable);
}

TEST_F(InProcessServiceTest, AClientNoticesThatTheServiceIsGone) {
  auto brief = std::make_unique<Service>(service_options());
  brief->start().value();
  Client client(runtime, options_of(*brief, "alice"));
  ASSERT_TRUE(get(client.async_connect(use_future)));
  std::promise<void> lost;
  const auto subscription = client.on_event([&, told = false](const Event& event) mutable {
    const auto* changed = std::get_if<ConnectionChanged>(&event);
    if (!changed || changed->status.state != ConnectionState::waiting || std::exchange(told, true)) return;
    lost.set_value();
  });
  brief.reset();
  EXPECT_EQ(lost.get_future().wait_for(seconds(20)), std::future_status::ready);
}

// What leaks or hangs once in a thousand times shows here (leaks: with the address sanitizer).
TEST_F(InProcessServiceTest, StartsAndStopsAThousandTimes) {
  for (int i = 0; i < 1000; ++i) {
    Service brief(service_options());
    ASSERT_TRUE(brief.start()) << i;
    if (i % 10 != 0) continue;
    Client client(runtime, options_of(brief, "alice"));
    ASSERT_TRUE(get(client.async_connect(use_future))) << i;
    if (i % 20 == 0) ASSERT_TRUE(get(client.async_close(use_future)));
  }
}

}  // namespace
}  // namespace parley
