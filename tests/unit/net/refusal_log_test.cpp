#include "common/net/refusal_log.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "common/base/limits.hpp"
#include "common/base/repeated_events.hpp"
#include "tests/unit/net/loop.hpp"

namespace parley::net::test {
namespace {

class SetClock final : public Clock {
 public:
  TimePoint now() const override { return now_; }
  WallTime wall_now() const override { return WallTime(std::chrono::seconds(0)); }
  void advance(Duration by) { now_ += by; }

 private:
  TimePoint now_{};
};

class RefusalLogTest : public testing::Test {
 protected:
  void refuse(std::size_t times) {
    for (std::size_t i = 0; i < times; ++i) log_->add("media 404", "192.0.2.1", "line");
  }

  Loop loop_;
  SetClock clock_;
  std::vector<std::string> lines_;
  std::optional<RefusalLog> log_{std::in_place, loop_.executor(), clock_,
                                 [this](std::string line) { lines_.push_back(std::move(line)); }};
};

constexpr const char* kSum =
    R"({"time":"1970-01-01T00:00:00.000Z","level":"warning","event":"refusals","what":"media 404",)"
    R"("address":"192.0.2.1","count":7})";

TEST_F(RefusalLogTest, TellsAFewAndThenTheSum) {
  refuse(limits::kRepeatedLines + 7);
  EXPECT_EQ(lines_, std::vector<std::string>(limits::kRepeatedLines, "line"));
  lines_.clear();
  clock_.advance(RepeatedEvents::kWindow - std::chrono::milliseconds(1));
  loop_.run_until([turns = 0]() mutable { return ++turns == 5; });
  EXPECT_TRUE(lines_.empty()) << "the minute is not over";
  clock_.advance(std::chrono::milliseconds(1));
  ASSERT_TRUE(loop_.run_until([&] { return !lines_.empty(); }));
  EXPECT_EQ(lines_, std::vector<std::string>{kSum});
  refuse(1);
  EXPECT_EQ(lines_.back(), "line") << "a new minute";
}

TEST_F(RefusalLogTest, TellsTheSumsAtItsEnd) {
  refuse(limits::kRepeatedLines + 7);
  log_.reset();
  EXPECT_EQ(lines_.back(), kSum);
}

}  // namespace
}  // namespace parley::net::test
