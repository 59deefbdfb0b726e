#include "chat_service/src/routes/session/commands.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <nlohmann/json.hpp>

#include "chat_service/src/domain/conversations.hpp"
#include "chat_service/src/errors.hpp"
#include "common/base/encoding.hpp"
#include "common/base/limits.hpp"

namespace parley::chat_service::routes::session {
namespace {

using json::OrderedValue;
using json::Reader;
using json::Value;

/// A member of the command and the one of today's request that it becomes, if it is there.
struct Member {
  const char* from = nullptr;
  const char* to = nullptr;
};

/// What a command says of the answer to today's request, beside the status.
using Say = void (*)(const Value& answer, OrderedValue& response);

void say_nothing(const Value&, OrderedValue&) {}

void say_channel(const Value& answer, OrderedValue& response) {
  response["channelSid"] = answer.at("sid");
  response["channel"] = answer.at("sync_objects").at("conversation");
}

void say_conversation(const Value& answer, OrderedValue& response) {
  response["conversationSid"] = answer.at("sid");
  response["conversation"] = answer.at("sync_objects").at("conversation");
}

void say_message(const Value& answer, OrderedValue& response) {
  response["messageId"] = std::to_string(answer.at("index").get<std::int64_t>());
}

/// In a path, "{name}" stands for what kPlaces finds. As `from`, kMe is the caller's identity.
struct Command {
  std::string_view action;
  std::string_view method;
  std::string_view path;  ///< below /Client/v2/Services/{service}/
  std::array<Member, 5> members{};
  Say say = say_nothing;
};

constexpr const char* kMe = "me";

// clang-format off
constexpr Command kCommands[] = {
    {"createChannel", "POST", "Conversations",
     {{{"friendlyName", "friendly_name"}, {"uniqueName", "unique_name"}, {"type", "type"}, {"attributes", "attributes"}}}, say_channel},
    {"createConversation", "POST", "Conversations",
     {{{"friendlyName", "friendly_name"}, {"uniqueName", "unique_name"}, {"attributes", "attributes"}}}, say_conversation},
    {"destroyChannel", "DELETE", "Conversations/{channel}"},
    {"editAttributes", "POST", "Conversations/{channel}", {{{"attributes", "attributes"}}}},
    {"editFriendlyName", "POST", "Conversations/{channel}", {{{"friendlyName", "friendly_name"}}}},
    {"editUniqueName", "POST", "Conversations/{channel}", {{{"uniqueName", "unique_name"}}}},
    {"editNotificationLevel", "POST", "Users/{my_sid}/Conversations/{channel}", {{{"notificationLevel", "notification_level"}}}},
    {"joinChannelV2", "POST", "Conversations/{channel}/Participants", {{{kMe, "identity"}}}},
    {"leaveChannel", "DELETE", "Conversations/{channel}/Participants/{me}"},
    {"addMemberV2", "POST", "Conversations/{channel}/Participants", {{{"username", "identity"}, {"attributes", "attributes"}}}},
    {"removeMember", "DELETE", "Conversations/{channel}/Participants/{member}"},
    {"editMemberAttributes", "POST", "Conversations/{channel}/Participants/{member}", {{{"attributes", "attributes"}}}},
    {"inviteMember", "POST", "Conversations/{channel}/Invites", {{{"username", "identity"}}}},
    {"declineInvitation", "DELETE", "Conversations/{channel}/Invites/{me}"},
    {"sendMessage", "POST", "Conversations/{channel}/Messages", {{{"text", "body"}, {"subject", "subject"}, {"attributes", "attributes"}}}, say_message},
    {"sendMediaMessage", "POST", "Conversations/{channel}/Messages",
     {{{"mediaSid", "media_sid"}, {"text", "body"}, {"attributes", "attributes"}}}, say_message},
    {"editMessage", "POST", "Conversations/{channel}/Messages/{message}", {{{"text", "body"}}}},
    {"editMessageAttributes", "POST", "Conversations/{channel}/Messages/{message}", {{{"attributes", "attributes"}}}},
    {"deleteMessage", "DELETE", "Conversations/{channel}/Messages/{message}"},
    {"editUserAttributes", "POST", "Users/{user}", {{{"attributes", "attributes"}}}},
    {"editUserFriendlyName", "POST", "Users/{user}", {{{"friendlyName", "friendly_name"}}}},
};
// clang-format on

/// The first of two members that is there.
std::string either(Reader& reader, const char* first, const char* second) {
  if (auto text = reader.optional_string(first)) return *std::move(text);
  if (auto text = reader.optional_string(second)) return *std::move(text);
  reader.fail(first, "a string");
  return {};
}

std::string channel_of(Reader& reader) { return either(reader, "channelSid", "conversationSid"); }

/// Clients write it as a number or as its text.
std::int64_t index_of(Reader& reader) {
  const Value& given = reader.any("messageIdx");
  if (json::is_int64(given)) return given.get<std::int64_t>();
  std::int64_t index = -1;
  const std::string text = given.is_string() ? given.get<std::string>() : "";
  const auto end = text.data() + text.size();
  if (const auto read = std::from_chars(text.data(), end, index); read.ec != std::errc() || read.ptr != end)
    reader.fail("messageIdx", "an index");
  return index;
}

Result<std::string> message_of(Scope& scope, Reader& reader) {
  const auto channel = channel_of(reader);
  const auto index = index_of(reader);
  if (reader.failed()) return errors::bad_request(reader.error().message);
  const auto seen = conversations::find_inside(scope, channel);
  if (!seen) return seen.error();
  auto sid = scope.tables.messages.sid_of(seen->conversation.id, index);
  if (!sid) return errors::message_not_found();
  return *std::move(sid);
}

Result<std::string> find_place(Scope& scope, Reader& reader, std::string_view name) {
  if (name == "me") return scope.caller.identity;
  if (name == "my_sid") return scope.caller.sid;
  if (name == "message") return message_of(scope, reader);
  auto text = name == "channel"  ? channel_of(reader)
              : name == "member" ? either(reader, "memberSid", "username")
                                 : reader.string("username");
  if (reader.failed()) return errors::bad_request(reader.error().message);
  return text;
}

std::string path_to(const Scope& scope, std::string_view rest) {
  return "/Client/v2/Services/" + scope.service_sid() + "/" + std::string(rest);
}

Result<std::string> fill(Scope& scope, Reader& reader, std::string_view pattern) {
  std::string path = path_to(scope, "");
  while (!pattern.empty()) {
    const auto open = std::min(pattern.find('{'), pattern.size());
    path += pattern.substr(0, open);
    pattern.remove_prefix(open);
    if (pattern.empty()) break;
    const auto close = pattern.find('}');
    const auto found = find_place(scope, reader, pattern.substr(1, close - 1));
    if (!found) return found.error();
    path += percent_encode(*found);
    pattern.remove_prefix(close + 1);
  }
  return path;
}

std::string body_of(const Scope& scope, const Command& command, const Value& request) {
  Value body = Value::object();
  for (const Member& member : command.members) {
    if (!member.from) break;
    if (member.from == kMe)
      body[member.to] = scope.caller.identity;
    else if (const auto found = request.find(member.from); found != request.end())
      body[member.to] = *found;
  }
  return json::dump(body);
}

Result<Answer> ask(Scope& scope, const Call& call, std::string_view method, std::string path,
                   std::string body) {
  http::Request request;
  request.method = method;
  request.path = std::move(path);
  request.body = std::move(body);
  return call.within(scope, request);
}

// Each adds to `response` what it has to say beside the status.

Result<void> run(Scope& scope, const Call& call, const Command& command, const Value& request,
                 OrderedValue& response) {
  Reader reader(request, "request");
  auto path = fill(scope, reader, command.path);
  if (!path) return path.error();
  const auto answer = ask(scope, call, command.method, *std::move(path), body_of(scope, command, request));
  if (!answer) return answer.error();
  if (const auto body = json::parse(answer->body, json::kAnswerBounds)) command.say(*body, response);
  return {};
}

/// What was read of a channel; null if there is no such channel (any more), which is no reason to lose the
/// others.
OrderedValue report_read(Scope& scope, const Call& call, const std::string& channel, const Value& index) {
  const auto body = json::dump(Value{{"last_consumed_message_index", index}});
  const auto path = path_to(scope, "Users/" + scope.caller.sid + "/Conversations/" + percent_encode(channel));
  const auto answer = ask(scope, call, "POST", path, body);
  if (!answer) return nullptr;
  const auto conversation = json::parse(answer->body, json::kAnswerBounds);
  if (!conversation) return nullptr;
  return {{"channelSid", channel}, {"unreadMessagesCount", conversation->at("unread_messages_count")}};
}

/// Of several entries of one channel the last one counts: each of them would be told to all its members.
std::map<std::string, Value> newest_of(const Value& report) {
  std::map<std::string, Value> newest;
  for (const Value& entry : report) {
    if (!entry.is_object() || !entry.contains("messageIdx")) continue;
    Reader reader(entry, "request.report");
    const auto channel = channel_of(reader);
    if (!reader.failed()) newest[channel] = entry.at("messageIdx");
  }
  return newest;
}

Result<void> report_consumption(Scope& scope, const Call& call, const Value& request,
                                OrderedValue& response) {
  Reader reader(request, "request");
  const Value& report = reader.array("report");
  if (report.size() > limits::kConsumptionReports)
    reader.fail("report", "at most " + std::to_string(limits::kConsumptionReports) + " entries");
  if (reader.failed()) return errors::bad_request(reader.error().message);
  OrderedValue done = OrderedValue::array();
  for (const auto& [channel, index] : newest_of(report))
    if (auto reported = report_read(scope, call, channel, index); !reported.is_null())
      done.push_back(std::move(reported));
  response["report"] = std::move(done);
  return {};
}

Result<void> add_outsider(Scope& scope, const Call& call, const Value& request) {
  Reader reader(request, "request");
  Value binding = Value::object();
  for (const Member& member : {Member{"address", "address"}, Member{"proxyAddress", "proxy_address"}})
    if (const auto found = request.find(member.from); found != request.end()) binding[member.to] = *found;
  Value body{{"messaging_binding", std::move(binding)}};
  if (const auto found = request.find("attributes"); found != request.end()) body["attributes"] = *found;
  auto path = fill(scope, reader, "Conversations/{channel}/Participants");
  if (!path) return path.error();
  const auto answer = ask(scope, call, "POST", *std::move(path), json::dump(body));
  if (!answer) return answer.error();
  return {};
}

Result<void> run_any(Scope& scope, const Call& call, const Value& request, OrderedValue& response) {
  Reader reader(request, "request");
  const std::string action = reader.string("action");
  if (reader.failed()) return errors::bad_request(reader.error().message);
  if (action == "consumptionReportV2") return report_consumption(scope, call, request, response);
  if (action == "addNonChatParticipant") return add_outsider(scope, call, request);
  const auto command = std::find_if(std::begin(kCommands), std::end(kCommands),
                                    [&](const Command& it) { return it.action == action; });
  if (command == std::end(kCommands)) return errors::bad_request("request.action: unknown");
  return run(scope, call, *command, request, response);
}

}  // namespace

OrderedValue run_command(Scope& scope, const Call& call, const Value& request) {
  OrderedValue response{{"status", 200}};
  if (const auto done = run_any(scope, call, request, response); !done)
    return {{"status", done.error().http_status}, {"statusText", done.error().message}};
  return response;
}

}  // namespace parley::chat_service::routes::session
