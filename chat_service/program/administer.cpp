#include "chat_service/program/administer.hpp"

#include <algorithm>

#include "chat_service/core.hpp"
#include "chat_service/src/shell/admin_door.hpp"
#include "chat_service/src/store/database_lock.hpp"
#include "common/base/random.hpp"

namespace parley::chat_service {
namespace {

/// Nobody else is served meanwhile: without the pauses.
void erase_all(Core& core, TimePoint now, WallTime wall_now) {
  const auto has_failed = [&] {
    const auto counters = core.counters();
    return counters.last_commit_failed || counters.failed_requests > 0;
  };
  while (core.is_erasing() && !has_failed()) {
    now = std::max(now, *core.next_deadline());
    core.on_time(now, wall_now);
    core.flush(now, wall_now);
  }
}

Result<void> do_here(const std::string& database, const AdminCall& call) {
  SecureRandom random;
  auto store = Store::open(database, random);
  if (!store) return store.error();
  CoreOptions options;
  options.tenants = {{.service_sid = call.service_sid}};
  Core core(std::move(options), std::move(*store), random);
  Result<void> outcome = Error{.code = Errc::storage_error, .message = "it was not committed"};
  const auto now = system_clock().now();
  const auto wall_now = system_clock().wall_now();
  core.perform(
      admin_of(call), work_of(call), [&](const http::Response& response) { outcome = outcome_of(response); },
      now, wall_now);
  core.flush(now, wall_now);
  erase_all(core, now, wall_now);
  return outcome;
}

Error in_use(const std::string& database, const Error& unreachable) {
  return {.code = Errc::storage_error,
          .message = "database: " + database + " is in use, but " + unreachable.message};
}

}  // namespace

Result<void> administer(const std::string& database, const AdminCall& call) {
  const auto asked = ask_service(database, call);
  if (asked || asked.error().code != Errc::unreachable) return asked;
  if (DatabaseLock::is_taken(database)) return in_use(database, asked.error());
  return do_here(database, call);
}

Result<void> delete_channel(const std::string& database, const ChannelName& name) {
  return administer(database, {.service_sid = name.service_sid, .action = DeleteChannel{name.sid}});
}

}  // namespace parley::chat_service
