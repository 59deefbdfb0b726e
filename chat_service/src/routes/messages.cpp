#include "chat_service/src/domain/messages.hpp"

#include <nlohmann/json.hpp>

#include "chat_service/src/errors.hpp"
#include "chat_service/src/input.hpp"
#include "chat_service/src/resource.hpp"
#include "chat_service/src/routes/routes.hpp"
#include "common/base/limits.hpp"

namespace parley::chat_service::routes {
namespace {

using chat_service::conversations::Seen;
using chat_service::messages::Content;
namespace domain = chat_service::messages;

Answer answer(Scope& scope, int status, const Conversation& conversation, const Message& message) {
  return {.status = status,
          .body = json::dump(resource::message(scope, conversation, message)),
          .resource_url = scope.links.message(conversation.sid, message.sid)};
}

// A medium is only known after its upload, which this service does not take yet.
void refuse_media(json::Reader& reader) {
  const json::Value& sids = reader.any("media_sids");
  if (!sids.is_null() && !(sids.is_array() && sids.empty())) reader.fail("media_sids", "known media");
  if (!reader.any("media_sid").is_null()) reader.fail("media_sid", "known media");
}

Result<Content> read_content(const Call& call) {
  const auto body = input::body(call);
  if (!body) return body.error();
  json::Reader reader(*body, "");
  Content content;
  content.body = input::text(reader, "body", limits::kMessageBodyBytes);
  content.subject = input::text(reader, "subject", limits::kNameBytes);
  content.attributes = input::attributes(reader);
  refuse_media(reader);
  if (reader.failed()) return input::refused(reader);
  return content;
}

Result<Answer> send(Scope& scope, const Call& call) {
  const auto seen = chat_service::conversations::find(scope, call.args[0]);
  if (!seen) return seen.error();
  if (!policy::may_send(seen->relation)) return errors::not_a_participant();
  const auto content = read_content(call);
  if (!content) return content.error();
  const auto sent = domain::send(scope, *seen, *content);
  if (!sent) return sent.error();
  return answer(scope, 201, seen->conversation, *sent);
}

struct Target {
  Seen seen;
  Message message;
};

Result<Target> find_target(Scope& scope, const Call& call) {
  auto seen = chat_service::conversations::find_inside(scope, call.args[0]);
  if (!seen) return seen.error();
  auto message = domain::find(scope, *seen, call.args[1]);
  if (!message) return message.error();
  return Target{std::move(*seen), std::move(*message)};
}

Result<Answer> get(Scope& scope, const Call& call) {
  const auto target = find_target(scope, call);
  if (!target) return target.error();
  return answer(scope, 200, target->seen.conversation, target->message);
}

Result<Answer> update(Scope& scope, const Call& call) {
  const auto target = find_target(scope, call);
  if (!target) return target.error();
  const auto content = read_content(call);
  if (!content) return content.error();
  const auto changed = domain::update(scope, target->seen, target->message, *content);
  if (!changed) return changed.error();
  return answer(scope, 200, target->seen.conversation, *changed);
}

Result<Answer> remove(Scope& scope, const Call& call) {
  const auto target = find_target(scope, call);
  if (!target) return target.error();
  if (const auto removed = domain::remove(scope, target->seen, target->message); !removed)
    return removed.error();
  return Answer{.status = 204};
}

Result<Answer> get_metadata(Scope& scope, const Call& call) {
  const auto target = find_target(scope, call);
  if (!target) return target.error();
  return errors::no_channel_metadata();
}

Result<Answer> empty_page(const char* member) {
  const json::Value meta{{"previous_token", nullptr}, {"next_token", nullptr}};
  return Answer{.body = json::dump({{member, json::Value::array()}, {"meta", meta}})};
}

// Receipts tell of messages that left for another network; none does.
Result<Answer> get_receipts(Scope& scope, const Call& call) {
  const auto target = find_target(scope, call);
  if (!target) return target.error();
  return empty_page("delivery_receipts");
}

Result<Answer> get_recipients(Scope& scope, const Call& call) {
  const auto seen = chat_service::conversations::find_inside(scope, call.args[0]);
  if (!seen) return seen.error();
  return empty_page("message_recipients");
}

constexpr Route kRoutes[] = {
    {"POST", "/Client/v2/Services/{service}/Conversations/{}/Messages", send},
    {"GET", "/Client/v2/Services/{service}/Conversations/{}/Messages/{}", get},
    {"POST", "/Client/v2/Services/{service}/Conversations/{}/Messages/{}", update},
    {"DELETE", "/Client/v2/Services/{service}/Conversations/{}/Messages/{}", remove},
    {"GET", "/Client/v2/Services/{service}/Conversations/{}/Messages/{}/ChannelMetadata", get_metadata},
    {"GET", "/Client/v2/Services/{service}/Conversations/{}/Messages/{}/Receipts", get_receipts},
    {"GET", "/Client/v2/Services/{service}/Conversations/{}/MessageRecipients", get_recipients},
};

}  // namespace

std::span<const Route> messages() { return kRoutes; }

}  // namespace parley::chat_service::routes
