#include "common/net/refusal_log.hpp"

#include <boost/asio/post.hpp>
#include <mutex>
#include <optional>
#include <utility>

#include "common/base/iso8601.hpp"
#include "common/base/json.hpp"
#include "common/base/repeated_events.hpp"
#include "common/net/wake_timer.hpp"

namespace parley::net {

class RefusalLog::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(boost::asio::any_io_executor executor, const Clock& clock, Log log)
      : executor_(std::move(executor)), clock_(clock), log_(std::move(log)) {}

  void add(std::string_view what, std::string_view address, std::string line) {
    std::unique_lock lock(mutex_);
    const bool is_told = events_.admit(what, address, clock_.now());
    const bool arms = !std::exchange(armed_, true);
    lock.unlock();
    if (is_told) log_(std::move(line));
    if (arms) boost::asio::post(executor_, [self = shared_from_this()] { self->arm(); });
  }

  void close() {
    closed_ = true;
    timer_.reset();
    tell_sums(TimePoint::max());
  }

 private:
  void arm() {
    std::unique_lock lock(mutex_);
    const auto end = events_.next_end();
    armed_ = end.has_value();
    lock.unlock();
    if (closed_ || !end) return;
    if (!timer_)
      timer_.emplace(executor_, clock_, [weak = weak_from_this()] {
        const auto self = weak.lock();
        if (!self || self->closed_) return;
        self->tell_sums(self->clock_.now());
        self->arm();
      });
    timer_->wait_until(*end);
  }

  void tell_sums(TimePoint now) {
    std::unique_lock lock(mutex_);
    const auto sums = events_.take_ended(now);
    lock.unlock();
    for (const auto& sum : sums) {
      std::string line = "{\"time\":\"" + format_iso8601(clock_.wall_now());
      line += R"(","level":"warning","event":"refusals","what":)" + json::quote(sum.what);
      if (!sum.source.empty()) line += ",\"address\":" + json::quote(sum.source);
      log_(line + ",\"count\":" + std::to_string(sum.count) + "}");
    }
  }

  boost::asio::any_io_executor executor_;
  const Clock& clock_;
  Log log_;
  bool closed_ = false;
  std::optional<WakeTimer> timer_;  // on the executor, as closed_
  std::mutex mutex_;
  RepeatedEvents events_;
  bool armed_ = false;  // arm() will be called, or the timer runs
};

RefusalLog::RefusalLog(boost::asio::any_io_executor executor, const Clock& clock, Log log)
    : impl_(std::make_shared<Impl>(std::move(executor), clock, std::move(log))) {}

RefusalLog::~RefusalLog() { impl_->close(); }

void RefusalLog::add(std::string_view what, std::string_view address, std::string line) {
  impl_->add(what, address, std::move(line));
}

}  // namespace parley::net
