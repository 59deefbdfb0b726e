#include <nlohmann/json.hpp>

#include "chat_service/src/domain/conversations.hpp"
#include "chat_service/src/errors.hpp"
#include "chat_service/src/routes/input.hpp"
#include "chat_service/src/routes/paging.hpp"
#include "chat_service/src/routes/resource.hpp"
#include "chat_service/src/routes/routes.hpp"

/// Conversations as the oldest clients read them: today's resources, under names of theirs.
namespace parley::chat_service::routes {
namespace {

using chat_service::conversations::Seen;
using json::OrderedValue;
namespace domain = chat_service::conversations;

OrderedValue channel(Scope& scope, const Seen& seen) {
  OrderedValue object = resource::my_conversation(scope, seen);
  object["channel_sid"] = seen.conversation.sid;
  return object;
}

OrderedValue sync_list_entry(Scope& scope, const Seen& seen) {
  const OrderedValue whole = resource::my_conversation(scope, seen);
  const OrderedValue& objects = whole.at("sync_objects");
  return {{"channel_sid", seen.conversation.sid},
          {"status", whole.at("status")},
          {"channel", objects.at("conversation")},
          {"messages", objects.at("messages")},
          {"roster", objects.at("participants")},
          {"last_consumed_message_index", whole.at("last_consumed_message_index")},
          {"notification_level", seen.participant ? seen.participant->notification_level : "default"}};
}

using Write = OrderedValue (*)(Scope&, const Seen&);

Answer answer(OrderedValue channels, OrderedValue meta) {
  return {.body = json::dump({{"channels", std::move(channels)}, {"meta", std::move(meta)}})};
}

using Read = std::vector<Conversation> (*)(Scope&, const RowWindow&);

Result<Answer> list(Scope& scope, const Call& call, Read read, Write write) {
  const auto window = input::window(call);
  if (!window) return window.error();
  const auto page = paging::cut(read(scope, window->one_more()), *window);
  OrderedValue array = OrderedValue::array();
  for (const Conversation& one : page.rows) array.push_back(write(scope, domain::look_at(scope, one)));
  return answer(std::move(array), paging::meta(page.neighbours));
}

std::vector<Conversation> read_public(Scope& scope, const RowWindow& window) {
  if (!scope.tenant.public_channels) return {};
  return scope.tables.conversations.page_of_public(scope.service_sid(), window);
}

std::vector<Conversation> read_own(Scope& scope, const RowWindow& window) {
  return scope.tables.conversations.page_of_user(scope.caller.id, window);
}

// As the legacy clients list them.
std::vector<Conversation> read_own_or_created(Scope& scope, const RowWindow& window) {
  return scope.tables.conversations.page_of_user_or_creator(scope.service_sid(), scope.caller, window);
}

Result<Answer> list_public(Scope& scope, const Call& call) { return list(scope, call, read_public, channel); }

Result<Answer> get(Scope& scope, const Call& call) {
  const auto seen = domain::find_visible(scope, call.args[0]);
  if (!seen) return seen.error();
  return Answer{.body = json::dump(channel(scope, *seen))};
}

/// One of the caller's own, alone; a page without any if it is none.
Result<Answer> page_with(Scope& scope, std::string_view sid) {
  OrderedValue array = OrderedValue::array();
  const auto seen = domain::find(scope, sid);
  if (seen && (seen->participant || seen->relation.invited)) array.push_back(channel(scope, *seen));
  return answer(std::move(array), {{"previous_token", nullptr}, {"next_token", nullptr}});
}

Result<Answer> list_mine(Scope& scope, const Call& call) {
  if (const auto sid = http::find_param(call.request.params, "ChannelSid")) return page_with(scope, *sid);
  return list(scope, call, read_own_or_created, channel);
}

Result<Answer> list_to_watch(Scope& scope, const Call& call) {
  return list(scope, call, read_own, sync_list_entry);
}

constexpr Route kRoutes[] = {
    {"GET", "/Client/v1/Services/{service}/PublicChannels", list_public},
    {"GET", "/Client/v1/Services/{service}/PublicChannels/{}", get},
    {"GET", "/Client/v1/Services/{service}/MyChannels", list_mine},
    {"GET", "/Client/v1/Services/{service}/MyChannels/{}", get},
    {"GET", "/Client/v1/Services/{service}/SyncList", list_to_watch},
};

}  // namespace

std::span<const Route> session_channels() { return kRoutes; }

}  // namespace parley::chat_service::routes
