#pragma once
#include <string>
#include <string_view>

#include <parley/seams.hpp>

#include "chat_service/core.hpp"
#include "chat_service/src/domain/replay_origins.hpp"
#include "chat_service/src/effects.hpp"
#include "chat_service/src/free_space.hpp"
#include "chat_service/src/links.hpp"
#include "chat_service/src/model.hpp"
#include "chat_service/src/policy.hpp"
#include "chat_service/src/sessions/session_lists.hpp"
#include "chat_service/src/store/tables.hpp"

namespace parley::chat_service {

/// One unit of work: what a request may use, who asks and when, and what it causes.
struct Scope {
  Tables& tables;
  const CoreOptions& options;
  const Tenant& tenant;
  const Links& links;  ///< of the tenant
  Random& random;
  FreeSpace& space;  ///< where the database is
  SessionLists& sessions;
  Millis now = 0;
  Millis retention_now = 0;  ///< what is removed for its age is as old as this says, see RetentionClock
  bool is_admin = false;     ///< the caller may do everything within the tenant
  User caller{};             ///< without an identity: nobody
  ReplayOrigins* origins = nullptr;  ///< the caller's connection's; null outside of a request
  Effects effects{};
  std::string_view route = "other";  ///< pattern of the route that the request took
  bool erases = false;               ///< something was deleted whose rows are still to be erased
  bool over_quota = false;           ///< the request was refused because a user has stored too much
  std::size_t lookups = 0;           ///< objects that the request asked for, if many: each costs
  std::size_t rows = 0;              ///< of the database that it read, made, changed or removed
  std::size_t steps = 0;             ///< what the database did for it, see storage::Database::work()

  const std::string& service_sid() const { return tenant.service_sid; }
  const std::string& account_sid() const { return tenant.account_sid; }
};

}  // namespace parley::chat_service
