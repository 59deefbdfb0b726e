#include <nlohmann/json.hpp>

#include "chat_service/src/domain/access.hpp"
#include "chat_service/src/domain/changes.hpp"
#include "chat_service/src/domain/users.hpp"
#include "chat_service/src/errors.hpp"
#include "chat_service/src/routes/input.hpp"
#include "chat_service/src/routes/routes.hpp"
#include "chat_service/src/routes/session/commands.hpp"
#include "chat_service/src/routes/session/own_list.hpp"
#include "chat_service/src/sessions/session_lists.hpp"
#include "chat_service/src/tenants.hpp"
#include "common/base/sid.hpp"

/// The session of the oldest clients: a list of the caller's own whose first event, the context, starts the
/// client; whose items are its commands, and whose changes are their answers.
namespace parley::chat_service::routes {
namespace {

using json::OrderedValue;
using sync::ObjectType;

constexpr std::size_t kCommandIdBytes = 128;

OrderedValue links_for(const Scope& scope, bool with_receipts) {
  const std::string session = "/Client/v1/Services/" + scope.service_sid();
  const std::string chat = "/Client/v2/Services/" + scope.service_sid();
  OrderedValue links{{"publicChannelsUrl", session + "/PublicChannels"},
                     {"myChannelsUrl", session + "/MyChannels"},
                     {"syncListUrl", session + "/SyncList"},
                     {"usersUrl", chat + "/Users"},
                     {"typingUrl", "/v1/typing"},
                     {"mediaServiceUrl", "/v1/Services/" + scope.service_sid() + "/Media"}};
  if (with_receipts) links["messagesReceiptsUrl"] = chat + "/Conversations/%s/Messages/%s/Receipts";
  return links;
}

OrderedValue context_for(const Scope& scope, const json::Value& asked) {
  const auto version = asked.find("apiVersion");
  OrderedValue context{{"type", "IpMsgSession"},
                       {"identity", scope.caller.identity},
                       {"userInfo", users::info_map_name(scope.caller)},
                       {"myChannels", users::conversations_map_name(scope.caller)},
                       {"channels", "channels"},
                       {"reachabilityEnabled", true},
                       {"httpCacheInterval", "PT0S"},
                       {"consumptionReportInterval", "PT1S"},
                       {"userInfosToSubscribe", 100}};
  context["links"] = links_for(scope, version != asked.end() && *version == "4");
  return context;
}

/// The position is the one before the context, which the client waits for.
OrderedValue descriptor(Scope& scope, const SessionList& list) {
  const std::string url = scope.links.sync_object(ObjectType::list, list.sid);
  const std::string date = to_iso(list.date_created);
  return {{"sid", list.sid},
          {"unique_name", nullptr},
          {"account_sid", scope.account_sid()},
          {"service_sid", scope.service_sid()},
          {"url", url},
          {"revision", "0"},
          {"last_event_id", 0},
          {"date_created", date},
          {"date_updated", date},
          {"date_expires", nullptr},
          {"created_by", scope.caller.identity},
          {"links", {{"items", url + "/Items"}, {"context", url + "/Context"}}}};
}

Result<Answer> begin(Scope& scope, const Call& call) {
  const auto body = input::body(call);
  if (!body) return body.error();
  json::Reader reader(*body, "");
  const json::Value& context = reader.object("context");
  // Lists of another purpose are not for clients to make.
  if (reader.string("purpose") != "com.twilio.rtd.ipmsg") return errors::sync_forbidden();
  if (reader.failed()) return input::refused(reader);
  Forgotten gone;
  const SessionList& list =
      scope.sessions.begin({.sid = make_sid("ES", scope.random),
                            .user = user_key(scope.service_sid(), scope.caller.identity),
                            .context = json::dump(context_for(scope, context)),
                            .date = to_iso(scope.now),
                            .now = scope.now},
                           gone.object_sids);
  if (!gone.object_sids.empty()) scope.effects.push_back(std::move(gone));
  return Answer{.status = 201, .body = json::dump(descriptor(scope, list))};
}

Result<SessionList*> open_own(Scope& scope, const Call& call) {
  if (SessionList* list = session::find_own(scope, call.args[0])) return list;
  // What the store has is not for clients to write.
  if (const auto stored = access::open(scope, ObjectType::list, call.args[0]); !stored) return stored.error();
  return errors::sync_forbidden();
}

Result<Answer> get_context(Scope& scope, const Call& call) {
  const auto list = open_own(scope, call);
  if (!list) return list.error();
  return Answer{.body = R"({"data":)" + (*list)->context.data + R"(,"last_event_id":0})"};
}

/// What the item says of the command: texts of its user are not kept.
OrderedValue described(const json::Value& request) {
  constexpr std::size_t kActionBytes = 64;
  const auto action = request.find("action");
  const bool is_name = action != request.end() && action->is_string() &&
                       action->get_ref<const std::string&>().size() <= kActionBytes;
  return {{"action", is_name ? OrderedValue(*action) : OrderedValue(nullptr)}};
}

/// The answer goes to whoever watches the list, behind everything that the command has caused.
void tell(Scope& scope, SessionList& list, const SessionLists::Place& place, const OrderedValue& data) {
  const std::string key = std::to_string(place.index);
  sync::Event event{.type = ObjectType::list,
                    .change = sync::Change::item_updated,
                    .id = place.event_id + 1,
                    .object_sid = list.sid,
                    .unique_name = {},
                    .revision = changes::revision_text(place.event_id + 1),
                    .item_key = key,
                    .item_url = scope.links.sync_item(ObjectType::list, list.sid, key),
                    .item_revision = "1",
                    .data = json::dump(data),
                    .date_created = to_iso(scope.now)};
  scope.sessions.keep_answer(list, event);
  scope.effects.push_back(Changed{std::move(event)});
}

Result<Answer> post_command(Scope& scope, const Call& call) {
  const auto list = open_own(scope, call);
  if (!list) return list.error();
  const auto body = input::body(call);
  if (!body) return body.error();
  json::Reader outer(*body, "");
  json::Reader reader(outer.object("data"), "data");
  const auto id = input::line(reader, "commandId", kCommandIdBytes);
  if (!id) reader.fail("commandId", "a string");
  const json::Value& request = reader.object("request");
  if (outer.failed()) return input::refused(outer);
  if (reader.failed()) return input::refused(reader);
  const auto response = session::run_command(scope, call, request);
  const auto place = SessionLists::take_place(**list);
  tell(scope, **list, place, {{"commandId", *id}, {"request", described(request)}, {"response", response}});
  const std::string url = scope.links.sync_item(ObjectType::list, (*list)->sid, std::to_string(place.index));
  return Answer{.status = 201,
                .body = json::dump({{"index", place.index},
                                    {"url", url},
                                    {"revision", "0"},
                                    {"last_event_id", place.event_id},
                                    {"date_updated", to_iso(scope.now)},
                                    {"date_expires", nullptr}})};
}

constexpr Route kRoutes[] = {
    {"POST", "/v3/Lists", begin},
    {"GET", "/v3/Services/{service}/Lists/{}/Context", get_context},
    {"POST", "/v3/Services/{service}/Lists/{}/Items", post_command},
};

}  // namespace

SessionList* session::find_own(Scope& scope, std::string_view sid) {
  SessionList* list = scope.sessions.find(sid, scope.now);
  const bool own = list && list->user == user_key(scope.service_sid(), scope.caller.identity);
  return own ? list : nullptr;
}

std::span<const Route> session_lists() { return kRoutes; }

}  // namespace parley::chat_service::routes
