#include "tests/support/core_driver.hpp"

#include <stdexcept>

#include "chat_service/store.hpp"
#include "common/protocol/token/access_token.hpp"
#include "common/storage/database.hpp"

namespace parley::testing {
namespace {

using chat_service::ConnectionId;

std::string path_of(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos) return std::string(url);
  return std::string(url.substr(url.find('/', scheme + 3)));
}

http::Request make_request(std::string method, std::string_view url, std::string body) {
  http::Request request;
  request.method = std::move(method);
  request.path = path_of(url);
  request.body = std::move(body);
  return request;
}

}  // namespace

token::ApiKey test_key() {
  return {std::string(kAccountSid), "SK0123456789abcdef0123456789abcdef", "secret-of-the-tests"};
}

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
  token::TokenSpec spec{.identity = identity};
  spec.algorithm = ticket.algorithm;
  spec.grants.push_back(
      token::ChatGrant{.service_sid = ticket.service_sid, .deployment_role_sid = ticket.role_sid});
  return token::mint(ticket.key, spec, wall_now_).value();
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
    : driver_(driver), identity_(std::move(identity)), ticket_(std::move(ticket)) {
  connect();
}

void TestClient::connect() {
  connection_ = driver_.open();
  twilsock::Init init;
  init.token = driver_.token(identity_, ticket_);
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
  say_packet(twilsock::Update{driver_.token(identity_, ticket)});
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
  twilsock::Packet packet{id, twilsock::Message{}, "application/json", std::move(request.body)};
  request.body.clear();
  auto& message = std::get<twilsock::Message>(packet.body);
  message.active_grant = "ip_messaging";
  message.host = "aim.us1.twilio.com";
  message.request = std::move(request);
  send_bytes(twilsock::encode(packet, twilsock::Writer::client));
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

TestClient::Reply TestClient::get(std::string_view url, const http::Fields& params) {
  auto asked = make_request("GET", url, "");
  asked.params = params;
  return request(std::move(asked));
}

TestClient::Reply TestClient::post(std::string_view url, const json::Value& body,
                                   const http::Fields& headers) {
  auto asked = make_request("POST", url, json::dump(body));
  asked.headers = headers;
  return request(std::move(asked));
}

TestClient::Reply TestClient::remove(std::string_view url, const http::Fields& headers) {
  auto asked = make_request("DELETE", url, "{}");
  asked.headers = headers;
  return request(std::move(asked));
}

const json::Value& TestClient::configuration() {
  if (configuration_.is_null()) configuration_ = get("/Client/v2/Configuration").body;
  return configuration_;
}

json::Value TestClient::create(const json::Value& fields) {
  return post(link("conversations"), fields.is_null() ? json::Value::object() : fields).body;
}

void TestClient::join(const json::Value& conversation) { add(conversation, identity_); }

json::Value TestClient::make_room(const json::Value& fields) {
  auto room = create(fields);
  join(room);
  return room;
}

void TestClient::add(const json::Value& conversation, const std::string& identity) {
  const auto reply =
      post(conversation.at("links").at("participants").get<std::string>(), {{"identity", identity}});
  if (reply.status != 201) throw std::runtime_error("not added: " + json::dump(reply.body));
}

TestClient::Reply TestClient::say(const json::Value& conversation, const std::string& body) {
  return post(conversation.at("links").at("messages").get<std::string>(),
              {{"body", body}, {"attributes", "{}"}});
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
                                        std::int64_t correlation_id) {
  sync::SubscriptionBatch batch;
  batch.correlation_id = correlation_id;
  batch.requests = requests;
  return request(make_request("POST", "/v4/Subscriptions", sync::encode_batch(batch)));
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
