#include "token_server/sessions/user_admin.hpp"

#include "common/base/redact.hpp"
#include "common/protocol/token/identity.hpp"
#include "common/storage/transaction.hpp"
#include "token_server/audit/audit_log.hpp"
#include "token_server/sessions/refresh_tokens.hpp"
#include "token_server/sessions/session_database.hpp"

namespace parley::token_server {
namespace {

Error not_found() { return {.code = Errc::not_found, .message = "name: there is no such user"}; }

Error taken(const char* what) {
  return {.code = Errc::conflict, .message = std::string(what) + ": another user has it"};
}

}  // namespace

Result<std::unique_ptr<UserAdmin>> UserAdmin::open(const std::string& database, const Clock& clock,
                                                   AuditLog* audit, Scrypt scrypt) {
  auto opened = open_session_database(database);
  if (!opened) return opened.error();
  return std::unique_ptr<UserAdmin>(new UserAdmin(std::move(*opened), clock, audit, std::move(scrypt)));
}

UserAdmin::UserAdmin(std::unique_ptr<storage::Database> database, const Clock& clock, AuditLog* audit,
                     Scrypt scrypt)
    : database_(std::move(database)),
      clock_(clock),
      audit_(audit),
      passwords_(random_, std::move(scrypt)),
      users_(*database_) {}

Result<void> UserAdmin::check_new(const std::string& name, const std::string& identity) {
  if (auto fits = token::check_identity(name); !fits)
    return Error{.code = Errc::invalid_argument, .message = "name, like an " + fits.error().message};
  if (auto fits = token::check_identity(identity); !fits) return fits.error();
  if (users_.find(name)) return taken("name");
  // Two people with one identity would be one person in chat.
  if (users_.find_identity(identity)) return taken("identity");
  return outcome();
}

Result<void> UserAdmin::check_known(const std::string& name) {
  const bool known = users_.find(name).has_value();
  if (auto read = outcome(); !read) return read;
  if (!known) return not_found();
  return {};
}

Result<void> UserAdmin::add(const std::string& name, const std::string& identity,
                            const std::string& password) {
  if (auto fits = check_new_password(password); !fits) return fits;
  const auto record = passwords_.make_record(password);
  if (!record) return record.error();
  storage::Transaction transaction(*database_);
  if (auto fits = check_new(name, identity); !fits) return fits;
  users_.add({.name = name, .identity = identity, .password = *record, .created_at = clock_.wall_now()});
  if (auto committed = transaction.commit(); !committed) return committed;
  return write_audit("user_added", name, identity);
}

Result<void> UserAdmin::set_password(const std::string& name, const std::string& password) {
  if (auto fits = check_new_password(password); !fits) return fits;
  const auto record = passwords_.make_record(password);
  if (!record) return record.error();
  return change("password_changed", name, [&] {
    users_.set_password(name, *record);
    end_sessions(name);
  });
}

Result<void> UserAdmin::disable(const std::string& name) {
  return change("user_disabled", name, [&] {
    users_.set_disabled(name, true);
    end_sessions(name);
  });
}

Result<void> UserAdmin::enable(const std::string& name) {
  return change("user_enabled", name, [&] { users_.set_disabled(name, false); });
}

Result<std::vector<User>> UserAdmin::list() {
  auto users = users_.list();
  if (auto read = outcome(); !read) return read.error();
  return users;
}

template <class Change>
Result<void> UserAdmin::change(const char* event, const std::string& name, Change change) {
  storage::Transaction transaction(*database_);
  const auto user = users_.find(name);
  if (user) change();
  if (auto committed = transaction.commit(); !committed) return committed;
  if (!user) return not_found();
  return write_audit(event, name, user->identity);
}

Result<void> UserAdmin::write_audit(const char* event, const std::string& name, const std::string& identity) {
  if (!audit_) return {};
  auto written = audit_->append({.what = event,
                                 .caller = redact_identity(name),
                                 .identity = redact_identity(identity),
                                 .outcome = "ok"});
  if (written) return written;
  return Error{.code = Errc::storage_error,
               .message = "it is done, but not in the audit log: " + written.error().message};
}

void UserAdmin::end_sessions(const std::string& name) {
  RefreshTokens(*database_, random_, {}).end_all(kUsersEntry, name);
}

Result<void> UserAdmin::outcome() {
  if (!database_->error()) return {};
  const Error reason = *database_->error();
  database_->clear_error();
  return reason;
}

}  // namespace parley::token_server
