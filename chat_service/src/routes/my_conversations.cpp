#include <nlohmann/json.hpp>

#include "chat_service/src/domain/participants.hpp"
#include "chat_service/src/errors.hpp"
#include "chat_service/src/routes/input.hpp"
#include "chat_service/src/routes/paging.hpp"
#include "chat_service/src/routes/resource.hpp"
#include "chat_service/src/routes/routes.hpp"

namespace parley::chat_service::routes {
namespace {

using chat_service::conversations::Seen;
using chat_service::participants::OwnUpdate;

Result<void> check_owner(const Scope& scope, const Call& call) {
  if (call.args[0] != scope.caller.sid) return errors::forbidden();
  return {};
}

using Read = std::vector<Conversation> (*)(Scope&, const RowWindow&);

std::vector<Conversation> read_own(Scope& scope, const RowWindow& window) {
  return scope.tables.conversations.page_of_user(scope.caller.id, window);
}

std::vector<Conversation> read_own_or_created(Scope& scope, const RowWindow& window) {
  return scope.tables.conversations.page_of_user_or_creator(scope.service_sid(), scope.caller, window);
}

Result<Answer> list_page(Scope& scope, const Call& call, Read read) {
  if (const auto own = check_owner(scope, call); !own) return own.error();
  const auto window = input::window(call);
  if (!window) return window.error();
  const auto page = paging::cut(read(scope, window->one_more()), *window);
  json::OrderedValue array = json::OrderedValue::array();
  for (const Conversation& one : page.rows)
    array.push_back(resource::my_conversation(scope, chat_service::conversations::look_at(scope, one)));
  return Answer{
      .body = json::dump({{"conversations", std::move(array)}, {"meta", paging::meta(page.neighbours)}})};
}

Result<Answer> list(Scope& scope, const Call& call) { return list_page(scope, call, read_own); }

// The legacy clients' lists have what one created, too; newer ones would take it for a conversation of
// theirs.
Result<Answer> list_with_created(Scope& scope, const Call& call) {
  return list_page(scope, call, read_own_or_created);
}

// A conversation that the caller may not see is simply not among its own.
Result<Seen> find_mine(Scope& scope, const Call& call) {
  if (const auto own = check_owner(scope, call); !own) return own.error();
  auto seen = chat_service::conversations::find(scope, call.args[1]);
  if (seen && !policy::allows(policy::Action::see, seen->relation)) return errors::conversation_not_found();
  return seen;
}

Answer answer(Scope& scope, const Seen& seen) {
  return {.body = json::dump(resource::my_conversation(scope, seen)),
          .resource_url = scope.links.my_conversation(scope.caller.sid, seen.conversation.sid)};
}

Result<Answer> get(Scope& scope, const Call& call) {
  const auto seen = find_mine(scope, call);
  if (!seen) return seen.error();
  return answer(scope, *seen);
}

// A member that is there and null says "nothing is read"; one that is absent says nothing.
void read_horizon(json::Reader& reader, const json::Value& body, const char* member, OwnUpdate& update) {
  if (!body.contains(member)) return;
  update.set_last_read = true;
  update.last_read = reader.optional_integer(member);
  if (update.last_read && *update.last_read < 0) reader.fail(member, "a message index or null");
}

Result<OwnUpdate> read_update(const Call& call) {
  const auto body = input::body(call);
  if (!body) return body.error();
  json::Reader reader(*body, "");
  OwnUpdate update;
  update.notification_level = reader.optional_string("notification_level");
  if (update.notification_level && *update.notification_level != "default" &&
      *update.notification_level != "muted")
    reader.fail("notification_level", "default or muted");
  read_horizon(reader, *body, "last_consumed_message_index", update);
  read_horizon(reader, *body, "last_read_message_index", update);
  if (reader.failed()) return input::refused(reader);
  return update;
}

Result<Answer> update(Scope& scope, const Call& call) {
  auto seen = find_mine(scope, call);
  if (!seen) return seen.error();
  const auto wanted = read_update(call);
  if (!wanted) return wanted.error();
  auto changed = chat_service::participants::update_own(scope, *seen, *wanted);
  if (!changed) return changed.error();
  seen->participant = std::move(*changed);
  return answer(scope, *seen);
}

constexpr Route kRoutes[] = {
    {"GET", "/Client/v2/Services/{service}/Users/{}/Conversations", list},
    {"GET", "/Client/v2/Services/{service}/Users/{}/Conversations/{}", get},
    {"POST", "/Client/v2/Services/{service}/Users/{}/Conversations/{}", update},
    {"GET", "/Client/v1/Services/{service}/Users/{}/Conversations", list_with_created},
    {"GET", "/Client/v1/Services/{service}/Users/{}/Conversations/{}", get},
    {"POST", "/Client/v1/Services/{service}/Users/{}/Conversations/{}", update},
};

}  // namespace

std::span<const Route> my_conversations() { return kRoutes; }

}  // namespace parley::chat_service::routes
