#include "token_server/sessions/session_service.hpp"

#include <atomic>
#include <mutex>

#include "common/base/random.hpp"
#include "common/protocol/token/identity.hpp"
#include "token_server/sessions/job_queue.hpp"
#include "token_server/sessions/known_sources.hpp"
#include "token_server/sessions/login_guard.hpp"
#include "token_server/sessions/session_database.hpp"
#include "token_server/sessions/session_desk.hpp"

namespace parley::token_server {
namespace {

constexpr JobQueue::Limits kWaitingJobs{.in_sum = 1024, .per_network = 512};
/// Of passwords to check. More than scrypt does within kLongestWait, so that there is a seat for each network
/// of a flood and those who come later.
constexpr JobQueue::Limits kWaitingPasswords{.in_sum = 512, .per_network = 256};
/// Some megabytes.
constexpr std::size_t kKnownSources = 65'536;
constexpr Duration kPatience = std::chrono::seconds(5);
/// Who has waited longer has mostly gone.
constexpr Duration kLongestWait = std::chrono::seconds(10);
constexpr Duration kFresh = std::chrono::seconds(1);
constexpr TimePoint kNever = TimePoint::min();

Error too_many(std::string message, std::chrono::milliseconds retry_after) {
  return {.code = Errc::too_many_requests, .message = std::move(message), .retry_after = retry_after};
}

Error busy() { return too_many("sessions: too much is waiting", std::chrono::seconds(1)); }

/// One login on its way: storing thread, hashing thread, storing thread.
struct LoginTask {
  LoginTask(Login login, bool with_session, SessionService::Done on_end) : done(std::move(on_end)) {
    checked.login = std::move(login);
    checked.with_session = with_session;
    possible =
        token::check_identity(checked.login.name).has_value() && may_be_password(checked.login.password);
    attempt = {.user = possible ? checked.login.name : "", .address = checked.login.address};
  }

  CheckedLogin checked;
  bool possible = false;  ///< else nobody has such a name or password
  LoginGuard::Attempt attempt;
  SessionService::Done done;
};

}  // namespace

class SessionService::Impl {
 public:
  Impl(SessionSettings settings, std::unique_ptr<storage::Database> database, const Clock& clock,
       AuditLog* audit)
      : clock_(clock),
        passwords_(salt_random_, std::move(settings.scrypt)),
        desk_({.database = std::move(database),
               .lives = {settings.idle_life, settings.absolute_life},
               .clock = clock,
               .random = token_random_,
               .audit = audit,
               .path = std::move(settings.database),
               .warn = std::move(settings.warn)}),
        hashing_(kWaitingPasswords, settings.failed),
        storing_(kWaitingJobs, settings.failed) {}

  ~Impl() {
    hashing_.stop();
    storing_.stop();
  }

  void log_in(Login login, bool with_session, Done done) {
    auto task = std::make_shared<LoginTask>(std::move(login), with_session, std::move(done));
    if (const auto refusal = start_attempt(*task)) return refuse(std::move(task), *refusal);
    enqueue(
        storing_, task->attempt.address, [this, task] { look_up(task); },
        [this, task] { fail(task, busy()); });
  }

  void begin(SessionSubject subject, std::string address, SessionService::Done done) {
    auto work = [this, subject = std::move(subject), address] {
      return note_proof(desk_.begin(subject, address), address);
    };
    store(address, std::move(done), std::move(work));
  }

  void renew(std::string token, std::string address, SessionService::Done done, Admit admit) {
    auto work = [this, token = std::move(token), address, admit = std::move(admit)] {
      return note_proof(desk_.renew(token, address, admit), address);
    };
    store(address, std::move(done), std::move(work));
  }

  void revoke(std::string token, std::string address, SessionService::DoneVoid done) {
    store(address, std::move(done),
          [this, token = std::move(token), address] { return desk_.revoke(token, address); });
  }

  bool healthy() {
    const auto now = clock_.now();
    const TimePoint asked = asked_;
    const bool stuck = asked != kNever && now - asked > kPatience;
    ask(now);
    return desk_.works() && !stuck;
  }

 private:
  using Task = std::shared_ptr<LoginTask>;

  /// Runs `work` on the storing thread and gives its result to `done`.
  template <class Done, class Work>
  void store(const std::string& address, Done done, Work work) {
    auto shared = std::make_shared<Done>(std::move(done));
    enqueue(
        storing_, address, [shared, work = std::move(work)] { (*shared)(work()); },
        [shared] { (*shared)(busy()); });
  }

  /// Runs `work` in its turn, or `give_up` if there is no room for it or it waited too long.
  void enqueue(JobQueue& queue, const std::string& address, JobQueue::Job work, JobQueue::Job give_up) {
    JobQueue::NewJob job{.run = in_time(std::move(work), give_up), .give_up = give_up};
    if (!queue.try_push(queue_key(address), std::move(job))) give_up();
  }

  QueueKey queue_key(const std::string& address) {
    const std::lock_guard lock(guard_mutex_);
    return known_.key_of(address);
  }

  Result<Session> note_proof(Result<Session> session, const std::string& address) {
    if (!session) return session;
    const std::lock_guard lock(guard_mutex_);
    known_.add(address);
    return session;
  }

  void ask(TimePoint now) {
    const TimePoint answered = answered_;
    if (answered != kNever && now - answered < kFresh) return;
    TimePoint before = kNever;
    if (!asked_.compare_exchange_strong(before, now)) return;
    storing_.push([this] {
      desk_.probe();
      answered_ = clock_.now();
      asked_ = kNever;
    });
  }

  /// A job that does `work`, or `give_up` if it waited too long: while each takes seconds because the
  /// database is locked, a long queue is answered all the same.
  JobQueue::Job in_time(JobQueue::Job work, JobQueue::Job give_up) {
    return [this, since = clock_.now(), work = std::move(work), give_up = std::move(give_up)] {
      clock_.now() - since > kLongestWait ? give_up() : work();
    };
  }

  std::optional<LoginGuard::Refusal> start_attempt(const LoginTask& task) {
    const std::lock_guard lock(guard_mutex_);
    return guard_.start(task.attempt, clock_.now());
  }

  void refuse(Task task, LoginGuard::Refusal refusal) {
    auto answer = [task, refusal] {
      task->done(too_many("login: too many failed attempts", refusal.retry_after));
    };
    // The first of a wait goes to the audit log, which is not this thread's work.
    const auto note = [this, task, answer] {
      desk_.note_locked(task->checked.login);
      answer();
    };
    refusal.first ? enqueue(storing_, task->attempt.address, note, answer) : answer();
  }

  void take_back(const LoginTask& task) {
    const std::lock_guard lock(guard_mutex_);
    guard_.take_back(task.attempt);
  }

  void look_up(const Task& task) {
    if (!task->possible) return finish(task);
    auto user = desk_.find_user(task->checked.login.name);
    if (!user) return fail(task, user.error());
    task->checked.user = std::move(*user);
    enqueue(
        hashing_, task->attempt.address, [this, task] { check(task); }, [this, task] { fail(task, busy()); });
  }

  void check(const Task& task) {
    auto& [login, user, right, new_record, with_session] = task->checked;
    const auto result = passwords_.check(login.password, user ? user->password : "");
    if (!result) return storing_.push([this, task, reason = result.error()] { fail(task, reason); });
    right = result->right;
    if (right && result->outdated) {
      // Without it the old record stays good.
      if (auto record = passwords_.make_record(login.password)) new_record = std::move(*record);
    }
    storing_.push(in_time([this, task] { finish(task); }, [this, task] { fail(task, busy()); }));
  }

  void finish(const Task& task) {
    auto session = desk_.finish_login(task->checked);
    if (!session && session.error().code != Errc::denied) return fail(task, session.error());
    if (session) {
      const std::lock_guard lock(guard_mutex_);
      guard_.succeeded(task->attempt);
    }
    task->done(note_proof(std::move(session), task->attempt.address));
  }

  void fail(const Task& task, const Error& reason) {
    take_back(*task);
    task->done(reason);
  }

  const Clock& clock_;
  SecureRandom salt_random_;
  Passwords passwords_;  ///< the hashing thread's
  SecureRandom token_random_;
  SessionDesk desk_;        ///< the storing thread's
  std::mutex guard_mutex_;  ///< for the next two, which callers and our threads use
  LoginGuard guard_;
  KnownSources known_{kKnownSources};
  std::atomic<TimePoint> asked_ = kNever;     ///< when the desk was asked what it has not answered yet
  std::atomic<TimePoint> answered_ = kNever;  ///< when it did the last time
  JobQueue hashing_;
  JobQueue storing_;
};

Result<std::unique_ptr<SessionService>> SessionService::open(SessionSettings settings, const Clock& clock,
                                                             AuditLog* audit) {
  auto database = open_session_database(settings.database);
  if (!database) return database.error();
  auto impl = std::make_unique<Impl>(std::move(settings), std::move(*database), clock, audit);
  return std::unique_ptr<SessionService>(new SessionService(std::move(impl)));
}

SessionService::SessionService(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

SessionService::~SessionService() = default;

void SessionService::log_in(Login login, Done done) {
  impl_->log_in(std::move(login), true, std::move(done));
}

void SessionService::check_password(Login login, Done done) {
  impl_->log_in(std::move(login), false, std::move(done));
}

void SessionService::begin(SessionSubject subject, std::string address, Done done) {
  impl_->begin(std::move(subject), std::move(address), std::move(done));
}

void SessionService::renew(std::string refresh_token, std::string address, Done done, Admit admit) {
  impl_->renew(std::move(refresh_token), std::move(address), std::move(done), std::move(admit));
}

void SessionService::revoke(std::string refresh_token, std::string address, DoneVoid done) {
  impl_->revoke(std::move(refresh_token), std::move(address), std::move(done));
}

bool SessionService::healthy() const { return impl_->healthy(); }

}  // namespace parley::token_server
