#include "common/protocol/twilsock/server_machine.hpp"

#include <algorithm>

#include "common/base/earliest.hpp"
#include "common/base/random.hpp"
#include "common/protocol/twilsock/acknowledgement.hpp"
#include "common/protocol/twilsock/continuation.hpp"

namespace parley::twilsock {
namespace {

constexpr std::string_view kSupportedCapability = "client_update";
constexpr int kKeepAliveNotAcknowledged = 51005;

std::string make_id(Random& random) { return "TM" + random_hex(random, 16); }

/// Who is told to come back later does so at some time within this span behind it, not all at once.
constexpr double kComeBackSpreadMs = 5000;

BackoffPolicy come_back(const Error& error, Random& random) {
  const auto wait = error.retry_after.value_or(std::chrono::milliseconds(0));
  return {.reconnect_min_ms = static_cast<int>(wait.count() + kComeBackSpreadMs * random.uniform()),
          .reconnect_max_ms = static_cast<int>(wait.count() + kComeBackSpreadMs)};
}

InitReply continuation(const ServerSettings& settings, const Init& init, const Principal& principal,
                       Random& random) {
  using Verdict = ContinuationTokens::Verdict;
  const ContinuationTokens tokens(settings.continuation_secret);
  InitReply reply;
  const auto verdict = tokens.check(init.continuation_token, principal.identity, principal.service_sid);
  if (verdict == Verdict::valid) {
    reply.continuation_token = init.continuation_token;
    return reply;
  }
  reply.reissued = true;
  reply.continuation_token = tokens.issue(principal.identity, principal.service_sid, random);
  switch (verdict) {
    case Verdict::missing:
      reply.reissue_reason = "MISSING";
      reply.reissue_message = "Continuation token is not provided";
      break;
    case Verdict::different_identity:
      reply.reissue_reason = "DIFFERENT_IDENTITY";
      reply.reissue_message = "Continuation token belongs to another identity";
      break;
    default:
      reply.reissue_reason = "INVALID";
      reply.reissue_message = "Continuation token is not valid";
  }
  return reply;
}

}  // namespace

ServerMachine::ServerMachine(const ServerSettings& settings, Authenticate authenticate, Random& random)
    : settings_(settings), authenticate_(std::move(authenticate)), random_(random) {}

void ServerMachine::on_open(TimePoint now) { init_deadline_ = now + settings_.init_timeout; }

Inbound ServerMachine::on_message(std::string_view bytes, TimePoint now, WallTime wall_now) {
  if (over()) return Inbound::other;
  if (ready() && is_plain_acknowledgement(bytes)) return on_acknowledgement();
  auto packet = decode(bytes, ready() ? FrameLimits{} : kInitLimits);
  if (!packet) {
    on_refused(packet.error());
    return Inbound::other;
  }
  if (ready() && std::holds_alternative<Message>(packet->body))
    return on_request(std::move(*packet), bytes.size());
  if (ready() && std::holds_alternative<Reply>(packet->body)) return on_acknowledgement();
  on_other_packet(*packet, now, wall_now);
  return Inbound::other;
}

Inbound ServerMachine::on_acknowledgement() {
  pings_in_flight_ = 0;
  if (unacknowledged_ == 0) return Inbound::other;
  --unacknowledged_;
  return Inbound::owed;
}

void ServerMachine::on_refused(const Error& problem) {
  close({406, "NOT_ACCEPTABLE", 51216, problem.message});
}

void ServerMachine::on_init(const Packet& packet, const Init& init, TimePoint now, WallTime wall_now) {
  auto principal = authenticate_(init.token, wall_now);
  if (!principal) return refuse_token(packet.id, principal.error());
  accept(packet, init, std::move(*principal), now, wall_now);
}

void ServerMachine::accept(const Packet& packet, const Init& init, Principal principal, TimePoint now,
                           WallTime wall_now) {
  principal_ = std::move(principal);
  state_ = State::ready;
  init_deadline_.reset();
  for (const auto& registration : init.registrations) contexts_.add_of_init(registration.message_types);
  send({packet.id, Reply{Status{}, std::nullopt, make_init_reply(init)}, "", ""});
  ping_at_ = now + settings_.ping_interval;
  arm_expiry(now, wall_now);
  actions_.push_back(Ready{});
}

InitReply ServerMachine::make_init_reply(const Init& init) {
  InitReply reply = continuation(settings_, init, principal_, random_);
  takes_client_updates_ = std::find(init.capabilities.begin(), init.capabilities.end(),
                                    kSupportedCapability) != init.capabilities.end();
  if (takes_client_updates_) reply.capabilities.emplace_back(kSupportedCapability);
  for (Registration registration : init.registrations) {
    registration.context_id = random_uuid(random_);
    reply.registrations.push_back(std::move(registration));
  }
  return reply;
}

void ServerMachine::on_other_packet(const Packet& packet, TimePoint now, WallTime wall_now) {
  pings_in_flight_ = 0;  // any inbound packet proves that the client lives
  if (std::holds_alternative<Close>(packet.body))
    return finish({.code = Errc::client_closed, .message = "closed by the client"});
  if (state_ == State::fresh) {
    if (const auto* init = std::get_if<Init>(&packet.body)) return on_init(packet, *init, now, wall_now);
    return refuse(packet.id, {401, "UNAUTHORIZED", 51215, "The first packet must be init"});
  }
  if (const auto* update = std::get_if<Update>(&packet.body))
    return on_update(packet, *update, now, wall_now);
  if (const auto* context = std::get_if<NotificationContext>(&packet.body))
    return on_context(packet, *context);
  if (std::holds_alternative<Ping>(packet.body)) return send(make_ack(packet.id));
  if (const auto* unknown = std::get_if<Unknown>(&packet.body))
    // The one method that wants no reply, and it is only sent if its capability was confirmed.
    if (unknown->method == "telemetry.v1") return;
  send(make_ack(packet.id, {400, "BAD_REQUEST", 0, "Unknown or unexpected method"}));
}

void ServerMachine::on_context(const Packet& packet, const NotificationContext& context) {
  const auto applied = contexts_.apply(context, packet.payload);
  send(make_ack(packet.id, applied ? Status{} : Status{400, "BAD_REQUEST", 0, applied.error().message}));
}

void ServerMachine::on_update(const Packet& packet, const Update& update, TimePoint now, WallTime wall_now) {
  auto principal = authenticate_(update.token, wall_now);
  if (!principal) return refuse_token(packet.id, principal.error());
  if (principal->identity != principal_.identity || principal->service_sid != principal_.service_sid)
    return refuse(packet.id, {403, "FORBIDDEN", 0, "Token identity mismatch"});
  principal_ = std::move(*principal);
  arm_expiry(now, wall_now);
  send(make_ack(packet.id));
  actions_.push_back(Renewed{});
}

Inbound ServerMachine::on_request(Packet packet, std::size_t packet_bytes) {
  pings_in_flight_ = 0;
  auto& message = std::get<Message>(packet.body);
  message.request.body = std::move(packet.payload);
  if (!packet.payload_type.empty() && !http::find_header(message.request.headers, "content-type"))
    message.request.headers.emplace_back("Content-Type", packet.payload_type);
  actions_.push_back(RequestReceived{std::move(packet.id), std::move(message.request), packet_bytes});
  return Inbound::request;
}

void ServerMachine::respond(const std::string& request_id, http::Response response) {
  if (over()) return;
  Packet packet{request_id, Body{}, response.content_type, std::move(response.body)};
  response.body.clear();
  packet.body = Reply{Status{}, std::move(response), std::nullopt};
  send(packet);
}

void ServerMachine::notify(std::shared_ptr<const std::string> frame) {
  if (over()) return;
  ++unacknowledged_;
  actions_.push_back(SendFrame{std::move(frame)});
}

void ServerMachine::close(Status status, std::optional<BackoffPolicy> backoff) {
  if (over()) return;
  Error reason{
      .code = Errc::connection_lost, .message = status.description, .server_code = status.error_code};
  send({make_id(random_), Close{std::move(status)}, "", backoff ? encode_backoff(*backoff) : std::string()});
  finish(std::move(reason));
}

void ServerMachine::refuse_token(const std::string& id, const Error& error) {
  if (error.http_status != 429) return refuse(id, {401, "UNAUTHORIZED", error.server_code, error.message});
  Packet answer = make_ack(id, {429, "TOO_MANY_REQUESTS", error.server_code, error.message});
  answer.payload = encode_backoff(come_back(error, random_));
  send(answer);
  finish({.code = Errc::denied, .message = error.message, .server_code = error.server_code});
}

void ServerMachine::refuse(const std::string& id, Status status) {
  Error reason{.code = Errc::denied, .message = status.description, .server_code = status.error_code};
  send(make_ack(id, std::move(status)));
  finish(std::move(reason));
}

void ServerMachine::finish(Error reason) {
  state_ = State::over;
  init_deadline_ = ping_at_ = notice_at_ = expires_at_ = std::nullopt;
  actions_.push_back(CloseStream{std::move(reason)});
}

// The notice comes `expiry_notice` before the end. If hardly more than that is left it comes after half of
// the rest: sent at once, a client with short tokens would refresh without end.
void ServerMachine::arm_expiry(TimePoint now, WallTime wall_now) {
  const auto left = std::max(principal_.expires_at - wall_now, WallTime::duration::zero());
  expires_at_ = now + std::chrono::duration_cast<Duration>(left);
  const bool short_life = left < 2 * settings_.expiry_notice;
  notice_at_ = short_life ? now + std::chrono::duration_cast<Duration>(left) / 2
                          : *expires_at_ - settings_.expiry_notice;
}

void ServerMachine::send_ping(TimePoint now) {
  if (pings_in_flight_ >= settings_.unanswered_pings)
    return finish({.code = Errc::timed_out,
                   .message = "the client does not answer pings",
                   .server_code = kKeepAliveNotAcknowledged});
  ++pings_in_flight_;
  ++unacknowledged_;
  send({make_id(random_), Ping{}, "", ""});
  ping_at_ = now + settings_.ping_interval;
}

void ServerMachine::on_time(TimePoint now) {
  if (init_deadline_ && *init_deadline_ <= now)
    return finish({.code = Errc::timed_out, .message = "no init within the time allowed"});
  if (expires_at_ && *expires_at_ <= now) return close({410, "TOKEN_EXPIRED", 20104, "Access Token expired"});
  if (notice_at_ && *notice_at_ <= now) {
    notice_at_.reset();
    if (takes_client_updates_) {
      ++unacknowledged_;
      send({make_id(random_), ClientUpdate{"token_about_to_expire"}, "", ""});
    }
  }
  if (ping_at_ && *ping_at_ <= now) send_ping(now);
}

std::optional<TimePoint> ServerMachine::next_deadline() const {
  std::optional<TimePoint> first;
  for (const auto& deadline : {init_deadline_, ping_at_, notice_at_, expires_at_})
    keep_earliest(first, deadline);
  return first;
}

void ServerMachine::send(const Packet& packet) {
  actions_.push_back(SendFrame{std::make_shared<const std::string>(encode(packet, Writer::server))});
}

std::optional<ServerAction> ServerMachine::next() {
  if (actions_.empty()) return std::nullopt;
  auto action = std::move(actions_.front());
  actions_.pop_front();
  return action;
}

std::shared_ptr<const std::string> encode_notification(std::string_view message_type, std::string payload,
                                                       Random& random) {
  const Packet packet{make_id(random), Notification{std::string(message_type), ""}, "", std::move(payload)};
  return std::make_shared<const std::string>(encode(packet, Writer::server));
}

}  // namespace parley::twilsock
