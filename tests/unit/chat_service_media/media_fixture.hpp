#pragma once
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "chat_service/src/media/api.hpp"
#include "chat_service/src/media/blobs.hpp"
#include "common/base/json.hpp"
#include "tests/support/core_driver.hpp"
#include "tests/support/temporary_file.hpp"

namespace parley::chat_service::media::test {

/// What runs on the core's thread, which is the test's.
class Posted {
 public:
  void add(std::function<void()> work) {
    std::lock_guard lock(mutex_);
    works_.push_back(std::move(work));
    changed_.notify_one();
  }
  /// Runs the next one; false if none comes for a while.
  bool run_one() { return run_one_within(std::chrono::seconds(10)); }
  /// Runs the next one if it is here.
  bool run_one_that_is_ready() { return run_one_within({}); }

 private:
  bool run_one_within(std::chrono::milliseconds patience) {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, patience, [this] { return !works_.empty(); })) return false;
    auto work = std::move(works_.front());
    works_.pop_front();
    lock.unlock();
    work();
    return true;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> works_;
};

/// The time as the driver has it.
class DriverClock final : public Clock {
 public:
  explicit DriverClock(const testing::CoreDriver& driver) : driver_(driver) {}
  TimePoint now() const override { return driver_.now(); }
  WallTime wall_now() const override { return driver_.wall_now(); }

 private:
  const testing::CoreDriver& driver_;
};

/// Waits for one piece, "" if it cannot be had.
std::string read_piece(http::AsyncBodySource& source, std::size_t most);
/// Until the end, or until no more can be had.
std::string read_all(http::AsyncBodySource& source);
/// The body, streamed or not.
std::string body_of(const http::Response& response);
json::Value json_of(const http::Response& response);
std::string header_of(const http::Response& response, std::string_view name);

struct Ask {
  std::string identity = "alice";  ///< "": without a token
  http::Fields headers{};
  http::Fields params{};
  std::string body{};
};

/// Core and media in one thread with real files; requests are values.
class MediaTest : public ::testing::Test {
 protected:
  explicit MediaTest(MediaOptions options = {}, Throttle throttle = testing::DriverOptions{}.throttle);

  /// Ends media and the core and starts them on the same files.
  void restart();
  void open_api();

  http::Request make(const std::string& method, std::string_view url, const Ask& ask);
  /// One request that has no body or one that is collected.
  http::Response call(const std::string& method, std::string_view url, const Ask& ask = {});
  /// An upload in pieces of that size.
  http::Response send(const http::Request& head, std::string_view body, std::size_t piece = 1000);
  http::Response upload(const std::string& identity, std::string_view bytes,
                        const std::string& type = "text/plain", const http::Fields& params = {});
  /// An upload that must succeed: its descriptor.
  json::Value uploaded(const std::string& identity, std::string_view bytes,
                       const std::string& type = "text/plain", const http::Fields& params = {});
  http::Response get_content(const json::Value& medium, const http::Fields& headers = {});
  std::string media_url() const;
  std::string url_of(const json::Value& medium) const {
    return media_url() + "/" + medium.at("sid").get<std::string>();
  }

  void run_until(const std::function<bool()>& condition);
  /// Removes what may be removed.
  void tidy();
  /// Everything in the directory but the lock.
  std::vector<std::filesystem::path> files() const;
  /// Waits for what another thread does.
  static bool soon(const std::function<bool()>& condition);

  testing::TemporaryFile place_;
  MediaOptions options_;
  testing::CoreDriver driver_;
  DriverClock clock_;
  Posted posted_;
  bool flush_by_itself_ = true;
  std::uint64_t free_bytes_ = std::uint64_t{1} << 40;  ///< on the disk
  std::unique_ptr<Api> api_;
  std::vector<std::string> log_;
};

}  // namespace parley::chat_service::media::test
