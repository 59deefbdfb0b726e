#include "chat_service/core.hpp"

#include <vector>

#include "chat_service/src/authenticate.hpp"
#include "chat_service/src/domain/users.hpp"
#include "chat_service/src/errors.hpp"
#include "chat_service/src/hub.hpp"
#include "chat_service/src/router.hpp"
#include "chat_service/src/routes/routes.hpp"
#include "chat_service/src/scope.hpp"
#include "chat_service/src/unit_of_work.hpp"
#include "common/base/random.hpp"

namespace parley::chat_service {
namespace {

/// An answer and its consequences, waiting for the commit.
struct Held {
  ConnectionId connection = 0;
  std::string request_id;  ///< "" : nobody waits for an answer
  http::Response response;
  Effects effects;
};

constexpr auto kTidyInterval = std::chrono::hours(1);

Router make_router() {
  Router router;
  for (const auto table :
       {routes::messages(), routes::sync_objects(), routes::subscriptions(), routes::my_conversations(),
        routes::conversations(), routes::participants(), routes::users(), routes::typing(),
        routes::configuration(), routes::registrations()})
    router.add(table);
  return router;
}

}  // namespace

class Core::Impl {
 public:
  Impl(CoreOptions options, std::unique_ptr<Store> store, Random& random)
      : options_(with_secret(std::move(options), *store)),
        store_(std::move(store)),
        random_(random),
        links_(options_.public_url, options_.service_sid),
        router_(make_router()),
        hub_(options_.twilsock, make_authenticate(options_), random) {}

  static CoreOptions with_secret(CoreOptions options, const Store& store) {
    options.twilsock.continuation_secret = store.secret();
    return options;
  }

  Scope scope(WallTime wall_now) {
    return {store_->tables(), options_, links_, random_, to_millis(wall_now)};
  }

  /// Handles what the connections did since the last call.
  void work(TimePoint now, WallTime wall_now) {
    while (auto occurrence = hub_.next_occurrence()) {
      if (auto* asked = std::get_if<Hub::Asked>(&occurrence->what))
        answer(*occurrence, *asked, wall_now);
      else if (std::holds_alternative<Hub::Arrived>(occurrence->what))
        arrive(occurrence->identity, wall_now);
      else if (!hub_.is_here(occurrence->identity))
        absent_.set(occurrence->identity, now + options_.reachability_grace);
    }
  }

  void on_time(TimePoint now, WallTime wall_now) {
    hub_.on_time(now);
    work(now, wall_now);
    for (const std::string& identity : absent_.due(now))
      if (!hub_.is_here(identity))
        do_aside(wall_now, [&](Scope& scope) { users::set_online(scope, identity, false); });
  }

  void flush() {
    if (!unit_) return;
    const bool committed = unit_->commit().has_value();
    unit_.reset();
    for (Held& held : std::exchange(held_, {})) release(held, committed);
  }

  void release(Held& held, bool committed) {
    if (!held.request_id.empty()) {
      auto response = committed ? std::move(held.response) : with_request_id(held.response);
      hub_.respond(held.connection, held.request_id, std::move(response));
    }
    if (!committed) return;
    for (const Effect& effect : held.effects) hub_.carry_out(held.connection, effect);
  }

  /// The error that takes the place of an answer whose commit failed.
  static http::Response with_request_id(const http::Response& lost) {
    auto response = errors::to_response(errors::internal());
    response.headers = lost.headers;
    return response;
  }

  void answer(const Hub::Occurrence& who, Hub::Asked& asked, WallTime wall_now) {
    open_unit(wall_now);
    Scope request_scope = scope(wall_now);
    request_scope.origins = hub_.origins(who.connection);
    if (!request_scope.origins) return;
    http::Response response = unit_->run(request_scope, who.identity, asked.request, router_);
    response.headers.emplace_back("twilio-request-id", request_id(asked.request));
    held_.push_back(
        {who.connection, std::move(asked.request_id), std::move(response), std::move(request_scope.effects)});
  }

  std::string request_id(const http::Request& request) {
    if (const auto given = http::find_header(request.headers, "twilio-request-id"))
      return std::string(*given);
    return "RQ" + random_hex(random_, 16);
  }

  void arrive(const std::string& identity, WallTime wall_now) {
    absent_.set(identity, std::nullopt);
    do_aside(wall_now, [&](Scope& scope) { users::set_online(scope, identity, true); });
  }

  /// Work that no request asked for.
  template <class Work>
  void do_aside(WallTime wall_now, Work work) {
    open_unit(wall_now);
    Scope own_scope = scope(wall_now);
    unit_->run_aside(own_scope, [&] { work(own_scope); });
    if (!own_scope.effects.empty()) held_.push_back({0, "", {}, std::move(own_scope.effects)});
  }

  void open_unit(WallTime wall_now) {
    if (unit_) return;
    unit_.emplace(store_->database());
    if (!std::exchange(started_, true))
      do_aside(wall_now, [](Scope& scope) { users::everybody_is_offline(scope); });
    if (wall_now - tidied_ >= kTidyInterval) {
      tidied_ = wall_now;
      const Millis oldest = to_millis(wall_now - options_.mutation_memory);
      do_aside(wall_now, [&](Scope& scope) { scope.tables.mutations.forget_before(oldest); });
    }
  }

  CoreOptions options_;
  std::unique_ptr<Store> store_;
  Random& random_;
  Links links_;
  Router router_;
  Hub hub_;
  Deadlines<std::string> absent_;  ///< identities whose last connection ended, until that is told
  std::optional<UnitOfWork> unit_;
  std::vector<Held> held_;
  bool started_ = false;
  WallTime tidied_{};
};

Core::Core(CoreOptions options, std::unique_ptr<Store> store, Random& random)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(store), random)) {}

Core::~Core() = default;

ConnectionId Core::open(TimePoint now) { return impl_->hub_.open(now); }

void Core::on_message(ConnectionId connection, std::string_view bytes, TimePoint now, WallTime wall_now) {
  impl_->hub_.on_message(connection, bytes, now, wall_now);
  impl_->work(now, wall_now);
}

void Core::on_closed(ConnectionId connection, TimePoint now, WallTime wall_now) {
  impl_->hub_.on_closed(connection);
  impl_->work(now, wall_now);
}

void Core::on_time(TimePoint now, WallTime wall_now) { impl_->on_time(now, wall_now); }

void Core::offload(const twilsock::BackoffPolicy& backoff, TimePoint now, WallTime wall_now) {
  impl_->hub_.close_all({308, "OFFLOAD", 0, "The service is going down"}, backoff);
  impl_->work(now, wall_now);
}

bool Core::needs_flush() const { return impl_->unit_.has_value(); }

void Core::flush(TimePoint now, WallTime wall_now) {
  impl_->flush();
  impl_->work(now, wall_now);
}

std::optional<CoreAction> Core::next() { return impl_->hub_.next_action(); }

std::optional<TimePoint> Core::next_deadline() const {
  const auto connections = impl_->hub_.next_deadline();
  const auto absences = impl_->absent_.first();
  if (!connections || !absences) return connections ? connections : absences;
  return std::min(*connections, *absences);
}

std::size_t Core::connections() const { return impl_->hub_.size(); }

}  // namespace parley::chat_service
