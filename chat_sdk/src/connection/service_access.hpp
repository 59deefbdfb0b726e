#pragma once
#include "chat_sdk/src/connection/context.hpp"
#include "chat_sdk/src/connection/rest_calls.hpp"
#include "chat_sdk/src/connection/service_urls.hpp"
#include "chat_sdk/src/connection/timers.hpp"
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

}  // namespace parley::detail
