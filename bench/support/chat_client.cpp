#include "bench/support/chat_client.hpp"

namespace parley::bench {

std::string service_path() { return "/Client/v2/Services/" + std::string(kServiceSid); }

std::vector<std::string> members(std::string_view json, std::string_view name) {
  const std::string start = '"' + std::string(name) + "\":\"";
  std::vector<std::string> values;
  for (auto at = json.find(start); at != json.npos; at = json.find(start, at)) {
    at += start.size();
    values.emplace_back(json.substr(at, json.find('"', at) - at));
  }
  return values;
}

ChatClient::ChatClient(Loop& loop, std::uint16_t port, const std::string& identity, int source)
    : TwilsockWire(loop, port, token_for(identity), source), loop_(loop), identity_(identity) {}

void ChatClient::await_ready() {
  loop_.run_until([this] { return ready(); }, "init");
}

void ChatClient::await_answers() {
  loop_.run_until([this] { return waiting() == 0; }, "the answers", 300);
}

std::string ChatClient::ask(std::string_view method, const std::string& path, const std::string& body,
                            const std::string& params) {
  std::string got;
  bool done = false;
  request(
      method, path, body,
      [&](const Answer& answer) {
        if (answer.status / 100 != 2) fail(path + ": " + std::string(answer.body));
        got = answer.body;
        done = true;
      },
      params);
  loop_.run_until([&] { return done; }, path.c_str());
  return got;
}

void ChatClient::tell(std::string_view method, const std::string& path, const std::string& body) {
  request(method, path, body, [path](const Answer& answer) {
    if (answer.status / 100 != 2) fail(path + ": " + std::string(answer.body));
  });
}

std::string ChatClient::make_conversation(const std::vector<std::string>& others) {
  const auto sid = member(ask("POST", service_path() + "/Conversations", "{}"), "sid");
  const auto participants = service_path() + "/Conversations/" + sid + "/Participants";
  ask("POST", participants, R"({"identity":")" + identity_ + R"("})");
  for (const auto& other : others) tell("POST", participants, R"({"identity":")" + other + R"("})");
  await_answers();
  return sid;
}

void ChatClient::log_in() {
  request("GET", "/Client/v2/Configuration", "", [this](const Answer& answer) {
    if (answer.status != 200) fail("configuration: " + std::string(answer.body));
    const auto user = member(answer.body, "user_sid");
    open("/v3/Maps/" + user + ".info", "map");
    open("/v3/Maps/" + user + ".my_conversations", "map");
    ++opening_;
    request(
        "GET", service_path() + "/Users/" + user + "/Conversations", "",
        [this](const Answer& page) {
          if (page.status != 200) fail("my conversations: " + std::string(page.body));
          read_conversations(page.body);
          one_opened();
        },
        R"({"PageSize":"100"})");
  });
}

void ChatClient::read_conversations(std::string_view page) {
  conversations_ = members(page, "conversation_sid");
  for (const auto& sid : conversations_) {
    open("/v3/Documents/" + sid + ".channel", "document");
    open("/v3/Maps/" + sid + ".roster", "map");
    open("/v3/Lists/" + sid + ".messages", "list");
  }
}

void ChatClient::open(const std::string& path, const char* type) {
  ++opening_;
  request("GET", path, "", [this, path, type](const Answer& answer) {
    if (answer.status != 200) fail(path + ": " + std::string(answer.body));
    objects_.emplace_back(member(answer.body, "sid"), type);
    one_opened();
  });
}

void ChatClient::one_opened() {
  if (--opening_ == 0) subscribe();
}

void ChatClient::subscribe() {
  std::string body =
      R"({"event_protocol_version":4,"action":"establish","correlation_id":1,"retried_requests":0,"ttl_in_s":-1,"requests":[)";
  for (const auto& [sid, type] : objects_) {
    body += R"({"object_sid":")" + sid + R"(","object_type":")" + type + R"(","last_event_id":1000000000},)";
  }
  body.back() = ']';
  tell("POST", "/v4/Subscriptions", body + "}");
  subscribed_ = true;
}

void ChatClient::on_notification(std::string_view packet) {
  if (packet.find("\"subscription_failed\"") != packet.npos) fail("not subscribed: " + std::string(packet));
  if (packet.find("\"subscription_established\"") != packet.npos) {
    established_ += members(packet, "replay_status").size();
    logged_in_ = subscribed_ && established_ >= objects_.size();
    return;
  }
  ++notifications_;
}

}  // namespace parley::bench
