#include "chat_service/src/retention_clock.hpp"

namespace parley::chat_service {
namespace {

constexpr Millis kMostAhead = 24 * 60 * 60 * 1000;

Millis between(TimePoint from, TimePoint to) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(to - from).count();
}

}  // namespace

void RetentionClock::look(Millis wall_now, TimePoint now) {
  const Millis passed = std::max<Millis>(looked_at_ ? between(*looked_at_, now) : 0, 0);
  looked_at_ = now;
  const Millis expected = latest_.value_or(wall_now) + passed;
  const bool jumped = wall_now - expected > kMostAhead;
  ahead_ = jumped ? wall_now - expected : 0;
  latest_ = jumped ? expected : std::max(latest_.value_or(wall_now), wall_now);
}

}  // namespace parley::chat_service
