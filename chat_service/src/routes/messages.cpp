#include "chat_service/src/domain/messages.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "chat_service/src/errors.hpp"
#include "chat_service/src/routes/input.hpp"
#include "chat_service/src/routes/resource.hpp"
#include "chat_service/src/routes/routes.hpp"
#include "common/base/limits.hpp"
#include "common/base/sid.hpp"

namespace parley::chat_service::routes {
namespace {

using chat_service::conversations::Seen;
using chat_service::messages::Content;
namespace domain = chat_service::messages;

Answer answer(Scope& scope, int status, const Conversation& conversation, const Message& message) {
  std::vector<Medium> media;
  if (message.has_media) media = scope.tables.media.of_message(conversation.id, message.sid);
  return {.status = status,
          .body = resource::message(scope, conversation, message, media),
          .resource_url = scope.links.message(conversation.sid, message.sid)};
}

// Several, or one as older clients name it.
void read_media(json::Reader& reader, Content& content) {
  const json::Value& sids = reader.any("media_sids");
  if (!sids.is_null() && !sids.is_array()) return reader.fail("media_sids", "an array of SIDs");
  if (sids.size() > limits::kMessageMedia)
    return reader.fail("media_sids", "at most " + std::to_string(limits::kMessageMedia));
  for (const json::Value& sid : sids) {
    if (!sid.is_string()) return reader.fail("media_sids", "an array of SIDs");
    const std::string field = "media_sids[" + std::to_string(content.media.size()) + "]";
    content.media.push_back({sid.get<std::string>(), field});
  }
  if (auto sid = reader.optional_string("media_sid")) content.media.push_back({std::move(*sid), "media_sid"});
}

void read_template(json::Reader& reader, Content& content) {
  content.content_sid = reader.optional_string("content_sid");
  if (content.content_sid && !is_sid(*content.content_sid, "HX"))
    reader.fail("content_sid", "the SID of a content template");
  content.content_variables = input::text(reader, "content_variables", limits::kSmallAttributesBytes);
  if (content.content_variables && !json::parse_object(*content.content_variables))
    reader.fail("content_variables", "JSON text of an object");
}

Result<Content> read_content(const Call& call) {
  const auto body = input::body(call);
  if (!body) return body.error();
  json::Reader reader(*body, "");
  Content content;
  content.body = input::text(reader, "body", limits::kMessageBodyBytes);
  content.subject = input::line(reader, "subject", limits::kNameBytes);
  content.attributes = input::attributes(reader, limits::kSmallAttributesBytes);
  read_media(reader, content);
  read_template(reader, content);
  if (reader.failed()) return input::refused(reader);
  return content;
}

Result<Answer> send(Scope& scope, const Call& call) {
  const auto seen = chat_service::conversations::find_allowed(scope, call.args[0], policy::Action::send);
  if (!seen) return seen.error();
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
  if (!content->media.empty())
    return errors::bad_request(content->media.front().field + ": expected none: a message's media stay");
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

Result<Answer> get_receipts(Scope& scope, const Call& call) {
  const auto target = find_target(scope, call);
  if (!target) return target.error();
  const auto token = input::page_token(call);
  if (!token) return token.error();
  const auto size = input::page_size(call);
  if (!size) return size.error();
  auto receipts = scope.tables.receipts.of_message(target->message, token->row, *size + 1);
  const bool more = receipts.size() > *size;
  receipts.resize(std::min(receipts.size(), *size));
  json::OrderedValue array = json::OrderedValue::array();
  for (const Receipt& one : receipts) array.push_back(resource::receipt(target->seen.conversation, one));
  json::OrderedValue next = nullptr;
  if (more) next = input::make_page_token({input::PageToken::Side::after, receipts.back().sid});
  const json::OrderedValue meta{{"previous_token", nullptr}, {"next_token", std::move(next)}};
  return Answer{.body = json::dump({{"delivery_receipts", std::move(array)}, {"meta", meta}})};
}

// Whom an e-mail went to; none goes out.
Result<Answer> get_recipients(Scope& scope, const Call& call) {
  const auto seen = chat_service::conversations::find_inside(scope, call.args[0]);
  if (!seen) return seen.error();
  const json::OrderedValue meta{{"previous_token", nullptr}, {"next_token", nullptr}};
  return Answer{.body = json::dump({{"message_recipients", json::OrderedValue::array()}, {"meta", meta}})};
}

constexpr Route kRoutes[] = {
    {"POST", "/Client/v2/Services/{service}/Conversations/{}/Messages", send, Stores::something},
    {"GET", "/Client/v2/Services/{service}/Conversations/{}/Messages/{}", get},
    {"POST", "/Client/v2/Services/{service}/Conversations/{}/Messages/{}", update, Stores::something},
    {"DELETE", "/Client/v2/Services/{service}/Conversations/{}/Messages/{}", remove},
    {"GET", "/Client/v2/Services/{service}/Conversations/{}/Messages/{}/ChannelMetadata", get_metadata},
    {"GET", "/Client/v2/Services/{service}/Conversations/{}/Messages/{}/Receipts", get_receipts},
    {"GET", "/Client/v2/Services/{service}/Conversations/{}/MessageRecipients", get_recipients},
};

}  // namespace

std::span<const Route> messages() { return kRoutes; }

}  // namespace parley::chat_service::routes
