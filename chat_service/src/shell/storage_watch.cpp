#include "chat_service/src/shell/storage_watch.hpp"

#include <utility>

#include "chat_service/src/shell/log_line.hpp"

namespace parley::chat_service {
namespace {

/// A broken database may fail many requests a second: their number is told, and one reason.
constexpr auto kTellRequestsEvery = std::chrono::seconds(10);

/// True if `what` is now something else than it was.
bool changed(bool& was, bool what) { return std::exchange(was, what) != what; }

}  // namespace

std::vector<std::string> StorageWatch::look_at(const CoreCounters& counters, TimePoint now,
                                               WallTime wall_now) {
  std::vector<std::string> lines;
  const auto tell = [&](LogLine line) { lines.push_back(line.take()); };
  if (changed(commits_fail_, counters.last_commit_failed))
    tell(commits_fail_ ? LogLine("error", "commits_fail", wall_now).put("reason", counters.last_failure)
                       : LogLine("info", "commits_work_again", wall_now));
  if (counters.failed_requests != failed_requests_ && now >= tell_requests_at_) {
    tell(LogLine("error", "requests_fail", wall_now)
             .put("requests",
                  counters.failed_requests - std::exchange(failed_requests_, counters.failed_requests))
             .put("reason", counters.last_failure));
    tell_requests_at_ = now + kTellRequestsEvery;
  }
  if (changed(damaged_, counters.database_damaged))
    tell(LogLine("error", "database_damaged", wall_now)
             .put("reason", counters.last_failure)
             .put("message", "stop the service, look at the file with chat_service check, restore a backup"));
  if (changed(log_held_, counters.database_log_held) && log_held_)
    tell(LogLine("warning", "database_log_grows", wall_now)
             .put("bytes", counters.database_log_bytes)
             .put("message", "another program has been reading the database for long: end its transaction"));
  if (changed(clock_waits_, counters.clock_ahead_seconds > 0))
    tell(clock_waits_ ? LogLine("error", "clock_jumped", wall_now)
                            .put("seconds", counters.clock_ahead_seconds)
                            .put("message",
                                 "nothing more is removed for its age; if the clock is right: "
                                 "chat_service clock accept")
                      : LogLine("info", "clock_is_right_again", wall_now));
  return lines;
}

}  // namespace parley::chat_service
