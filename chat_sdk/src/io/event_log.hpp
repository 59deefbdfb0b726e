#pragma once
#include <parley/event.hpp>

#include "chat_sdk/src/connection/context.hpp"

namespace parley::detail {

/// Writes into the log what an event says of the connection, the login or the cache.
void log_event(const Context& context, const Event& event);

}  // namespace parley::detail
