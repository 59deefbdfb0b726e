#include "chat_sdk/src/connection/connection.hpp"

#include <parley/version.hpp>

#include "common/base/earliest.hpp"

namespace parley::detail {
namespace {

twilsock::ClientSettings machine_settings(const ConnectionSettings& settings) {
  twilsock::ClientSettings machine;
  machine.backoff_min = settings.retry.min;
  machine.backoff_max = settings.retry.max;
  machine.liveness = {settings.timeouts.probe, settings.timeouts.silence};
  machine.metadata = {{"type", "parley"}, {"sdk", "cpp"}, {"sdkv", std::string(kVersion)}};
  twilsock::Registration registration{"ip_messaging", "ers", 4, {}, ""};
  registration.message_types = twilsock::MessageTypes::all();
  machine.registrations.push_back(std::move(registration));
  return machine;
}

Error never_connected() { return {.code = Errc::connection_lost, .message = "not connected; connect first"}; }

bool is_final(const Error& error) {
  return error.code == Errc::denied || error.code == Errc::invalid_token || error.code == Errc::forbidden;
}

// An option of this program is wrong: nobody refused it.
bool is_misuse(const Error& error) {
  return error.code == Errc::invalid_argument || error.code == Errc::invalid_config;
}

// What a new connection does not heal: nothing is gained by trying again.
bool is_own_fault(const Error& error) { return is_misuse(error) || error.code == Errc::storage_error; }

std::chrono::milliseconds in_milliseconds(Duration time) {
  return std::chrono::ceil<std::chrono::milliseconds>(time);
}

std::optional<TimePoint> earliest(std::initializer_list<std::optional<TimePoint>> deadlines) {
  std::optional<TimePoint> first;
  for (const auto& deadline : deadlines) keep_earliest(first, deadline);
  return first;
}

}  // namespace

Connection::Connection(ConnectionSettings settings, Context& context)
    : settings_(std::move(settings)),
      context_(context),
      timers_(context_),
      keeper_({.first_retry = settings_.retry.min, .max_retry = settings_.retry.max}, context_.random),
      machine_(machine_settings(settings_), context_.random),
      urls_(settings_.region),
      rest_(context_, timers_, machine_, settings_.timeouts.request) {}

void Connection::connect(Done<void> done) {
  if (closed_) return done(client_closed());
  if (is_ready()) {
    if (token_refused_) refresh_token();
    return done({});
  }
  wait_until_ready(std::move(done));
  if (status_.state == ConnectionState::waiting) machine_.reconnect_now(context_.now);
  keeper_.hurry(context_.now);
  if (!status_.terminal) return;
  token_refused_.reset();
  attempts_ = 0;
  set_status(ConnectionState::connecting);
  keeper_.start(context_.now);
}

void Connection::refuse(Error reason) {
  if (!closed_ && status_.terminal) set_status(ConnectionState::denied, std::move(reason));
}

void Connection::reconnect_now() {
  machine_.reconnect_now(context_.now);
  keeper_.hurry(context_.now);
}

void Connection::network_changed() {
  machine_.doubt(context_.now);
  keeper_.hurry(context_.now);
}

void Connection::refresh_token() {
  if (status_.terminal) return;
  token_refused_.reset();
  keeper_.refresh(context_.now);
}

// A token that is over by now would only be refused: a new one is fetched while the connection is probed.
void Connection::on_woken(Duration slept) {
  keeper_.on_slept(slept, context_.now);
  keeper_.hurry(context_.now);
  machine_.on_woken(context_.now);
}

void Connection::wait_until_ready(Done<void> done) {
  connecting_.push_back({std::move(done), context_.now + settings_.timeouts.connect});
}

void Connection::when_usable(Done<void> done) {
  if (closed_) return done(client_closed());
  if (status_.state == ConnectionState::denied) return done(*status_.reason);
  if (status_.state == ConnectionState::offline) return done(never_connected());
  if (loaded_) return done({});
  wait_until_ready(std::move(done));
}

void Connection::close() {
  if (closed_) return;
  closed_ = true;
  give_up(client_closed(), ConnectionState::offline);
}

void Connection::give_up(Error reason, ConnectionState state) {
  loading_ = false;
  keeper_.stop();
  machine_.disconnect(context_.now);
  subscriber_.on_disconnected();
  // First: what fails below must not be tried again.
  observer_->on_given_up(reason, closed_ || (state == ConnectionState::denied && !is_misuse(reason)));
  timers_.fail_all(reason);
  rest_.fail_queued(reason);
  finish_connect(reason);
  set_status(state, std::move(reason));
}

void Connection::finish_connect(Result<void> outcome) {
  const auto waiting = std::exchange(connecting_, {});
  for (const auto& waiter : waiting) waiter.done(outcome);
}

void Connection::set_status(ConnectionState state, std::optional<Error> reason,
                            std::optional<std::chrono::milliseconds> retry_in) {
  const bool terminal = state == ConnectionState::offline || state == ConnectionState::denied;
  status_ = {state, std::move(reason), retry_in, number_, attempts_, terminal};
  context_.emit(ConnectionChanged{status_});
}

void Connection::on_open() { machine_.on_open(context_.now); }
void Connection::on_input() { machine_.on_input(context_.now); }
void Connection::on_message(std::string_view bytes) { machine_.on_message(bytes, context_.now); }
void Connection::on_closed(Error reason) { machine_.on_closed(std::move(reason), context_.now); }

void Connection::on_token(std::uint64_t fetch_id, Result<std::string> token) {
  if (closed_) return;
  log_fetched(token);
  keeper_.on_fetched(fetch_id, std::move(token), context_.now, context_.wall_now);
}

void Connection::on_time() {
  keeper_.on_time(context_.now);
  machine_.on_time(context_.now);
  subscriber_.on_time(context_.now);
  timers_.on_time();
  rest_.on_time();
  drain();  // what has just happened may have met the deadline, or changed the reason
  expire_waiters();
}

void Connection::expire_waiters() {
  if (connecting_.empty() || connecting_.front().deadline > context_.now) return;
  const Error reason = why_not_ready();
  if (!loaded_ && !settings_.retry.keep_trying) return give_up(reason, ConnectionState::offline);
  while (!connecting_.empty() && connecting_.front().deadline <= context_.now) {
    const auto done = std::move(connecting_.front().done);
    connecting_.pop_front();
    done(reason);
  }
}

Error Connection::why_not_ready() const {
  using twilsock::ClientState;
  Error reason{.code = Errc::timed_out, .message = "the service did not answer the first requests"};
  if (machine_.state() == ClientState::initializing)
    reason.message = "the service did not answer the log-in";
  else if (machine_.state() == ClientState::opening)
    reason.message = "the service could not be reached";
  else if (keeper_.state() == token::KeeperState::fetching)
    reason.message = "the token source did not answer";
  if (status_.reason) reason = *status_.reason;
  reason.message = "not connected within the time allowed; last: " + reason.message;
  return reason;
}

std::optional<TimePoint> Connection::next_deadline() const {
  return earliest({keeper_.next_deadline(), machine_.next_deadline(), subscriber_.next_deadline(),
                   timers_.next_deadline(), rest_.next_deadline(),
                   connecting_.empty() ? std::nullopt : std::optional(connecting_.front().deadline)});
}

std::optional<ConnectionAction> Connection::next() {
  drain();
  if (actions_.empty()) return std::nullopt;
  auto action = std::move(actions_.front());
  actions_.pop_front();
  return action;
}

// The parts feed each other: a delivered token connects the machine, a reply applies to the subscriber,
// an applied change may ask something new. Goes round until all are quiet.
void Connection::drain() {
  for (bool progress = true; progress;) {
    progress = rest_.hand_over();
    while (auto action = keeper_.next()) progress = true, on_keeper_action(std::move(*action));
    while (auto action = machine_.next()) progress = true, on_machine_action(std::move(*action));
    while (auto action = subscriber_.next(context_.now))
      progress = true, on_subscriber_action(std::move(*action));
  }
}

void Connection::on_keeper_action(token::KeeperAction action) {
  if (const auto* fetch = std::get_if<token::Fetch>(&action)) {
    token_asked_ = context_.now;
    context_.tell(LogLevel::debug, "token_fetch", [](LogLine& line) { line.add("state", "started"); });
    actions_.push_back(FetchToken{fetch->fetch_id});
  } else if (auto* deliver = std::get_if<token::Deliver>(&action)) {
    token_refused_.reset();
    machine_.set_token(std::move(deliver->token), context_.now);
    if (machine_.state() == twilsock::ClientState::idle) machine_.connect(context_.now);
  } else if (const auto* failed = std::get_if<token::SourceFailed>(&action)) {
    on_no_token(failed->error, failed->retry_in);
  } else if (const auto* refused = std::get_if<token::Refused>(&action)) {
    token_refused_ = refused->error;
    on_no_token(refused->error, std::nullopt);
  }
}

void Connection::log_fetched(const Result<std::string>& token) const {
  context_.tell(LogLevel::debug, "token_fetch", [&](LogLine& line) {
    line.add("state", token ? "ended" : "failed").add("ms", context_.now - token_asked_);
    if (!token) line.add_code(token.error());
  });
}

// A live connection goes on with the old token until that one ends. Without one, a source that is only
// unreachable is asked again; but one that has nothing newer than an expired token ends the first connect:
// waiting would hide the reason.
void Connection::on_no_token(const Error& error, std::optional<Duration> retry_in) {
  using twilsock::ClientState;
  context_.emit(TokenRefreshFailed{error});
  if (machine_.state() == ClientState::connected) return;
  if (token_refused_) return give_up(error, ConnectionState::denied);
  const bool refused_as_expired = machine_.state() == ClientState::needs_token;
  const bool ends_at_failures = !loaded_ && !settings_.retry.keep_trying && !connecting_.empty();
  if (ends_at_failures && (refused_as_expired || error.code == Errc::token_expired))
    return give_up(refused_as_expired ? *status_.reason : error, ConnectionState::offline);
  const bool waits_for_token = refused_as_expired || machine_.state() == ClientState::idle;
  if (!waits_for_token) return;  // that is not why there is no connection
  ++attempts_;
  set_status(status_.state, error, retry_in ? std::optional(in_milliseconds(*retry_in)) : std::nullopt);
}

void Connection::on_machine_action(twilsock::ClientAction action) {
  if (auto* done = std::get_if<twilsock::RequestDone>(&action)) {
    if (closed_ && !done->outcome) done->outcome = client_closed();
    rest_.on_done(done->id, std::move(done->outcome));
  } else if (auto* notification = std::get_if<twilsock::NotificationReceived>(&action)) {
    on_notification(*notification);
  } else if (auto* change = std::get_if<twilsock::StateChanged>(&action)) {
    on_state(*change);
  } else if (const auto* wanted = std::get_if<twilsock::TokenWanted>(&action)) {
    keeper_.want(wanted->expired ? token::Wanted::expired : token::Wanted::about_to_expire, context_.now);
  } else if (std::holds_alternative<twilsock::TokenAccepted>(action)) {
    context_.emit(TokenRefreshed{});
  } else if (std::holds_alternative<twilsock::Open>(action)) {
    actions_.push_back(twilsock::Open{});
  } else if (auto* bytes = std::get_if<twilsock::SendBytes>(&action)) {
    actions_.push_back(std::move(*bytes));
  } else if (std::holds_alternative<twilsock::DropStream>(action)) {
    actions_.push_back(twilsock::DropStream{});
  } else if (std::holds_alternative<twilsock::SendPing>(action)) {
    actions_.push_back(twilsock::SendPing{});
  }
}

void Connection::on_state(const twilsock::StateChanged& change) {
  using twilsock::ClientState;
  if (machine_.state() != change.state) return;  // overtaken: given up or gone on meanwhile
  if (change.state != ClientState::connected) {
    subscriber_.on_disconnected();
    rest_.on_disconnected();
    observer_->on_disconnected();
  }
  switch (change.state) {
    case ClientState::connected:
      subscriber_.on_connected(context_.now);
      ++number_;
      attempts_ = 0;
      set_status(ConnectionState::connected);
      return start_loading();
    case ClientState::needs_token:
      if (token_refused_) return give_up(*token_refused_, ConnectionState::denied);
      return on_waiting(change);
    case ClientState::waiting:
      return on_waiting(change);
    case ClientState::denied:
      return give_up(*change.reason, ConnectionState::denied);
    case ClientState::opening:
      if (status_.state != ConnectionState::connecting)
        set_status(ConnectionState::connecting, status_.reason);
      return;
    case ClientState::initializing:
    case ClientState::idle:
      return;
  }
}

void Connection::on_waiting(const twilsock::StateChanged& change) {
  // Once it has worked, what is wrong now, a file that is gone say, may come right again.
  const bool never_worked = number_ == 0;
  if (never_worked && is_misuse(*change.reason)) return give_up(*change.reason, ConnectionState::denied);
  if (status_.state == ConnectionState::connecting) ++attempts_;
  retry_at_ = change.retry_at;
  set_status(ConnectionState::waiting, change.reason, time_to_retry());
}

std::optional<std::chrono::milliseconds> Connection::time_to_retry() const {
  if (machine_.state() != twilsock::ClientState::waiting || !retry_at_) return std::nullopt;
  return in_milliseconds(std::max<Duration>(*retry_at_ - context_.now, Duration::zero()));
}

void Connection::start_loading() {
  if (loaded_) return on_ready();
  if (std::exchange(loading_, true)) return;
  rest_.get(urls_.configuration_url(), {}, [this](Result<http::Response> reply) {
    auto configuration = decoded(reply, conversations::decode_configuration);
    if (!configuration) return on_loaded(configuration.error());
    urls_.set(std::move(*configuration));
    observer_->load([this](Result<void> outcome) { on_loaded(std::move(outcome)); });
  });
}

void Connection::on_loaded(Result<void> outcome) {
  if (!loading_) return;  // given up meanwhile
  loading_ = false;
  loaded_ = outcome.has_value();
  if (loaded_) return on_ready();
  const Error& error = outcome.error();
  if (is_final(error)) return give_up(error, ConnectionState::denied);
  if (!settings_.retry.keep_trying || is_own_fault(error)) return give_up(error, ConnectionState::offline);
  machine_.abandon(error, context_.now);  // without a connection: the next one loads
}

void Connection::on_ready() {
  if (is_ready()) finish_connect({});
  if (machine_.state() == twilsock::ClientState::connected) observer_->on_ready();
}

void Connection::on_notification(const twilsock::NotificationReceived& notification) {
  const bool of_sync = notification.message_type == sync::kSyncEventType ||
                       notification.message_type.starts_with("com.twilio.rtd.cds.");
  if (!of_sync) return;
  auto envelope = sync::decode_envelope(notification.payload);
  if (envelope) subscriber_.on_envelope(std::move(*envelope), context_.now);
}

void Connection::on_subscriber_action(sync::SubscriberAction action) {
  if (auto* batch = std::get_if<sync::SendBatch>(&action)) {
    context_.tell(LogLevel::debug, "subscriptions",
                  [this](LogLine& line) { line.add("objects", subscriber_.size()); });
    rest_.post_once(urls_.subscriptions(), std::move(batch->body),
                    [this, id = batch->batch_id](const Result<http::Response>& reply) {
                      subscriber_.on_batch_reply(id, reply, context_.now);
                    });
  } else {
    observer_->on_sync(action);
  }
}

}  // namespace parley::detail
