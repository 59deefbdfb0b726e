#include "chat_sdk/src/engine.hpp"

namespace parley::detail {

Engine::Engine(ConnectionSettings settings, ModelSettings model_settings, Random& random,
               std::function<void(Event)> emit, MakeHandle make_handle, LogHook log)
    : context_{.random = random, .emit = std::move(emit), .log = std::move(log)},
      connection_(std::move(settings), context_),
      model_(connection_.service_access(), std::move(make_handle), std::move(model_settings)) {
  connection_.observe(model_);
}

void Engine::set_time(TimePoint now, WallTime wall_now) {
  // Nothing is late that follows closely.
  const bool may_be_late = now - context_.now > WakeDetector::kTolerance;
  const auto slept = wake_.on_input(now, wall_now, may_be_late ? connection_.next_deadline() : std::nullopt);
  context_.now = now;
  context_.wall_now = wall_now;
  if (slept) connection_.on_woken(*slept);
}

}  // namespace parley::detail
