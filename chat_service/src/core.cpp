#include "chat_service/core.hpp"

#include <vector>

#include "chat_service/src/connections/admission.hpp"
#include "chat_service/src/connections/cost.hpp"
#include "chat_service/src/connections/hub.hpp"
#include "chat_service/src/connections/presence.hpp"
#include "chat_service/src/domain/access.hpp"
#include "chat_service/src/domain/users.hpp"
#include "chat_service/src/erasure.hpp"
#include "chat_service/src/errors.hpp"
#include "chat_service/src/group_commit.hpp"
#include "chat_service/src/retention_clock.hpp"
#include "chat_service/src/routes/router.hpp"
#include "chat_service/src/routes/routes.hpp"
#include "chat_service/src/scope.hpp"
#include "chat_service/src/tenants.hpp"
#include "chat_service/src/upkeep.hpp"
#include "common/base/earliest.hpp"
#include "common/base/random.hpp"

namespace parley::chat_service {
namespace {

Error no_such_service() {
  return {.code = Errc::not_found, .message = "Service not found", .http_status = 404, .server_code = 20404};
}

Error too_many_requests(Duration wait) {
  return {.code = Errc::denied,
          .message = "Too many requests",
          .http_status = 429,
          .server_code = 20429,
          .retry_after = std::chrono::ceil<std::chrono::milliseconds>(wait)};
}

constexpr ConnectionId kNoConnection = 0;

/// When to look whether commits work again, if nobody asks for anything meanwhile.
constexpr auto kTryAgain = std::chrono::seconds(1);

const twilsock::Status kComeAgain{308, "OFFLOAD", 51231, "The connection has to begin anew"};
const twilsock::Status kTooManyPackets{429, "TOO_MANY_REQUESTS", 51202, "Too many packets"};

FreeSpace floor_of(const CoreOptions& options) {
  const std::uint64_t floor = options.messages.min_free_bytes;
  return {floor, floor == 0 ? FreeSpace::Look() : options.free_bytes};
}

Router make_router() {
  Router router;
  for (const auto table : routes::all()) router.add(table);
  return router;
}

}  // namespace

class Core::Impl {
 public:
  Impl(CoreOptions options, std::unique_ptr<Store> store, Random& random)
      : options_(with_secret(std::move(options), *store)),
        store_(std::move(store)),
        random_(random),
        tenants_(options_.tenants, options_.public_url),
        router_(make_router()),
        hub_(options_.twilsock, tenants_, random, options_.connection_limits),
        upkeep_(options_, tenants_),
        erasure_(options_.erase_rows),
        group_(store_->database(), hub_, options_.on_answer),
        admission_(options_.throttle),
        space_(floor_of(options_)) {
    restore_clock();
  }

  static CoreOptions with_secret(CoreOptions options, const Store& store) {
    options.twilsock.continuation_secret = store.secret();
    return options;
  }

  Scope scope(const Tenants::Room& room, WallTime wall_now) {
    const Millis now = to_millis(wall_now);
    return {store_->tables(),        options_, room.tenant, room.links, random_, space_, sessions_, now,
            retention_clock_.at(now)};
  }

  /// Handles what the connections did since the last call.
  void work(TimePoint now, WallTime wall_now) {
    while (auto occurrence = hub_.next_occurrence()) {
      const auto& who = *occurrence;
      if (auto* asked = std::get_if<Hub::Asked>(&occurrence->what))
        admit(who, *asked, now, wall_now);
      else if (const auto* chatted = std::get_if<Hub::Chatted>(&who.what))
        admit_packet(who.connection, cost_of_packet(chatted->packet_bytes), now);
      else if (std::holds_alternative<Hub::Demoted>(who.what))
        demote(who, now, wall_now);
      else if (std::holds_alternative<Hub::Arrived>(who.what))
        arrive(who.caller, wall_now);
      else
        leave(who.caller, now);
    }
  }

  /// What is too much is refused before anything is looked up.
  void admit(const Hub::Occurrence& who, Hub::Asked& asked, TimePoint now, WallTime wall_now) {
    const auto cost = cost_of_packet(asked.packet_bytes);
    const auto wait = admission_.admit(user_of(who.caller), who.connection, cost, now);
    if (!wait) return answer(who, asked, now, wall_now);
    if (!admission_.admit_after_refusal(who.connection, cost, now))
      return hub_.close(who.connection, kTooManyPackets);
    hub_.respond(who.connection, asked.request_id, errors::to_response(too_many_requests(*wait)));
  }

  void admit_packet(ConnectionId connection, std::size_t cost, TimePoint now) {
    if (!admission_.admit_packet(connection, cost, now)) hub_.close(connection, kTooManyPackets);
  }

  /// What the connection may not open any more it does not watch any more, whatever is held for it.
  void demote(const Hub::Occurrence& who, TimePoint now, WallTime wall_now) {
    flush(now);
    demoted_.push_back(who.connection);
    do_aside(*tenants_.find(who.caller.service_sid), wall_now, who.connection, [&](Scope& scope) {
      scope.caller = users::ensure(scope, who.caller.identity);
      for (const std::string& object_sid : hub_.watched_by(who.connection))
        if (!sessions_.contains(object_sid) && !access::may_watch(scope, object_sid))
          scope.effects.push_back(Unwatched{object_sid});
    });
  }

  void arrive(const Caller& who, WallTime wall_now) {
    presence_.is_back(user_of(who));
    show(user_of(who), wall_now);
  }

  void leave(const Caller& who, TimePoint now) {
    const UserKey key = user_of(who);
    if (!hub_.is_here(key)) presence_.await(key, now + options_.reachability_grace);
  }

  /// Writes whether this user is here.
  void show(const UserKey& user, WallTime wall_now) {
    presence_.writing(user);
    const auto [service_sid, identity] = split_user_key(user);
    do_aside(*tenants_.find(service_sid), wall_now, kNoConnection,
             [&, who = std::string(identity)](Scope& scope) {
               users::set_online(scope, who, hub_.is_here(user));
             });
  }

  void on_time(TimePoint now, WallTime wall_now) {
    hub_.on_time(now);
    work(now, wall_now);
    for (const UserKey& key : presence_.gone(now))
      if (!hub_.is_here(key)) show(key, wall_now);
    if (try_again_ && *try_again_ <= now) {
      try_again_.reset();
      open_unit(wall_now);
    }
    erase(now, wall_now);
    maintain(now, wall_now);
  }

  void flush(TimePoint now) {
    if (!group_.is_open()) return;
    const auto failures = group_.unit().failures();
    counters_.failed_requests += failures.count;
    if (failures.count > 0) counters_.last_failure = failures.last;
    const Result<void> committed = group_.commit();
    if (!committed) counters_.last_failure = committed.error().message;
    note(committed.has_value(), now);
    group_.release(committed);
    if (auto gone = sessions_.end_unit(committed.has_value()); !gone.empty())
      hub_.carry_out({}, Forgotten{std::move(gone)});
    // Whoever may still be watching too much is looked at anew when it comes back.
    for (const ConnectionId connection : std::exchange(demoted_, {}))
      if (!committed) hub_.close(connection, kComeAgain);
  }

  void note(bool committed, TimePoint now) {
    started_ = started_ || committed;
    presence_.ended(committed);
    counters_.last_commit_failed = !committed;
    if (!committed) ++counters_.failed_commits;
    if (!committed) erasure_.wake(now + kTryAgain);
    try_again_ = committed ? std::nullopt : std::optional(now + kTryAgain);
  }

  void answer(const Hub::Occurrence& who, Hub::Asked& asked, TimePoint now, WallTime wall_now) {
    open_unit(wall_now);
    Scope request_scope = scope(*tenants_.find(who.caller.service_sid), wall_now);
    request_scope.is_admin = who.caller.is_admin;
    request_scope.origins = hub_.origins(who.connection);
    if (!request_scope.origins) return;
    http::Response response = group_.unit().run(request_scope, who.caller.identity, asked.request, router_);
    if (request_scope.over_quota) ++counters_.over_quota;
    response.headers.emplace_back("twilio-request-id", request_id(asked.request));
    if (request_scope.erases) erasure_.wake(now);
    consume(who.caller, who.connection, caused_by(response, request_scope), now);
    group_.hold({.origin = {who.connection, who.caller.service_sid},
                 .request_id = std::move(asked.request_id),
                 .response = std::move(response),
                 .effects = std::move(request_scope.effects),
                 .route = request_scope.route});
  }

  /// What a request has made the service do, and will when its effects are carried out.
  Caused caused_by(const http::Response& response, const Scope& scope) const {
    const auto [deliveries, event_bytes] = hub_.reach(scope.effects);
    Caused caused{.answer_bytes = response.body.size(),
                  .lookups = scope.lookups,
                  .rows = scope.rows,
                  .steps = scope.steps,
                  .deliveries = deliveries,
                  .event_bytes = event_bytes};
    for (const Effect& effect : scope.effects)
      if (const auto* told = std::get_if<Told>(&effect)) caused.answer_bytes += told->payload.size();
    return caused;
  }

  void consume(const Caller& caller, ConnectionId connection, const Caused& caused, TimePoint now) {
    const std::size_t cost = cost_of(caused);
    if (cost > 0) admission_.consume(user_of(caller), connection, cost, now);
  }

  void perform(const Caller& caller, const Work& work, std::function<void(http::Response)> reply,
               TimePoint now, WallTime wall_now) {
    open_unit(wall_now);
    retention_clock_.look(to_millis(wall_now), now);
    const Tenants::Room* room =
        caller.service_sid.empty() ? &tenants_.first() : tenants_.find(caller.service_sid);
    if (!room) {
      Held refusal;
      refusal.reply = std::move(reply);
      refusal.response = errors::to_response(no_such_service());
      return group_.hold(std::move(refusal));
    }
    Scope request_scope = scope(*room, wall_now);
    request_scope.is_admin = caller.is_admin;
    http::Response response = group_.unit().run(request_scope, caller.identity, work);
    if (request_scope.erases) erasure_.wake(now);
    if (!caller.identity.empty()) consume(caller, kNoConnection, caused_by(response, request_scope), now);
    group_.hold({.origin = {kNoConnection, room->tenant.service_sid},
                 .reply = std::move(reply),
                 .response = std::move(response),
                 .effects = std::move(request_scope.effects)});
  }

  std::string request_id(const http::Request& request) {
    if (const auto given = http::find_header(request.headers, "twilio-request-id"))
      return std::string(*given);
    return "RQ" + random_hex(random_, 16);
  }

  /// Work that no request asked for; its effects may concern a connection. False: it failed and is undone.
  template <class F>
  bool do_aside(const Tenants::Room& room, WallTime wall_now, ConnectionId connection, F work) {
    open_unit(wall_now);
    Scope own_scope = scope(room, wall_now);
    const bool kept = group_.unit().run_aside(own_scope, [&] { work(own_scope); });
    if (!own_scope.effects.empty())
      group_.hold({.origin = {connection, own_scope.service_sid()}, .effects = std::move(own_scope.effects)});
    return kept;
  }

  void open_unit(WallTime wall_now) {
    if (!group_.open()) return;
    if (!started_)
      for (const auto& [sid, room] : tenants_.all())
        do_aside(room, wall_now, kNoConnection, [](Scope& scope) { users::everybody_is_offline(scope); });
    for (const UserKey& user : presence_.take_lost()) show(user, wall_now);
  }

  void erase(TimePoint now, WallTime wall_now) {
    if (!erasure_.next() || now < *erasure_.next()) return;
    // Within a part of the unit, as all that reads the database: a page that cannot be read fails nothing
    // else.
    decltype(store_->tables().erasures.next()) entry;
    const bool found = do_aside(tenants_.first(), wall_now, kNoConnection,
                                [&](Scope& scope) { entry = scope.tables.erasures.next(); });
    // Of a tenant that is not served any more nobody is here to be told.
    const auto* room = entry ? tenants_.find(entry->service_sid) : nullptr;
    const bool kept = found && do_aside(room ? *room : tenants_.first(), wall_now, kNoConnection,
                                        [&](Scope& scope) { erasure_.step(scope); });
    erasure_.finish_step(kept, now);
  }

  /// An operator may have accepted the clock since.
  void restore_clock() {
    kept_time_ = store_->tables().meta.latest_time();
    if (kept_time_) retention_clock_.restore(*kept_time_);
  }

  void keep_clock(MetaTable& meta) {
    if (const auto latest = retention_clock_.latest(); latest != kept_time_) meta.set_latest_time(*latest);
  }

  void maintain(TimePoint now, WallTime wall_now) {
    if (now < upkeep_.next()) return;
    do_aside(tenants_.first(), wall_now, kNoConnection, [&](Scope&) { restore_clock(); });
    retention_clock_.look(to_millis(wall_now), now);
    do_aside(upkeep_.room(), wall_now, kNoConnection, [&](Scope& scope) {
      keep_clock(scope.tables.meta);
      upkeep_.step(scope);
    });
    if (upkeep_.finish_step(now) && options_.on_tidy) options_.on_tidy();
  }

  CoreOptions options_;
  std::unique_ptr<Store> store_;
  Random& random_;
  Tenants tenants_;
  Router router_;
  Hub hub_;
  Presence presence_;
  Upkeep upkeep_;
  Erasure erasure_;
  RetentionClock retention_clock_;
  std::optional<Millis> kept_time_;  ///< in the database
  CoreCounters counters_;            ///< what nobody else counts
  GroupCommit group_;
  Admission admission_;
  FreeSpace space_;
  SessionLists sessions_;
  std::vector<ConnectionId> demoted_;     ///< in the transaction that is open
  std::optional<TimePoint> try_again_{};  ///< after a failed commit
  bool started_ = false;                  ///< something was committed: what the last run left is put right
};

Core::Core(CoreOptions options, std::unique_ptr<Store> store, Random& random)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(store), random)) {}

Core::~Core() = default;

ConnectionId Core::open(TimePoint now, Peer peer) { return impl_->hub_.open(now, std::move(peer)); }

void Core::on_message(ConnectionId connection, std::string_view bytes, TimePoint now, WallTime wall_now) {
  impl_->hub_.on_message(connection, bytes, now, wall_now);
  impl_->work(now, wall_now);
  if (impl_->group_.is_full()) flush(now, wall_now);
}

void Core::on_refused(ConnectionId connection, const Error& problem, TimePoint now, WallTime wall_now) {
  impl_->hub_.on_refused(connection, problem);
  impl_->work(now, wall_now);
}

void Core::on_closed(ConnectionId connection, TimePoint now, WallTime wall_now) {
  impl_->hub_.on_closed(connection);
  impl_->admission_.forget(connection);
  impl_->work(now, wall_now);
}

void Core::on_time(TimePoint now, WallTime wall_now) { impl_->on_time(now, wall_now); }

void Core::offload(const twilsock::BackoffPolicy& backoff, TimePoint now, WallTime wall_now) {
  impl_->hub_.close_all({308, "OFFLOAD", 51231, "The service is going down"}, backoff);
  impl_->work(now, wall_now);
}

Result<Caller> Core::authenticate(std::string_view token, TimePoint now, WallTime wall_now) {
  const auto principal = impl_->hub_.authenticate(token, now, wall_now);
  if (!principal) return principal.error();
  return impl_->tenants_.caller(*principal);
}

bool Core::admit(const Caller& caller, TimePoint now) {
  return !impl_->admission_.admit(user_of(caller), kNoConnection, 1, now);
}

void Core::perform(const Caller& caller, const Work& work, std::function<void(http::Response)> reply,
                   TimePoint now, WallTime wall_now) {
  impl_->perform(caller, work, std::move(reply), now, wall_now);
  impl_->work(now, wall_now);
}

bool Core::needs_flush() const { return impl_->group_.is_open(); }

void Core::flush(TimePoint now, WallTime wall_now) {
  impl_->flush(now);
  impl_->work(now, wall_now);
}

std::optional<CoreAction> Core::next() { return impl_->hub_.next_action(); }

std::optional<TimePoint> Core::next_deadline() const {
  std::optional<TimePoint> first = impl_->upkeep_.next();
  keep_earliest(first, impl_->erasure_.next());
  keep_earliest(first, impl_->hub_.next_deadline());
  keep_earliest(first, impl_->presence_.first());
  keep_earliest(first, impl_->try_again_);
  return first;
}

CoreCounters Core::counters() const {
  CoreCounters counters = impl_->counters_;
  counters.deliveries = impl_->hub_.deliveries();
  counters.without_room = impl_->space_.refused();
  counters.throttled = impl_->admission_.refused();
  const auto& database = impl_->store_->database();
  counters.database_damaged = database.is_damaged();
  counters.database_log_held = database.is_log_held();
  if (counters.database_log_held) counters.database_log_bytes = database.log_bytes();
  counters.clock_ahead_seconds = static_cast<std::uint64_t>(impl_->retention_clock_.ahead() / 1000);
  return counters;
}

std::uint64_t Core::database_log_bytes() const { return impl_->store_->database().log_bytes(); }

std::size_t Core::connections() const { return impl_->hub_.size(); }

bool Core::is_erasing() const { return impl_->erasure_.next().has_value(); }

}  // namespace parley::chat_service
