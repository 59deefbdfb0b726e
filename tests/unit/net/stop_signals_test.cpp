#include "common/net/stop_signals.hpp"

#include <gtest/gtest.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <csignal>
#include <vector>

namespace parley::net {
namespace {

class StopSignals : public testing::Test {
 protected:
  void post_signal(int number) {
    boost::asio::post(io_, [number] { std::raise(number); });
  }
  boost::asio::io_context io_{1};
  std::vector<std::string> events_;
};

TEST_F(StopSignals, StopsOnceAndRunsTheRemainingWork) {
  for (const int signal : {SIGINT, SIGTERM}) {
    SCOPED_TRACE(signal);
    io_.restart();
    events_.clear();
    post_signal(signal);
    run_until_signal(io_, [&] {
      events_.push_back("stop");
      boost::asio::post(io_, [&] { events_.push_back("work"); });
    });
    EXPECT_EQ(events_, (std::vector<std::string>{"stop", "work"}));
  }
}

TEST_F(StopSignals, LosesItsPatience) {
  post_signal(SIGTERM);
  const auto work = boost::asio::make_work_guard(io_);
  run_until_signal(io_, [&] { events_.push_back("stop"); }, {.patience = std::chrono::milliseconds(1)});
  EXPECT_FALSE(io_.stopped()) << "there is work left";
}

TEST_F(StopSignals, ReadsTheConfigurationAgainAsOftenAsItIsTold) {
  const auto reload = [&] {
    events_.push_back("reload");
    post_signal(events_.size() < 2 ? SIGHUP : SIGTERM);
  };
  post_signal(SIGHUP);
  run_until_signal(io_, [&] { events_.push_back("stop"); }, {.reload = reload});
  EXPECT_EQ(events_, (std::vector<std::string>{"reload", "reload", "stop"}));
}

TEST_F(StopSignals, SurvivesAReloadSignalWhileItStops) {
  post_signal(SIGTERM);
  const auto stop = [&] {
    events_.push_back("stop");
    post_signal(SIGHUP);
    boost::asio::post(io_, [&] { events_.push_back("work"); });
  };
  run_until_signal(io_, stop, {.reload = [&] { events_.push_back("reload"); }});
  EXPECT_EQ(events_, (std::vector<std::string>{"stop", "work"}));
}

TEST_F(StopSignals, ReturnsWhenSomebodyStopsTheContext) {
  const auto work = boost::asio::make_work_guard(io_);
  boost::asio::post(io_, [&] { io_.stop(); });
  run_until_signal(io_, [&] { events_.push_back("stop"); }, {.reload = [&] { events_.push_back("reload"); }});
  EXPECT_TRUE(events_.empty());
}

}  // namespace
}  // namespace parley::net
