#include "token_server/sessions/session_desk.hpp"

#include "common/base/redact.hpp"
#include "common/storage/transaction.hpp"
#include "token_server/audit/audit_log.hpp"

namespace parley::token_server {
namespace {

using storage::Transaction;

// One text for every reason: which it was is nobody's business.
Error denied_login() { return {.code = Errc::denied, .message = "login: the name or the password is wrong"}; }
Error denied_token() {
  return {.code = Errc::denied, .message = "refresh_token: it is not valid (any more)"};
}

SessionSubject subject_of(const User& user, const std::string& account) {
  return {.entry = kUsersEntry, .name = user.name, .identity = user.identity, .account = account};
}

std::string fingerprint(const std::string& text) { return text.empty() ? "" : redact_identity(text); }

}  // namespace

/// People appear as fingerprints only: names are often e-mail addresses. A name that is no user's does not
/// appear at all: people type passwords there.
struct SessionDesk::Event {
  std::string name;
  std::string identity;
  const std::string& address;
  std::string outcome = "ok";
};

SessionDesk::SessionDesk(Parts parts)
    : database_(std::move(parts.database)),
      clock_(parts.clock),
      audit_(parts.audit),
      path_(std::move(parts.path)),
      file_(identity_of(path_)),
      storage_("the storage of sessions", parts.warn),
      audit_state_("the audit log of sessions", parts.warn),
      users_(*database_),
      tokens_(*database_, parts.random, parts.lives) {}

Result<std::optional<User>> SessionDesk::find_user(std::string_view name) {
  auto user = users_.find(name);
  if (!database_->error()) return user;
  const auto failed = take_outcome();
  storage_.note(failed);
  return failed.error();
}

Result<Session> SessionDesk::finish_login(const CheckedLogin& checked) {
  const auto& [login, seen, right, new_record, with_session] = checked;
  Session session;
  Transaction transaction(*database_);
  const auto user = seen ? users_.find(seen->name) : std::nullopt;
  // Meanwhile somebody may have changed the password or disabled the user.
  const bool welcome = right && user && !user->disabled && user->password_version == seen->password_version;
  if (welcome && login.admit)
    if (auto refusal = login.admit(subject_of(*user, login.account))) return *refusal;
  if (welcome) {
    if (!new_record.empty()) users_.renew_record(*user, new_record);
    session.subject = subject_of(*user, login.account);
    if (with_session) session.refresh = tokens_.begin(session.subject, clock_.wall_now());
  }
  if (auto committed = commit(transaction); !committed) return committed.error();
  write_audit("login", {.name = user ? user->name : "",
                        .identity = user ? user->identity : "",
                        .address = login.address,
                        .outcome = welcome ? "ok" : "failed"});
  if (!welcome) return denied_login();
  if (with_session)
    write_audit("session_begun", {.name = user->name, .identity = user->identity, .address = login.address});
  return session;
}

void SessionDesk::note_locked(const Login& login) {
  const auto user = find_user(login.name);
  const bool known = user && *user;
  write_audit("login", {.name = known ? (*user)->name : "",
                        .identity = known ? (*user)->identity : "",
                        .address = login.address,
                        .outcome = "locked"});
}

Result<Session> SessionDesk::begin(const SessionSubject& subject, const std::string& address) {
  Transaction transaction(*database_);
  Session session{.subject = subject, .refresh = tokens_.begin(subject, clock_.wall_now())};
  if (auto committed = commit(transaction); !committed) return committed.error();
  write_audit("session_begun", {.name = subject.name, .identity = subject.identity, .address = address});
  return session;
}

Result<Session> SessionDesk::renew(std::string_view token, const std::string& address, const Admit& admit) {
  using Kind = Renewal::Kind;
  Transaction transaction(*database_);
  auto [kind, session] = tokens_.renew(token, address, clock_.wall_now());
  const auto& subject = session.subject;
  const bool good = kind == Kind::renewed || kind == Kind::repeated;
  const bool welcome = good && still_welcome(subject);
  if (welcome && admit)
    if (auto refusal = admit(subject)) return *refusal;
  if (good && !welcome) tokens_.end_all(subject.entry, subject.name);
  if (auto committed = commit(transaction); !committed) return committed.error();
  if (kind == Kind::reused)
    write_audit(
        "refresh_reused",
        {.name = subject.name, .identity = subject.identity, .address = address, .outcome = "session ended"});
  if (!welcome) return denied_token();
  return std::move(session);
}

Result<void> SessionDesk::revoke(std::string_view token, const std::string& address) {
  Transaction transaction(*database_);
  const auto subject = tokens_.revoke(token, clock_.wall_now());
  if (auto committed = commit(transaction); !committed) return committed.error();
  if (subject)
    write_audit("session_revoked",
                {.name = subject->name, .identity = subject->identity, .address = address});
  return {};
}

void SessionDesk::probe() {
  if (audit_ && note_lost_lines()) audit_state_.note(audit_->check());
  Transaction transaction(*database_);
  database_->query("SELECT 1 FROM families LIMIT 1").run();
  if (!storage_.works()) return static_cast<void>(commit(transaction));
  const auto outcome = take_outcome();
  storage_.note(outcome ? check_file() : outcome);
}

Result<void> SessionDesk::take_outcome() {
  if (!database_->error()) return {};
  const Error reason = *database_->error();
  database_->clear_error();
  return reason;
}

// The database goes on in a file without a name; it is gone when the server ends.
Result<void> SessionDesk::check_file() const {
  if (identity_of(path_) == file_) return {};
  return Error{.code = Errc::storage_error,
               .message = path_ + ": was moved or deleted: restart or put it back"};
}

Result<void> SessionDesk::commit(Transaction& transaction) {
  // On a full disk, too, a transaction that writes nothing succeeds: after a failure each writes this, which
  // changes nothing, so that success means something.
  if (!storage_.works()) database_->run("PRAGMA user_version = 0");
  auto committed = transaction.commit();
  storage_.note(committed ? check_file() : committed);
  return committed;
}

bool SessionDesk::still_welcome(const SessionSubject& subject) {
  if (subject.entry != kUsersEntry) return true;
  const auto user = users_.find(subject.name);
  return user && !user->disabled && user->identity == subject.identity;
}

void SessionDesk::write_audit(const char* what, const Event& event) {
  if (!audit_) return;
  const bool written = note_lost_lines() && append({.what = what,
                                                    .caller = fingerprint(event.name),
                                                    .identity = fingerprint(event.identity),
                                                    .address = event.address,
                                                    .outcome = event.outcome});
  if (!written) ++lost_lines_;
}

// So nobody takes the log for whole; and it shows that the log can be written again.
bool SessionDesk::note_lost_lines() {
  if (lost_lines_ == 0) return true;
  if (!append({.what = "lines_lost", .outcome = std::to_string(lost_lines_)})) return false;
  lost_lines_ = 0;
  return true;
}

bool SessionDesk::append(const AuditEvent& event) {
  const auto written = audit_->append(event);
  audit_state_.note(written);
  return written.has_value();
}

}  // namespace parley::token_server
