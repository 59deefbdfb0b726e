#include "common/net/wake_timer.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <utility>

namespace parley::net {

struct WakeTimer::State {
  State(boost::asio::any_io_executor given, const Clock& its_clock, std::function<void()> its_wake)
      : executor(std::move(given)), clock(its_clock), timer(executor), wake(std::move(its_wake)) {}

  // What had rung before it was replaced or called off still comes here.
  void ring(std::uint64_t its_round) const {
    if (its_round == round) wake();
  }

  const boost::asio::any_io_executor executor;
  const Clock& clock;
  boost::asio::steady_timer timer;
  std::shared_ptr<void> alarm;  // instead of the timer
  const std::function<void()> wake;
  std::uint64_t round = 0;
};

WakeTimer::WakeTimer(boost::asio::any_io_executor executor, const Clock& clock, std::function<void()> wake)
    : state_(std::make_shared<State>(std::move(executor), clock, std::move(wake))) {}

WakeTimer::~WakeTimer() { cancel(); }

void WakeTimer::wait_until(TimePoint at) {
  State& state = *state_;
  auto ring = [weak = std::weak_ptr<State>(state_), round = ++state.round] {
    if (const auto self = weak.lock()) self->ring(round);
  };
  if (VirtualTime* time = state.clock.virtual_time()) {
    state.alarm = time->wake_at(
        at, [executor = state.executor, ring = std::move(ring)] { boost::asio::post(executor, ring); });
    return;
  }
  const TimePoint now = state.clock.now();
  state.timer.expires_after(at > now ? at - now : Duration::zero());
  state.timer.async_wait([ring = std::move(ring)](const boost::system::error_code& cancelled) {
    if (!cancelled) ring();
  });
}

void WakeTimer::cancel() {
  ++state_->round;
  state_->alarm.reset();
  state_->timer.cancel();
}

}  // namespace parley::net
