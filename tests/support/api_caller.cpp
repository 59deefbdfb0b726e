#include "tests/support/api_caller.hpp"

#include <stdexcept>

#include "common/protocol/twilsock/packet.hpp"

namespace parley::testing {
namespace {

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

std::string Ticket::token_for(const std::string& identity, WallTime now) const {
  token::TokenSpec spec{.identity = identity};
  spec.algorithm = algorithm;
  spec.grants.push_back(token::ChatGrant{.service_sid = service_sid, .deployment_role_sid = role_sid});
  return token::mint(key, spec, now).value();
}

ApiCaller::Reply ApiCaller::get(std::string_view url, const http::Fields& params) {
  auto asked = make_request("GET", url, "");
  asked.params = params;
  return request(std::move(asked));
}

ApiCaller::Reply ApiCaller::post(std::string_view url, const json::Value& body, const http::Fields& headers) {
  auto asked = make_request("POST", url, json::dump(body));
  asked.headers = headers;
  return request(std::move(asked));
}

ApiCaller::Reply ApiCaller::remove(std::string_view url, const http::Fields& headers) {
  auto asked = make_request("DELETE", url, "{}");
  asked.headers = headers;
  return request(std::move(asked));
}

const json::Value& ApiCaller::configuration() {
  if (configuration_.is_null()) configuration_ = get("/Client/v2/Configuration").body;
  return configuration_;
}

json::Value ApiCaller::create(const json::Value& fields) {
  return post(link("conversations"), fields.is_null() ? json::Value::object() : fields).body;
}

void ApiCaller::join(const json::Value& conversation) { add(conversation, identity_); }

json::Value ApiCaller::make_room(const json::Value& fields) {
  auto room = create(fields);
  join(room);
  return room;
}

void ApiCaller::add(const json::Value& conversation, const std::string& identity) {
  const auto reply =
      post(conversation.at("links").at("participants").get<std::string>(), {{"identity", identity}});
  if (reply.status != 201) throw std::runtime_error("not added: " + json::dump(reply.body));
}

ApiCaller::Reply ApiCaller::say(const json::Value& conversation, const std::string& body) {
  return post(conversation.at("links").at("messages").get<std::string>(),
              {{"body", body}, {"attributes", "{}"}});
}

std::string encode_request(const std::string& id, http::Request request) {
  twilsock::Packet packet{id, twilsock::Message{}, "application/json", std::move(request.body)};
  request.body.clear();
  auto& message = std::get<twilsock::Message>(packet.body);
  message.active_grant = "ip_messaging";
  message.host = "aim.us1.twilio.com";
  message.request = std::move(request);
  return twilsock::encode(packet, twilsock::Writer::client);
}

}  // namespace parley::testing
