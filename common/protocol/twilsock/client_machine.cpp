#include "common/protocol/twilsock/client_machine.hpp"

#include <algorithm>

#include "common/base/earliest.hpp"
#include "common/base/limits.hpp"
#include "common/base/random.hpp"

namespace parley::twilsock {
namespace {

using std::chrono::milliseconds;

// Whoever asks for an attempt again and again gets no more than four a second.
constexpr Duration kShortestGap = milliseconds(250);
// Of backoff_min: no retry comes sooner.
constexpr int kFloorShare = 4;

// Codes after which a new token helps: expired, not yet valid, lifetime over (both code families).
bool wants_new_token(int code) {
  constexpr int kCodes[] = {20104, 20105, 20156, 51119, 51120};
  return std::find(std::begin(kCodes), std::end(kCodes), code) != std::end(kCodes);
}

Error refused(const Status& status) {
  const bool expired = wants_new_token(status.error_code);
  return {.code = expired ? Errc::token_expired : Errc::denied,
          .message = expired
                         ? "the service says that the token's life is over; compare the clocks if it is new"
                         : "the service refused the token",
          .http_status = status.code,
          .server_code = status.error_code,
          .server_text = status.description};
}

// A planned end, such as a restart: what is to be said is about the service, and nobody has to act.
Error come_back_later(const Status& status) {
  return {.code = Errc::connection_lost,
          .message = "the service closed the connection and asked to come back later",
          .http_status = status.code,
          .server_code = status.error_code,
          .server_text = status.description};
}

Error silent() {
  return {.code = Errc::timed_out, .message = "the service does not answer, not even a ping"};
}

Error transport_failure(const Status& status) {
  return {.code = status.code == 429 ? Errc::too_many_requests : Errc::server_error,
          .message = "the service refused the request",
          .http_status = status.code,
          .server_code = status.error_code,
          .server_text = status.description};
}

}  // namespace

ClientMachine::ClientMachine(ClientSettings settings, Random& random)
    : settings_(std::move(settings)),
      random_(random),
      backoff_({settings_.backoff_min, settings_.backoff_max, /*min_factor=*/0, /*max_factor=*/1}),
      liveness_(settings_.liveness) {}

std::string ClientMachine::make_id() { return "TM" + random_hex(random_, 16); }

void ClientMachine::enter(ClientState state, std::optional<Error> reason) {
  state_ = state;
  actions_.push_back(StateChanged{state, std::move(reason), retry_at_});
}

void ClientMachine::connect(TimePoint now) {
  const bool can_start =
      state_ == ClientState::idle || state_ == ClientState::waiting || state_ == ClientState::denied;
  if (can_start) open(now);
}

void ClientMachine::doubt(TimePoint now) {
  if (state_ == ClientState::waiting) return retry_soon(now);
  if (state_ == ClientState::connected) {
    if (liveness_.doubt(now)) actions_.push_back(SendPing{});
  } else if (has_stream() && now - *opened_at_ >= settings_.liveness.probe) {
    open_anew(now);
  }
}

void ClientMachine::reconnect_now(TimePoint now) {
  backoff_.reset();
  doubt(now);
}

void ClientMachine::on_woken(TimePoint now) {
  if (state_ == ClientState::waiting) return retry_soon(now);
  // Not at once: what showed that it slept may be the very thing that was waited for.
  if (state_ == ClientState::opening) open_deadline_ = now + settings_.liveness.probe;
  if (init_deadline_) init_deadline_ = std::max(*init_deadline_, now + settings_.liveness.probe);
  if (liveness_.doubt_after_sleep(now)) actions_.push_back(SendPing{});
}

void ClientMachine::abandon(Error reason, TimePoint now) {
  if (!has_stream()) return;
  leave_stream(/*drop=*/true);
  retry_later(std::move(reason), std::nullopt, now);
}

void ClientMachine::retry_soon(TimePoint now) {
  const TimePoint soonest = *opened_at_ + kShortestGap;
  if (soonest <= now) return open(now);
  if (*retry_at_ <= soonest) return;
  retry_at_ = soonest;
  enter(ClientState::waiting, wait_reason_);
}

void ClientMachine::open_anew(TimePoint now) {
  leave_stream(/*drop=*/true);
  open(now);
}

void ClientMachine::open(TimePoint now) {
  retry_at_.reset();
  open_deadline_.reset();
  opened_at_ = now;
  enter(ClientState::opening);
  actions_.push_back(Open{});
}

void ClientMachine::disconnect(TimePoint now) {
  if (state_ == ClientState::connected) send_packet({make_id(), Close{}, "", ""}, now);
  leave_stream(/*drop=*/true);
  retry_at_.reset();
  backoff_.reset();
  while (!requests_.empty())
    finish(requests_.begin(), Error{.code = Errc::cancelled, .message = "the client disconnected"});
  if (state_ != ClientState::idle) enter(ClientState::idle);
}

void ClientMachine::set_token(std::string token, TimePoint now) {
  token_ = std::move(token);
  if (state_ == ClientState::needs_token || state_ == ClientState::denied) return open(now);
  if (state_ == ClientState::connected) send_update(now);  // else the coming init or its reply takes care
}

void ClientMachine::send_update(TimePoint now) {
  update_id_ = make_id();
  update_deadline_ = now + settings_.init_timeout;
  liveness_.on_asked(now);
  send_packet({update_id_, Update{token_}, "", ""}, now);
}

void ClientMachine::on_open(TimePoint now) {
  if (state_ != ClientState::opening) return;
  open_deadline_.reset();
  init_id_ = make_id();
  init_token_ = token_;
  init_deadline_ = now + settings_.init_timeout;
  liveness_.start(now);
  liveness_.on_asked(now);
  enter(ClientState::initializing);
  send_packet(
      {init_id_,
       Init{token_, continuation_token_, settings_.metadata, settings_.registrations, {"client_update"}}, "",
       ""},
      now);
}

void ClientMachine::on_message(std::string_view bytes, TimePoint now) {
  if (state_ != ClientState::initializing && state_ != ClientState::connected) return;
  liveness_.on_input(now);
  auto packet = decode(bytes, {.message = limits::kClientPacketBytes});
  if (packet) return on_packet(std::move(*packet), now);
  leave_stream(/*drop=*/true);
  retry_later(packet.error(), std::nullopt, now);
}

void ClientMachine::on_packet(Packet packet, TimePoint now) {
  if (std::holds_alternative<Reply>(packet.body)) return on_reply(std::move(packet), now);
  send_packet({packet.id, Reply{}, "", ""}, now);
  if (const auto* close = std::get_if<Close>(&packet.body)) return on_close(packet, *close, now);
  if (state_ != ClientState::connected) return;  // nothing but the init reply may come before it
  if (auto* notification = std::get_if<Notification>(&packet.body))
    actions_.push_back(
        NotificationReceived{std::move(notification->message_type), std::move(packet.payload)});
  else if (const auto* update = std::get_if<ClientUpdate>(&packet.body))
    if (update->type == "token_about_to_expire") actions_.push_back(TokenWanted{/*expired=*/false});
}

void ClientMachine::on_reply(Packet packet, TimePoint now) {
  auto& reply = std::get<Reply>(packet.body);
  if (state_ == ClientState::initializing) {
    if (packet.id == init_id_) on_init_reply(packet, reply, now);
    return;
  }
  if (!update_id_.empty() && packet.id == update_id_) return on_update_reply(reply, now);

  const auto known = by_packet_.find(packet.id);
  if (known == by_packet_.end()) return;  // timed out or cancelled meanwhile
  const auto at = requests_.find(known->second);
  if (!reply.status.ok()) return finish(at, transport_failure(reply.status));
  if (!reply.http)
    return finish(at, Error{.code = Errc::protocol_error, .message = "reply without http_status"});
  reply.http->body = std::move(packet.payload);
  reply.http->content_type = std::move(packet.payload_type);
  finish(at, std::move(*reply.http));
}

void ClientMachine::on_init_reply(const Packet& packet, const Reply& reply, TimePoint now) {
  init_deadline_.reset();
  if (reply.status.ok()) {
    if (reply.init) continuation_token_ = reply.init->continuation_token;
    connected_since_ = now;
    enter(ClientState::connected);
    liveness_.on_all_answered();
    if (token_ != init_token_) send_update(now);  // it came while init was under way
    for (auto& [id, pending] : requests_) hand_over(id, pending, now);
    return;
  }
  leave_stream(/*drop=*/true);
  if (reply.status.code == 401 || reply.status.code == 403) return on_refused(reply.status, now);
  retry_later(transport_failure(reply.status), decode_backoff(packet.payload), now);
}

void ClientMachine::on_update_reply(const Reply& reply, TimePoint now) {
  update_id_.clear();
  update_deadline_.reset();
  if (!awaits_answer()) liveness_.on_all_answered();
  if (reply.status.ok()) return actions_.push_back(TokenAccepted{});
  leave_stream(/*drop=*/true);
  if (reply.status.code == 401 || reply.status.code == 403) return on_refused(reply.status, now);
  retry_later(transport_failure(reply.status), std::nullopt, now);
}

void ClientMachine::on_close(const Packet& packet, const Close& close, TimePoint now) {
  const Status status = close.status.value_or(Status{308, "", 0, ""});
  leave_stream(/*drop=*/true);
  switch (status.code) {
    case 401:
    case 406:
    case 410:
    case 417:
      return on_refused(status, now);
    case 308:
      return retry_later(come_back_later(status), decode_backoff(packet.payload), now);
    default:
      return retry_later(transport_failure(status), decode_backoff(packet.payload), now);
  }
}

void ClientMachine::on_refused(const Status& status, TimePoint now) {
  Error reason = refused(status);
  if (status.code == 410) reason.code = Errc::token_expired;
  if (reason.code == Errc::token_expired) {
    if (token_ != init_token_ && state_ == ClientState::initializing) return open(now);
    enter(ClientState::needs_token, std::move(reason));
    actions_.push_back(TokenWanted{/*expired=*/true});
    return;
  }
  if (status.code == 406 || status.code == 417) reason.message = "the service could not read our packets";
  deny(std::move(reason));
}

// Nothing that waits can succeed any more: say so at once instead of letting it time out.
void ClientMachine::deny(Error reason) {
  while (!requests_.empty()) {
    Error error = reason;
    if (requests_.begin()->second.ever_sent) error.code = Errc::outcome_unknown;
    finish(requests_.begin(), std::move(error));
  }
  enter(ClientState::denied, std::move(reason));
}

void ClientMachine::on_closed(Error reason, TimePoint now) {
  if (!has_stream()) return;
  // Asking for the same once more would end the next connection, too.
  if (reason.code == Errc::limit_exceeded) fail_requests_in_flight(&reason);
  leave_stream(/*drop=*/false);
  retry_later(std::move(reason), std::nullopt, now);
}

bool ClientMachine::has_stream() const {
  return state_ == ClientState::opening || state_ == ClientState::initializing ||
         state_ == ClientState::connected;
}

// Undoes what a stream brought: its timers and the requests that were on it.
void ClientMachine::leave_stream(bool drop) {
  open_deadline_.reset();
  init_deadline_.reset();
  liveness_.stop();
  init_id_.clear();
  update_id_.clear();
  update_deadline_.reset();
  if (drop && has_stream()) actions_.push_back(DropStream{});
  fail_requests_in_flight();
}

void ClientMachine::fail_requests_in_flight(const Error* oversized) {
  for (auto at = requests_.begin(); at != requests_.end();) {
    const auto current = at++;
    Pending& pending = current->second;
    if (!pending.handed_over) continue;
    by_packet_.erase(pending.packet_id);
    pending.handed_over = false;
    if (oversized) {
      finish(current, *oversized);
      continue;
    }
    if (pending.request.repeatable) continue;
    finish(current, Error{.code = Errc::outcome_unknown,
                          .message = "the connection was lost after the request was sent"});
  }
}

void ClientMachine::retry_later(Error reason, std::optional<BackoffPolicy> policy, TimePoint now) {
  if (connected_since_ && now - *connected_since_ >= settings_.stable_after) backoff_.reset();
  connected_since_.reset();
  Duration delay = std::max(settings_.backoff_min / kFloorShare, backoff_.after_failure(random_.uniform()));
  if (policy) {
    const int spread = std::max(0, policy->reconnect_max_ms - policy->reconnect_min_ms);
    delay = std::max<Duration>(
        settings_.backoff_min,
        milliseconds(policy->reconnect_min_ms + static_cast<int>(spread * random_.uniform())));
  }
  retry_at_ = now + delay;
  wait_reason_ = reason;
  enter(ClientState::waiting, std::move(reason));
}

RequestId ClientMachine::send(OutgoingRequest request, TimePoint now) {
  const RequestId id = ++last_id_;
  const TimePoint deadline = now + request.timeout;
  auto& pending =
      requests_.emplace(id, Pending{std::move(request), deadline, false, false, ""}).first->second;
  if (state_ == ClientState::connected) hand_over(id, pending, now);
  return id;
}

void ClientMachine::hand_over(RequestId id, Pending& pending, TimePoint now) {
  liveness_.on_asked(now);
  pending.handed_over = pending.ever_sent = true;
  pending.packet_id = make_id();
  const auto& request = pending.request.request;
  const auto content_type = http::find_header(request.headers, "content-type");
  by_packet_.emplace(pending.packet_id, id);
  send_packet({pending.packet_id, Message{"ip_messaging", pending.request.host, request},
               std::string(content_type.value_or("")), request.body},
              now);
}

void ClientMachine::cancel(RequestId id) {
  const auto at = requests_.find(id);
  if (at == requests_.end()) return;
  by_packet_.erase(at->second.packet_id);
  requests_.erase(at);
  if (!awaits_answer()) liveness_.on_all_answered();
}

void ClientMachine::finish(std::map<RequestId, Pending>::iterator at, Result<http::Response> outcome) {
  by_packet_.erase(at->second.packet_id);
  actions_.push_back(RequestDone{at->first, std::move(outcome)});
  requests_.erase(at);
  if (!awaits_answer()) liveness_.on_all_answered();
}

void ClientMachine::on_time(TimePoint now) {
  expire_requests(now);
  check_liveness(now);
  if (open_deadline_ && *open_deadline_ <= now) open_anew(now);
  if (state_ == ClientState::waiting && retry_at_ && *retry_at_ <= now) open(now);
}

// A request that was sent and not answered in its time is a reason to probe, though nobody waits for its
// answer any more.
void ClientMachine::expire_requests(TimePoint now) {
  bool is_doubtful = false;
  for (auto at = requests_.begin(); at != requests_.end();) {
    const auto current = at++;
    if (current->second.deadline > now) continue;
    const bool sent = current->second.ever_sent;
    is_doubtful = is_doubtful || current->second.handed_over;
    finish(current, Error{.code = sent ? Errc::outcome_unknown : Errc::timed_out,
                          .message = sent ? "no reply within the time allowed"
                                          : "no connection within the time allowed; nothing was sent"});
  }
  if (is_doubtful && liveness_.doubt(now)) actions_.push_back(SendPing{});
}

void ClientMachine::check_liveness(TimePoint now) {
  const auto verdict = liveness_.on_time(now);
  if (verdict == Liveness::Verdict::dead) return abandon(silent(), now);
  if (verdict == Liveness::Verdict::ping) actions_.push_back(SendPing{});
  if (init_deadline_ && *init_deadline_ <= now)
    return abandon(
        {.code = Errc::timed_out, .message = "the service did not answer the log-in (init) in time"}, now);
  // The next log-in brings the token that this one was not told to take.
  if (update_deadline_ && *update_deadline_ <= now)
    abandon({.code = Errc::timed_out, .message = "the service did not answer a new token in time"}, now);
}

std::optional<TimePoint> ClientMachine::next_deadline() const {
  std::optional<TimePoint> first;
  keep_earliest(first, open_deadline_);
  keep_earliest(first, init_deadline_);
  keep_earliest(first, update_deadline_);
  keep_earliest(first, liveness_.next_deadline());
  if (state_ == ClientState::waiting) keep_earliest(first, retry_at_);
  for (const auto& [id, pending] : requests_) keep_earliest(first, pending.deadline);
  return first;
}

void ClientMachine::send_packet(const Packet& packet, TimePoint now) {
  std::string bytes = encode(packet, Writer::client);
  liveness_.on_output(bytes.size(), now);
  actions_.push_back(SendBytes{std::move(bytes)});
}

std::optional<ClientAction> ClientMachine::next() {
  if (actions_.empty()) return std::nullopt;
  auto action = std::move(actions_.front());
  actions_.pop_front();
  return action;
}

}  // namespace parley::twilsock
