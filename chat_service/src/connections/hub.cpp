#include "chat_service/src/connections/hub.hpp"

#include <algorithm>

namespace parley::chat_service {
namespace {

/// What a notification has beside its payload.
constexpr std::size_t kNotificationBytes = 200;

using Index = std::unordered_map<std::string, std::vector<ConnectionId>>;

void add_to(Index& index, const std::string& key, ConnectionId id) { index[key].push_back(id); }

void remove_from(Index& index, const std::string& key, ConnectionId id) {
  const auto found = index.find(key);
  if (found == index.end()) return;
  std::erase(found->second, id);
  if (found->second.empty()) index.erase(found);
}

}  // namespace

Hub::Hub(const twilsock::ServerSettings& settings, const Tenants& tenants, Random& random,
         const ConnectionLimits& limits)
    : settings_(settings), tenants_(tenants), random_(random), init_limiter_(limits) {}

Hub::Connection* Hub::find(ConnectionId id) {
  const auto found = connections_.find(id);
  return found == connections_.end() ? nullptr : found->second.get();
}

ReplayOrigins* Hub::origins(ConnectionId id) {
  Connection* connection = find(id);
  return connection ? &connection->origins : nullptr;
}

std::vector<std::string> Hub::watched_by(ConnectionId id) {
  const Connection* connection = find(id);
  if (!connection) return {};
  return {connection->watching.begin(), connection->watching.end()};
}

ConnectionId Hub::open(TimePoint now, Peer peer) {
  const ConnectionId id = ++last_id_;
  auto& connection = connections_[id];
  auto check = [this, id](std::string_view token, WallTime wall_now) {
    const Connection& asking = *find(id);
    return asking.present ? authenticate(token, now_, wall_now) : admit_init(asking, token, wall_now);
  };
  connection.reset(
      new Connection{twilsock::ServerMachine(settings_, std::move(check), random_), std::move(peer)});
  connection->machine.on_open(now);
  drain(id, *connection);
  return id;
}

Result<twilsock::Principal> Hub::authenticate(std::string_view token, TimePoint now, WallTime wall_now) {
  return tenants_.authenticate(token, wall_now, steady_wall_.at(now, wall_now));
}

// The address comes first: a flood of tokens is to cost no signatures.
Result<twilsock::Principal> Hub::admit_init(const Connection& connection, std::string_view token,
                                            WallTime wall_now) {
  if (auto refusal = init_limiter_.admit_address(connection.peer, now_)) return *std::move(refusal);
  auto principal = authenticate(token, now_, wall_now);
  if (!principal) return principal;
  const auto found = by_user_.find(user_key(principal->service_sid, principal->identity));
  const std::size_t connections = found == by_user_.end() ? 0 : found->second.size();
  if (auto refusal = init_limiter_.admit_user(connection.peer, connections)) return *std::move(refusal);
  return principal;
}

void Hub::on_message(ConnectionId id, std::string_view bytes, TimePoint now, WallTime wall_now) {
  Connection* connection = find(id);
  if (!connection) return;
  now_ = now;
  const bool known = connection->present;
  const auto what = connection->machine.on_message(bytes, now, wall_now);
  drain(id, *connection);
  if (known && connection->present && what == twilsock::Inbound::other)
    occurrences_.push_back({id, connection->caller, Chatted{bytes.size()}});
}

void Hub::on_refused(ConnectionId id, const Error& problem) {
  Connection* connection = find(id);
  if (!connection) return;
  connection->machine.on_refused(problem);
  drain(id, *connection);
}

void Hub::on_closed(ConnectionId id) {
  Connection* connection = find(id);
  if (!connection) return;
  leave(id, *connection);
  deadlines_.set(id, std::nullopt);
  connections_.erase(id);
}

void Hub::on_time(TimePoint now) {
  for (const ConnectionId id : deadlines_.due(now)) {
    Connection* connection = find(id);
    connection->machine.on_time(now);
    drain(id, *connection);
  }
}

void Hub::close(ConnectionId id, const twilsock::Status& status) {
  Connection* connection = find(id);
  if (!connection) return;
  connection->machine.close(status);
  drain(id, *connection);
}

// Clients of the browser wait for exactly the least time they are given.
void Hub::close_all(const twilsock::Status& status, const twilsock::BackoffPolicy& backoff) {
  const int span = std::max(0, backoff.reconnect_max_ms - backoff.reconnect_min_ms);
  for (auto& [id, connection] : connections_) {
    twilsock::BackoffPolicy own = backoff;
    own.reconnect_min_ms += static_cast<int>(span * random_.uniform());
    connection->machine.close(status, own);
    drain(id, *connection);
  }
}

void Hub::respond(ConnectionId id, const std::string& request_id, http::Response response) {
  Connection* connection = find(id);
  if (!connection) return;
  connection->machine.respond(request_id, std::move(response));
  drain(id, *connection);
}

void Hub::take_all(ConnectionId id, Connection& connection) {
  while (auto action = connection.machine.next()) take(id, connection, std::move(*action));
}

void Hub::drain(ConnectionId id, Connection& connection) {
  take_all(id, connection);
  deadlines_.set(id, connection.machine.next_deadline());
}

void Hub::take(ConnectionId id, Connection& connection, twilsock::ServerAction action) {
  if (auto* send = std::get_if<twilsock::SendFrame>(&action)) {
    actions_.push_back(Send{id, std::move(send->frame)});
  } else if (auto* close = std::get_if<twilsock::CloseStream>(&action)) {
    leave(id, connection);
    actions_.push_back(Close{id, std::move(close->reason)});
  } else if (auto* request = std::get_if<twilsock::RequestReceived>(&action)) {
    occurrences_.push_back(
        {id, connection.caller,
         Asked{std::move(request->id), std::move(request->request), request->packet_bytes}});
  } else if (std::holds_alternative<twilsock::Renewed>(action)) {
    renew(id, connection);
  } else {
    enter(id, connection);
  }
}

void Hub::enter(ConnectionId id, Connection& connection) {
  connection.present = true;
  connection.caller = tenants_.caller(connection.machine.principal());
  add_to(by_user_, user_of(connection.caller), id);
  occurrences_.push_back({id, connection.caller, Arrived{}});
}

void Hub::renew(ConnectionId id, Connection& connection) {
  const bool was_admin = connection.caller.is_admin;
  connection.caller = tenants_.caller(connection.machine.principal());
  if (was_admin && !connection.caller.is_admin) occurrences_.push_back({id, connection.caller, Demoted{}});
}

void Hub::leave(ConnectionId id, Connection& connection) {
  if (!connection.present) return;
  connection.present = false;
  remove_from(by_user_, user_of(connection.caller), id);
  for (const std::string& object_sid : connection.watching) remove_from(watchers_, object_sid, id);
  connection.watching.clear();
  occurrences_.push_back({id, connection.caller, Left{}});
}

void Hub::watch(ConnectionId id, const std::string& object_sid) {
  Connection* connection = find(id);
  if (!connection || !connection->present) return;
  if (connection->watching.insert(object_sid).second) add_to(watchers_, object_sid, id);
}

void Hub::unwatch(ConnectionId id, const std::string& object_sid) {
  Connection* connection = find(id);
  if (connection && connection->watching.erase(object_sid) > 0) remove_from(watchers_, object_sid, id);
}

void Hub::notify(ConnectionId id, std::string_view message_type, const Frame& frame) {
  Connection* connection = find(id);
  if (!connection || !connection->machine.wants(message_type)) return;
  ++deliveries_;
  connection->machine.notify(frame);
  take_all(id, *connection);  // a notification moves no deadline, and fan-outs are long
}

Hub::Frame Hub::encode(std::string_view message_type, std::string payload) {
  return twilsock::encode_notification(message_type, std::move(payload), random_);
}

void Hub::carry_out(const Origin& origin, const Effect& effect) {
  std::visit([&](const auto& one) { carry(origin, one); }, effect);
}

void Hub::carry(const Origin&, const Changed& effect) {
  const auto found = watchers_.find(effect.event.object_sid);
  if (found == watchers_.end()) return;
  const std::string_view type = sync::live_message_type(effect.event.type);
  const Frame frame = encode(type, sync::encode_live(effect.event));
  for (const ConnectionId id : found->second) notify(id, type, frame);
}

void Hub::carry(const Origin& origin, const Revoked& effect) {
  const auto found = by_user_.find(user_key(origin.service_sid, effect.identity));
  if (found == by_user_.end()) return;
  for (const ConnectionId id : found->second)
    for (const std::string& object_sid : effect.object_sids) unwatch(id, object_sid);
}

void Hub::carry(const Origin&, const Forgotten& effect) {
  for (const std::string& object_sid : effect.object_sids) {
    const auto found = watchers_.find(object_sid);
    if (found == watchers_.end()) continue;
    for (const ConnectionId id : found->second) find(id)->watching.erase(object_sid);
    watchers_.erase(found);
  }
}

void Hub::carry(const Origin& origin, const Watched& effect) { watch(origin.connection, effect.object_sid); }

void Hub::carry(const Origin& origin, const Unwatched& effect) {
  unwatch(origin.connection, effect.object_sid);
}

void Hub::carry(const Origin& origin, const Told& effect) {
  notify(origin.connection, effect.message_type, encode(effect.message_type, effect.payload));
}

void Hub::carry(const Origin& origin, const Announced& effect) {
  const Frame frame = encode(effect.message_type, effect.payload);
  for (const std::string& identity : effect.identities) {
    const auto found = by_user_.find(user_key(origin.service_sid, identity));
    if (found == by_user_.end()) continue;
    for (const ConnectionId id : found->second) notify(id, effect.message_type, frame);
  }
}

Hub::Reach Hub::reach(const Effects& effects) const {
  Reach reach;
  const auto add = [&](std::size_t receivers, std::size_t payload_bytes) {
    if (receivers == 0) return;
    reach.deliveries += receivers;
    reach.bytes += payload_bytes + kNotificationBytes;
  };
  for (const Effect& effect : effects) {
    if (const auto* changed = std::get_if<Changed>(&effect)) {
      const auto found = watchers_.find(changed->event.object_sid);
      if (found != watchers_.end()) add(found->second.size(), sync::live_size(changed->event));
    } else if (const auto* announced = std::get_if<Announced>(&effect)) {
      add(announced->identities.size(), announced->payload.size());
    }
  }
  return reach;
}

std::optional<Hub::Occurrence> Hub::next_occurrence() {
  if (occurrences_.empty()) return std::nullopt;
  auto occurrence = std::move(occurrences_.front());
  occurrences_.pop_front();
  return occurrence;
}

std::optional<CoreAction> Hub::next_action() {
  if (actions_.empty()) return std::nullopt;
  auto action = std::move(actions_.front());
  actions_.pop_front();
  return action;
}

}  // namespace parley::chat_service
