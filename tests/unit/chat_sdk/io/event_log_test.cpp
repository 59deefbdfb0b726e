#include "chat_sdk/src/io/event_log.hpp"

#include <gtest/gtest.h>

#include "common/base/random.hpp"

namespace parley::detail {
namespace {

class EventLogTest : public ::testing::Test {
 protected:
  /// What an event writes: the level's number and the line; "" if it writes nothing.
  std::string line_of(const Event& event) {
    written.clear();
    log_event(context, event);
    return written;
  }
  std::string line_of(ConnectionState state, std::optional<Errc> code = {}) {
    ConnectionStatus status{state};
    if (code) status.reason = Error{.code = *code, .message = "why"};
    return line_of(ConnectionChanged{status});
  }
  static std::string name_of(LogLevel level) {
    constexpr const char* kNames[] = {"debug", "info", "warning", "error"};
    return kNames[static_cast<int>(level)];
  }

  SeededRandom random{1};
  std::string written;
  Context context{
      .random = random,
      .emit = [](const Event&) {},
      .log = [this](auto level, auto line) { written += name_of(level) + " " + std::string(line); }};
};

TEST_F(EventLogTest, WhatIsAsItShouldBeIsNoWarning) {
  EXPECT_EQ(line_of(ConnectionState::connecting, Errc::connection_lost),
            "debug event=connection state=connecting");
  ConnectionStatus third{.state = ConnectionState::connected, .number = 3, .terminal = false};
  EXPECT_EQ(line_of(ConnectionChanged{third}), "info event=connection state=connected number=3");
  EXPECT_EQ(line_of(ConnectionState::offline, Errc::client_closed), "info event=connection state=offline");
  EXPECT_EQ(line_of(ConnectionState::offline), "info event=connection state=offline");
  EXPECT_EQ(line_of(TokenRefreshed{}), "info event=login_refreshed");
}

TEST_F(EventLogTest, WhatIsTriedAgainIsAWarning) {
  ConnectionStatus waiting{ConnectionState::waiting,
                           Error{.code = Errc::unreachable, .message = "no way"},
                           std::chrono::milliseconds(1500),
                           1,
                           2,
                           false};
  EXPECT_EQ(
      line_of(ConnectionChanged{waiting}),
      R"(warning event=connection state=waiting code=unreachable message="no way" attempts=2 retry_ms=1500)");
  EXPECT_EQ(line_of(TokenRefreshFailed{{.code = Errc::timed_out, .message = "late"}}),
            "warning event=login_failed code=timed_out message=late");
  EXPECT_EQ(line_of(CacheFailed{{.code = Errc::storage_error, .message = "full"}}),
            "warning event=cache_failed code=storage_error message=full");
}

TEST_F(EventLogTest, WhatNobodyTriesAnyMoreIsAnError) {
  EXPECT_EQ(line_of(ConnectionState::denied, Errc::denied),
            "error event=connection state=denied code=denied message=why");
  EXPECT_EQ(line_of(ConnectionState::offline, Errc::timed_out),
            "error event=connection state=offline code=timed_out message=why");
  EXPECT_EQ(line_of(TokenRefreshFailed{{.code = Errc::invalid_token, .message = "bad"}}),
            "error event=login_failed code=invalid_token message=bad");
}

TEST_F(EventLogTest, WhatUsersDoIsNotWritten) {
  EXPECT_EQ(line_of(MessageAdded{}), "");
  EXPECT_EQ(line_of(CacheRestored{}), "");
}

}  // namespace
}  // namespace parley::detail
