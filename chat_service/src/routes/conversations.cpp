#include "chat_service/src/domain/conversations.hpp"

#include <nlohmann/json.hpp>

#include "chat_service/src/errors.hpp"
#include "chat_service/src/routes/input.hpp"
#include "chat_service/src/routes/paging.hpp"
#include "chat_service/src/routes/resource.hpp"
#include "chat_service/src/routes/routes.hpp"
#include "common/base/sid.hpp"

namespace parley::chat_service::routes {
namespace {

using chat_service::conversations::Fields;
using chat_service::conversations::Seen;
namespace domain = chat_service::conversations;

Answer answer(Scope& scope, int status, const Seen& seen) {
  return {.status = status,
          .body = json::dump(resource::conversation(scope, seen)),
          .resource_url = scope.links.conversation(seen.conversation.sid)};
}

Fields read_fields(json::Reader& reader) {
  Fields fields;
  fields.friendly_name = input::friendly_name(reader);
  fields.unique_name = input::name(reader, "unique_name");
  fields.attributes = input::attributes(reader);
  // A name shaped like a SID could not be told from one in a path.
  if (fields.unique_name && is_sid(*fields.unique_name, "CH"))
    reader.fail("unique_name", "a name that is not shaped like a SID");
  return fields;
}

bool read_is_public(const Scope& scope, json::Reader& reader) {
  const auto type = reader.optional_string("type");
  if (type && *type != "public" && *type != "private") reader.fail("type", "public or private");
  const bool is_public = type == "public";
  if (is_public && !scope.tenant.public_channels)
    reader.fail("type", "private: public channels are switched off");
  return is_public;
}

Result<Answer> create(Scope& scope, const Call& call) {
  const auto body = input::body(call);
  if (!body) return body.error();
  json::Reader reader(*body, "");
  Fields fields = read_fields(reader);
  fields.is_public = read_is_public(scope, reader);
  if (reader.failed()) return input::refused(reader);
  auto made = domain::create(scope, fields);
  if (!made) return made.error();
  return answer(scope, 201, domain::look_at(scope, std::move(*made)));
}

Result<Answer> list_public(Scope& scope, const Call& call) {
  const auto window = input::window(call);
  if (!window) return window.error();
  std::vector<Conversation> rows;
  if (scope.tenant.public_channels)
    rows = scope.tables.conversations.page_of_public(scope.service_sid(), window->one_more());
  const auto page = paging::cut(std::move(rows), *window);
  json::OrderedValue array = json::OrderedValue::array();
  for (const Conversation& one : page.rows)
    array.push_back(resource::conversation(scope, domain::look_at(scope, one)));
  return Answer{
      .body = json::dump({{"conversations", std::move(array)}, {"meta", paging::meta(page.neighbours)}})};
}

Result<Answer> get(Scope& scope, const Call& call) {
  const auto seen = domain::find_visible(scope, call.args[0]);
  if (!seen) return seen.error();
  return answer(scope, 200, *seen);
}

Result<Answer> update(Scope& scope, const Call& call) {
  const auto seen = domain::find_visible(scope, call.args[0]);
  if (!seen) return seen.error();
  const auto body = input::body(call);
  if (!body) return body.error();
  json::Reader reader(*body, "");
  const Fields fields = read_fields(reader);
  if (reader.failed()) return input::refused(reader);
  auto changed = domain::update(scope, *seen, fields);
  if (!changed) return changed.error();
  return answer(scope, 200, domain::look_at(scope, std::move(*changed)));
}

Result<Answer> remove(Scope& scope, const Call& call) {
  const auto seen = domain::find_visible(scope, call.args[0]);
  if (!seen) return seen.error();
  if (const auto removed = domain::remove(scope, *seen); !removed) return removed.error();
  return Answer{.status = 204};
}

constexpr Route kRoutes[] = {
    {"POST", "/Client/v2/Services/{service}/Conversations", create, Stores::something},
    {"GET", "/Client/v2/Services/{service}/Conversations", list_public},
    {"GET", "/Client/v2/Services/{service}/Conversations/{}", get},
    {"POST", "/Client/v2/Services/{service}/Conversations/{}", update, Stores::something},
    {"DELETE", "/Client/v2/Services/{service}/Conversations/{}", remove},
};

}  // namespace

std::span<const Route> conversations() { return kRoutes; }

}  // namespace parley::chat_service::routes
