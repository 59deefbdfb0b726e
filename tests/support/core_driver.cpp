#include "tests/support/core_driver.hpp"

#include <stdexcept>

#include "chat_service/store.hpp"
#include "common/protocol/token/access_token.hpp"
#include "common/storage/database.hpp"

namespace parley::testing {
namespace {

using chat_service::ConnectionId;

}  // namespace

chat_service::Tenant test_tenant() {
  return {.account_sid = std::string(kAccountSid),
          .service_sid = std::string(kServiceSid),
          .keys = token::KeyRing(test_key())};
}

CoreDriver::CoreDriver(DriverOptions options)
    : options_(std::move(options)),
      random_(options_.seed),
      now_(std::chrono::hours(1)),
      wall_now_(std::chrono::seconds(1'795'176'000)) {
  start();
}

void CoreDriver::start() {
  auto store = chat_service::Store::open(options_.database, random_).value();
  database_ = &store->database();
  chat_service::CoreOptions core;
  core.tenants = options_.tenants;
  core.public_url = "http://chat.test:4010";
  core.throttle = options_.throttle;
  core.messages = options_.messages;
  core.free_bytes = options_.free_bytes;
  core.erase_rows = options_.erase_rows;
  core.connection_limits = options_.connection_limits;
  core.on_tidy = options_.on_tidy;
  core.on_answer = options_.on_answer;
  core_ = std::make_unique<chat_service::Core>(std::move(core), std::move(store), random_);
}

void CoreDriver::restart() {
  core_.reset();
  frames_.clear();
  ended_.clear();
  start();
}

void CoreDriver::advance(Duration by) {
  const TimePoint end = now_ + by;
  const auto go_to = [&](TimePoint when) {
    wall_now_ += std::chrono::duration_cast<WallTime::duration>(when - now_);
    now_ = when;
  };
  for (auto next = core_->next_deadline(); next && *next <= end; next = core_->next_deadline()) {
    go_to(std::max(*next, now_));
    core_->on_time(now_, wall_now_);
    settle();
  }
  go_to(end);
}

void CoreDriver::settle() {
  if (flush_by_itself_ && core_->needs_flush()) core_->flush(now_, wall_now_);
  while (auto action = core_->next()) {
    if (auto* send = std::get_if<chat_service::Send>(&*action))
      frames_[send->connection].push_back(std::move(send->frame));
    else
      ended_.emplace(std::get<chat_service::Close>(*action).connection,
                     std::get<chat_service::Close>(*action).reason);
  }
}

void CoreDriver::flush() {
  core_->flush(now_, wall_now_);
  settle();
}

std::string CoreDriver::token(const std::string& identity, std::chrono::seconds ttl) {
  token::TokenSpec spec{.identity = identity, .ttl = ttl};
  spec.grants.push_back(token::ChatGrant{.service_sid = std::string(kServiceSid)});
  return token::mint(test_key(), spec, wall_now_).value();
}

std::string CoreDriver::token(const std::string& identity, const Ticket& ticket) {
  return ticket.token_for(identity, wall_now_);
}

ConnectionId CoreDriver::open() {
  const ConnectionId id = core_->open(now_, options_.peer);
  settle();
  return id;
}

ConnectionId CoreDriver::begin(const std::string& token) {
  const ConnectionId id = open();
  twilsock::Init init;
  init.token = token;
  deliver(id, twilsock::encode({"init", std::move(init), "", ""}, twilsock::Writer::client));
  return id;
}

void CoreDriver::deliver(ConnectionId connection, std::string_view bytes) {
  core_->on_message(connection, bytes, now_, wall_now_);
  settle();
}

void CoreDriver::cut(ConnectionId connection) {
  core_->on_closed(connection, now_, wall_now_);
  settle();
}

std::deque<std::shared_ptr<const std::string>> CoreDriver::take_frames(ConnectionId connection) {
  return std::exchange(frames_[connection], {});
}

std::optional<Error> CoreDriver::ended(ConnectionId connection) const {
  const auto found = ended_.find(connection);
  if (found == ended_.end()) return std::nullopt;
  return found->second;
}

TestClient::TestClient(CoreDriver& driver, std::string identity)
    : TestClient(driver, std::move(identity), Ticket{}) {}

TestClient::TestClient(CoreDriver& driver, std::string identity, Ticket ticket)
    : ApiCaller(std::move(identity)), driver_(driver), ticket_(std::move(ticket)) {
  connect();
}

void TestClient::connect() {
  connection_ = driver_.open();
  twilsock::Init init;
  init.token = driver_.token(identity(), ticket_);
  init.capabilities = {"client_update"};
  init.registrations.push_back({.product = "ip_messaging",
                                .type = "ers",
                                .message_types = twilsock::MessageTypes::all(),
                                .context_id = {}});
  send_bytes(twilsock::encode({"init", std::move(init), "", ""}, twilsock::Writer::client));
  collect();
  if (!init_status_.ok()) throw std::runtime_error("init refused: " + init_status_.description);
}

void TestClient::reconnect() {
  cut();
  connect();
}

void TestClient::send_bytes(std::string_view bytes) { driver_.deliver(connection_, bytes); }

void TestClient::say_packet(twilsock::Body body) {
  const std::string id = "TM" + std::to_string(++last_request_);
  send_bytes(twilsock::encode({id, std::move(body), "", ""}, twilsock::Writer::client));
}

void TestClient::renew(const Ticket& ticket) {
  say_packet(twilsock::Update{driver_.token(identity(), ticket)});
}

void TestClient::collect() {
  for (const auto& frame : driver_.take_frames(connection_)) take_in(twilsock::decode(*frame).value());
}

void TestClient::take_in(twilsock::Packet packet) {
  if (auto* reply = std::get_if<twilsock::Reply>(&packet.body)) {
    if (packet.id == "init") init_status_ = reply->status;
    if (!reply->http) return;
    auto body = json::parse(packet.payload);
    replies_[packet.id] = {reply->http->status, body ? *body : json::Value(), reply->http->headers};
  } else if (auto* notification = std::get_if<twilsock::Notification>(&packet.body)) {
    Note note{notification->message_type, packet.payload, {}};
    if (note.type != "twilio.ipmsg.typing_indicator")
      note.envelope = sync::decode_envelope(packet.payload).value();
    notes_.push_back(std::move(note));
  } else if (std::holds_alternative<twilsock::Ping>(packet.body)) {
    send_bytes(twilsock::encode(twilsock::make_ack(packet.id), twilsock::Writer::client));
  } else {
    others_.push_back(std::move(packet));
  }
}

std::string TestClient::send(http::Request request) {
  const std::string id = "TM" + std::to_string(++last_request_);
  send_bytes(encode_request(id, std::move(request)));
  return id;
}

std::optional<TestClient::Reply> TestClient::reply(const std::string& id) {
  collect();
  const auto found = replies_.find(id);
  if (found == replies_.end()) return std::nullopt;
  return found->second;
}

TestClient::Reply TestClient::request(http::Request request) {
  return reply(send(std::move(request))).value_or(Reply{});
}

json::Value TestClient::watch(sync::ObjectType type, const std::string& name) {
  const char* kind = type == sync::ObjectType::document ? "Documents"
                     : type == sync::ObjectType::list   ? "Lists"
                                                        : "Maps";
  auto object = get(std::string("/v3/") + kind + "/" + name).body;
  subscribe({{object["sid"], type, object["last_event_id"].get<std::int64_t>()}});
  return object;
}

TestClient::Reply TestClient::subscribe(const std::vector<sync::SubscriptionRequest>& requests,
                                        sync::Correlation correlation) {
  sync::SubscriptionBatch batch;
  batch.correlation = correlation;
  batch.requests = requests;
  http::Request request;
  request.method = "POST";
  request.path = "/v4/Subscriptions";
  request.body = sync::encode_batch(batch);
  return this->request(std::move(request));
}

std::vector<TestClient::Note> TestClient::take_notes() {
  collect();
  return std::exchange(notes_, {});
}

std::vector<sync::Event> TestClient::take_events() {
  std::vector<sync::Event> events;
  for (const Note& note : take_notes())
    events.insert(events.end(), note.envelope.events.begin(), note.envelope.events.end());
  return events;
}

std::vector<twilsock::Packet> TestClient::take_others() {
  collect();
  return std::exchange(others_, {});
}

}  // namespace parley::testing
