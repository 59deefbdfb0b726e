#pragma once
#include "chat_sdk/src/connection/context.hpp"
#include "chat_sdk/src/connection/rest_calls.hpp"
#include "chat_sdk/src/connection/service_urls.hpp"
#include "chat_sdk/src/connection/timers.hpp"
#include "common/base/backoff.hpp"
#include "common/protocol/sync/subscriber.hpp"

namespace parley::detail {

/// What the model needs to talk to the service. All outlive it.
struct ServiceAccess {
  Context& context;
  Timers& timers;
  RestCalls& rest;
  ServiceUrls& urls;
  sync::Subscriber& subscriber;
};

/// Between the tries of what the model reads again by itself.
inline constexpr BackoffSettings kReadBackoff{std::chrono::seconds(1), std::chrono::seconds(60), 0.8, 1.2};

}  // namespace parley::detail
