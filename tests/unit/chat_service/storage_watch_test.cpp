#include "chat_service/src/shell/storage_watch.hpp"

#include <gmock/gmock.h>

namespace parley::chat_service {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class StorageWatchTest : public ::testing::Test {
 protected:
  std::vector<std::string> look(Duration passed = 0s) {
    now_ += passed;
    return watch_.look_at(counters_, now_, WallTime{});
  }

  CoreCounters counters_;
  TimePoint now_{1h};
  StorageWatch watch_;
};

TEST_F(StorageWatchTest, SaysNothingWhileAllIsWell) {
  counters_.deliveries = 7;
  EXPECT_THAT(look(), IsEmpty());
}

TEST_F(StorageWatchTest, CommitsThatFailAreToldOnceWithTheReason) {
  counters_.last_commit_failed = true;
  counters_.last_failure = "database: COMMIT: database or disk is full";
  EXPECT_THAT(look(), ElementsAre(AllOf(HasSubstr(R"("level":"error","event":"commits_fail")"),
                                        HasSubstr("disk is full"))));
  EXPECT_THAT(look(1h), IsEmpty());
  counters_.last_commit_failed = false;
  EXPECT_THAT(look(), ElementsAre(HasSubstr(R"("level":"info","event":"commits_work_again")")));
}

TEST_F(StorageWatchTest, RequestsThatFailAreSummedUp) {
  counters_.failed_requests = 2;
  counters_.last_failure = "malformed";
  EXPECT_THAT(look(), ElementsAre(AllOf(HasSubstr(R"("event":"requests_fail","requests":2)"),
                                        HasSubstr(R"("reason":"malformed")"))));
  counters_.failed_requests = 500;
  EXPECT_THAT(look(9s), IsEmpty());
  EXPECT_THAT(look(1s), ElementsAre(HasSubstr(R"("requests":498)")));
  EXPECT_THAT(look(1h), IsEmpty());
}

TEST_F(StorageWatchTest, ADamagedDatabaseIsToldOnce) {
  counters_.database_damaged = true;
  counters_.last_failure = "database disk image is malformed";
  EXPECT_THAT(look(), ElementsAre(AllOf(HasSubstr(R"("level":"error","event":"database_damaged")"),
                                        HasSubstr("malformed"), HasSubstr("chat_service check"))));
  EXPECT_THAT(look(1h), IsEmpty());
}

TEST_F(StorageWatchTest, ALogThatCannotBeShortenedIsToldEachTime) {
  counters_.database_log_held = true;
  counters_.database_log_bytes = 70'000'000;
  const auto line =
      AllOf(HasSubstr(R"("level":"warning","event":"database_log_grows")"), HasSubstr(R"("bytes":70000000)"));
  EXPECT_THAT(look(), ElementsAre(line));
  EXPECT_THAT(look(1h), IsEmpty());
  counters_.database_log_held = false;
  EXPECT_THAT(look(), IsEmpty());
  counters_.database_log_held = true;
  EXPECT_THAT(look(), ElementsAre(line));
}

TEST_F(StorageWatchTest, AClockThatJumpedIsToldWithWhatToDo) {
  counters_.clock_ahead_seconds = 90'000;
  EXPECT_THAT(look(), ElementsAre(AllOf(HasSubstr(R"("event":"clock_jumped","seconds":90000)"),
                                        HasSubstr("chat_service clock accept"))));
  counters_.clock_ahead_seconds = 93'600;
  EXPECT_THAT(look(1h), IsEmpty());
  counters_.clock_ahead_seconds = 0;
  EXPECT_THAT(look(), ElementsAre(HasSubstr("clock_is_right_again")));
}

}  // namespace
}  // namespace parley::chat_service
