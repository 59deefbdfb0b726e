#include "chat_service/src/domain/participants.hpp"

#include <nlohmann/json.hpp>

#include "chat_service/src/errors.hpp"
#include "chat_service/src/routes/input.hpp"
#include "chat_service/src/routes/resource.hpp"
#include "chat_service/src/routes/routes.hpp"
#include "common/base/limits.hpp"

namespace parley::chat_service::routes {
namespace {

using chat_service::conversations::Seen;
using chat_service::participants::NewParticipant;
namespace domain = chat_service::participants;

Answer answer(Scope& scope, int status, const Conversation& conversation, const Participant& participant) {
  return {.status = status,
          .body = json::dump(resource::participant(scope, conversation, participant)),
          .resource_url = scope.links.participant(conversation.sid, participant.sid)};
}

std::string type_of_address(std::string_view address) {
  if (address.starts_with("whatsapp:")) return "whatsapp";
  return address.find('@') == std::string_view::npos ? "sms" : "email";
}

// Kept as it came: the service stores and shows addresses, it does not use them.
Result<void> read_binding(const json::Value& binding, NewParticipant& wanted) {
  json::Reader reader(binding, "messaging_binding");
  for (const char* member : {"address", "proxy_address", "projected_address", "name", "level"})
    input::short_text(reader, member, limits::kAddressChars);
  const auto address = reader.optional_string("address");
  if (!address && !reader.optional_string("projected_address")) reader.fail("address", "a string");
  wanted.binding = json::dump(binding);
  if (reader.failed()) return input::refused(reader);
  if (wanted.binding->size() > limits::kSmallAttributesBytes)
    return errors::bad_request("messaging_binding: expected at most " +
                               std::to_string(limits::kSmallAttributesBytes) + " bytes");
  wanted.type = type_of_address(address.value_or(""));
  return {};
}

Result<NewParticipant> read_new(const Call& call) {
  const auto body = input::body(call);
  if (!body) return body.error();
  json::Reader reader(*body, "");
  NewParticipant wanted;
  const auto identity = reader.optional_string("identity");
  wanted.attributes = input::attributes(reader, limits::kSmallAttributesBytes).value_or("{}");
  const json::Value& binding = reader.any("messaging_binding");
  if (identity.has_value() == !binding.is_null())
    reader.fail("identity", "either an identity or a messaging_binding");
  if (reader.failed()) return input::refused(reader);
  if (!identity) {
    if (auto read = read_binding(binding, wanted); !read) return read.error();
    return wanted;
  }
  if (auto checked = input::identity(*identity); !checked) return checked.error();
  wanted.identity = *identity;
  return wanted;
}

Result<Answer> add(Scope& scope, const Call& call) {
  const auto seen = chat_service::conversations::find_visible(scope, call.args[0]);
  if (!seen) return seen.error();
  const auto wanted = read_new(call);
  if (!wanted) return wanted.error();
  const auto made = domain::add(scope, *seen, *wanted);
  if (!made) return made.error();
  return answer(scope, 201, seen->conversation, *made);
}

struct Target {
  Seen seen;
  Participant participant;
};

Result<Target> find_target(Scope& scope, const Call& call) {
  auto seen = chat_service::conversations::find_inside(scope, call.args[0]);
  if (!seen) return seen.error();
  auto participant = domain::find(scope, *seen, call.args[1]);
  if (!participant) return participant.error();
  return Target{std::move(*seen), std::move(*participant)};
}

Result<Answer> get(Scope& scope, const Call& call) {
  const auto target = find_target(scope, call);
  if (!target) return target.error();
  return answer(scope, 200, target->seen.conversation, target->participant);
}

Result<Answer> update(Scope& scope, const Call& call) {
  const auto target = find_target(scope, call);
  if (!target) return target.error();
  const auto body = input::body(call);
  if (!body) return body.error();
  json::Reader reader(*body, "");
  const auto attributes = input::attributes(reader, limits::kSmallAttributesBytes);
  if (!attributes) reader.fail("attributes", "JSON text");
  if (reader.failed()) return input::refused(reader);
  const auto changed = domain::update_attributes(scope, target->seen, target->participant, *attributes);
  if (!changed) return changed.error();
  return answer(scope, 200, target->seen.conversation, *changed);
}

Result<Answer> remove(Scope& scope, const Call& call) {
  const auto target = find_target(scope, call);
  if (!target) return target.error();
  const auto removed = domain::remove(scope, target->seen, target->participant);
  if (!removed) return removed.error();
  return Answer{.status = 204};
}

constexpr Route kRoutes[] = {
    {"POST", "/Client/v2/Services/{service}/Conversations/{}/Participants", add, Stores::something},
    {"GET", "/Client/v2/Services/{service}/Conversations/{}/Participants/{}", get},
    {"POST", "/Client/v2/Services/{service}/Conversations/{}/Participants/{}", update, Stores::something},
    {"DELETE", "/Client/v2/Services/{service}/Conversations/{}/Participants/{}", remove},
};

}  // namespace

std::span<const Route> participants() { return kRoutes; }

}  // namespace parley::chat_service::routes
