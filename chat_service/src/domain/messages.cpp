#include "chat_service/src/domain/messages.hpp"

#include "chat_service/src/domain/changes.hpp"
#include "chat_service/src/errors.hpp"
#include "common/base/sid.hpp"

namespace parley::chat_service::messages {
namespace {

using conversations::Seen;
using policy::Action;
using projection::MessageDetails;

Result<void> check_changing(const Scope& scope, const Seen& seen, const Message& message, Action if_own,
                            Action if_others) {
  const bool own = message.author == scope.caller.identity;
  return policy::check(own ? if_own : if_others, seen.relation);
}

Action changing_others(const Content& content) {
  return content.body || content.subject ? Action::change_others_message : Action::change_others_attributes;
}

/// Counts what a message takes more than before for its author, if the author may have that.
Result<void> count_bytes(Scope& scope, const User& author, std::int64_t more) {
  const auto most = scope.options.messages.max_user_bytes;
  if (most > 0 && more > 0 &&
      static_cast<std::uint64_t>(scope.tables.messages.bytes_of(author.id) + more) > most) {
    scope.over_quota = true;
    return errors::over_quota(most);
  }
  scope.tables.messages.count_bytes(author.id, more);
  return {};
}

Message make_message(Scope& scope, const Seen& seen, const Content& content) {
  Message message{.sid = make_sid_at("IM", scope.now, scope.random),
                  .conversation = seen.conversation.id,
                  .index = seen.conversation.next_index,
                  .author = scope.caller.identity,
                  .participant_sid = seen.participant->sid,
                  .body = content.body,
                  .subject = content.subject,
                  .attributes = content.attributes.value_or("{}")};
  message.has_media = !content.media.empty();
  message.content_sid = content.content_sid;
  message.content_variables = content.content_variables;
  message.date_created = message.date_updated = scope.now;
  return message;
}

void count_in(Scope& scope, Conversation conversation, const Message& message) {
  ++conversation.next_index;
  ++conversation.messages_count;
  conversation.last_message_index = message.index;
  conversation.last_message_date = conversation.date_updated = scope.now;
  conversations::save(scope, conversation);
}

}  // namespace

Result<Message> send(Scope& scope, const Seen& seen, const Content& content) {
  if (const auto allowed = policy::check(policy::Action::send, seen.relation); !allowed)
    return allowed.error();
  auto media = attachments::pick(scope, content.media);
  if (!media) return media.error();
  Message message = make_message(scope, seen, content);
  if (const auto counted = count_bytes(scope, scope.caller, size_of(message)); !counted)
    return counted.error();
  scope.tables.messages.insert(message);
  attachments::attach(scope, *media, message);
  show(scope, seen.conversation, message, {.media = std::move(*media)});
  count_in(scope, seen.conversation, message);
  return message;
}

Result<Message> find(Scope& scope, const Seen& seen, std::string_view sid) {
  auto message = scope.tables.messages.find(seen.conversation.id, sid);
  if (!message) return errors::message_not_found();
  return std::move(*message);
}

Result<Message> update(Scope& scope, const Seen& seen, Message message, const Content& content) {
  if (const auto allowed =
          check_changing(scope, seen, message, Action::change_own_message, changing_others(content));
      !allowed)
    return allowed.error();
  const std::int64_t size_before = size_of(message);
  if (content.body) message.body = content.body;
  if (content.subject) message.subject = content.subject;
  if (content.attributes) message.attributes = *content.attributes;
  message.last_updated_by = scope.caller.identity;
  message.date_updated = scope.now;
  if (const auto author = scope.tables.users.find(scope.service_sid(), message.author))
    if (const auto counted = count_bytes(scope, *author, size_of(message) - size_before); !counted)
      return counted.error();
  scope.tables.messages.update(message);
  show(scope, seen.conversation, message, details_of(scope, message));
  return message;
}

Result<void> remove(Scope& scope, const Seen& seen, const Message& message) {
  if (const auto allowed =
          check_changing(scope, seen, message, Action::remove_own_message, Action::change_others_message);
      !allowed)
    return allowed.error();
  Conversation conversation = seen.conversation;
  if (erase(scope, conversation, message))
    conversations::save(scope, conversation);
  else
    scope.tables.conversations.update(conversation);
  return {};
}

MessageDetails details_of(Scope& scope, const Message& message) {
  MessageDetails details;
  if (message.has_media) details.media = scope.tables.media.of_message(message.conversation, message.sid);
  details.delivery = scope.tables.receipts.count(message);
  return details;
}

void show(Scope& scope, const Conversation& conversation, const Message& message,
          const MessageDetails& details) {
  changes::put_item(scope, conversation.list, message.index, projection::message_item(message, details));
}

bool erase(Scope& scope, Conversation& conversation, const Message& message) {
  scope.tables.messages.remove(message);
  if (message.has_media) scope.tables.media.remove_of_message(conversation.id, message.sid);
  scope.tables.receipts.remove_of_message(message);
  changes::remove_item(scope, conversation.list, message.index);
  --conversation.messages_count;
  if (conversation.last_message_index != message.index) return false;
  const auto newest = scope.tables.messages.newest(conversation.id);
  conversation.last_message_index = newest ? std::optional(newest->index) : std::nullopt;
  conversation.last_message_date = newest ? newest->date_created : 0;
  conversation.date_updated = scope.now;
  return true;
}

}  // namespace parley::chat_service::messages
