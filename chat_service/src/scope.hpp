#pragma once
#include <string>

#include <parley/seams.hpp>

#include "chat_service/core.hpp"
#include "chat_service/src/effects.hpp"
#include "chat_service/src/links.hpp"
#include "chat_service/src/model.hpp"
#include "chat_service/src/policy.hpp"
#include "chat_service/src/replay_origins.hpp"
#include "chat_service/src/store/tables.hpp"

namespace parley::chat_service {

/// One unit of work: what a request may use, who asks and when, and what it causes.
struct Scope {
  Tables& tables;
  const CoreOptions& options;
  const Links& links;
  Random& random;
  Millis now = 0;
  User caller{};
  ReplayOrigins* origins = nullptr;  ///< the caller's connection's; null outside of a request
  Effects effects{};

  const std::string& service_sid() const { return options.service_sid; }
};

}  // namespace parley::chat_service
