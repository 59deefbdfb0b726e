#include "chat_service/src/domain/users.hpp"

#include <nlohmann/json.hpp>

#include "chat_service/src/domain/conversations.hpp"
#include "chat_service/src/errors.hpp"
#include "chat_service/src/routes/input.hpp"
#include "chat_service/src/routes/paging.hpp"
#include "chat_service/src/routes/resource.hpp"
#include "chat_service/src/routes/routes.hpp"

namespace parley::chat_service::routes {
namespace {

Answer answer(Scope& scope, const User& user) {
  return {.body = json::dump(resource::user(scope, user)), .resource_url = scope.links.user(user.identity)};
}

Result<Answer> get(Scope& scope, const Call& call) {
  const auto user = scope.tables.users.find(scope.service_sid(), call.args[0]);
  if (!user) return errors::user_not_found();
  return answer(scope, *user);
}

// Those of a conversation, as the legacy clients list them: the oldest call it a channel. They read
// `prev_token`.
Result<Answer> list(Scope& scope, const Call& call) {
  auto sid = http::find_param(call.request.params, "ConversationSid");
  if (!sid) sid = http::find_param(call.request.params, "ChannelSid");
  if (!sid) return errors::bad_request("ConversationSid: expected the SID of a conversation");
  const auto seen = chat_service::conversations::find_inside(scope, *sid);
  if (!seen) return seen.error();
  const auto window = input::window(call);
  if (!window) return window.error();
  std::vector<resource::Chatter> rows;
  for (const Participant& one :
       scope.tables.participants.page_of_chat(seen->conversation.id, window->one_more()))
    if (auto user = scope.tables.users.find(*one.user)) rows.push_back({one.id, std::move(*user)});
  const auto page = paging::cut(std::move(rows), *window);
  json::OrderedValue array = json::OrderedValue::array();
  for (const auto& one : page.rows) array.push_back(resource::user(scope, one.user));
  json::OrderedValue meta = paging::meta(page.neighbours);
  meta["prev_token"] = meta["previous_token"];
  return Answer{.body = json::dump({{"users", std::move(array)}, {"meta", std::move(meta)}})};
}

Result<Answer> update(Scope& scope, const Call& call) {
  const auto user = chat_service::users::find_for_update(scope, call.args[0]);
  if (!user) return user.error();
  const auto body = input::body(call);
  if (!body) return body.error();
  json::Reader reader(*body, "");
  chat_service::users::Update update;
  update.friendly_name = input::friendly_name(reader);
  update.attributes = input::attributes(reader);
  if (reader.failed()) return input::refused(reader);
  return answer(scope, chat_service::users::update(scope, *user, update));
}

constexpr Route kRoutes[] = {
    {"GET", "/Client/v2/Services/{service}/Users", list},
    {"GET", "/Client/v2/Services/{service}/Users/{}", get},
    {"POST", "/Client/v2/Services/{service}/Users/{}", update, Stores::something},
};

}  // namespace

std::span<const Route> users() { return kRoutes; }

}  // namespace parley::chat_service::routes
