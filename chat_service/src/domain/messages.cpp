#include "chat_service/src/domain/messages.hpp"

#include "chat_service/src/domain/changes.hpp"
#include "chat_service/src/domain/projection.hpp"
#include "chat_service/src/errors.hpp"
#include "common/base/sid.hpp"

namespace parley::chat_service::messages {
namespace {

using conversations::Seen;

bool may_change(Scope& scope, const Seen& seen, const Message& message) {
  return policy::may_change_message(seen.relation, message.author == scope.caller.identity);
}

}  // namespace

Result<Message> send(Scope& scope, const Seen& seen, const Content& content) {
  if (!policy::may_send(seen.relation)) return errors::not_a_participant();
  Conversation conversation = seen.conversation;
  Message message{.sid = make_sid("IM", scope.random),
                  .conversation = conversation.id,
                  .index = conversation.next_index,
                  .author = scope.caller.identity,
                  .participant_sid = seen.participant->sid,
                  .body = content.body,
                  .subject = content.subject,
                  .attributes = content.attributes.value_or("{}")};
  message.date_created = message.date_updated = scope.now;
  scope.tables.messages.insert(message);
  changes::put_item(scope, conversation.list, message.index, projection::message_item(message));

  ++conversation.next_index;
  ++conversation.messages_count;
  conversation.last_message_index = message.index;
  conversation.last_message_date = conversation.date_updated = scope.now;
  conversations::save(scope, conversation);
  return message;
}

Result<Message> find(Scope& scope, const Seen& seen, std::string_view sid) {
  auto message = scope.tables.messages.find(seen.conversation.id, sid);
  if (!message) return errors::message_not_found();
  return std::move(*message);
}

Result<Message> update(Scope& scope, const Seen& seen, Message message, const Content& content) {
  if (!may_change(scope, seen, message)) return errors::forbidden();
  if (content.body) message.body = content.body;
  if (content.subject) message.subject = content.subject;
  if (content.attributes) message.attributes = *content.attributes;
  message.last_updated_by = scope.caller.identity;
  message.date_updated = scope.now;
  scope.tables.messages.update(message);
  changes::put_item(scope, seen.conversation.list, message.index, projection::message_item(message));
  return message;
}

Result<void> remove(Scope& scope, const Seen& seen, const Message& message) {
  if (!may_change(scope, seen, message)) return errors::forbidden();
  Conversation conversation = seen.conversation;
  scope.tables.messages.remove(message);
  changes::remove_item(scope, conversation.list, message.index);
  --conversation.messages_count;
  if (conversation.last_message_index != message.index) {
    scope.tables.conversations.update(conversation);
    return {};
  }
  const auto newest = scope.tables.messages.newest(conversation.id);
  conversation.last_message_index = newest ? std::optional(newest->index) : std::nullopt;
  conversation.last_message_date = newest ? newest->date_created : 0;
  conversation.date_updated = scope.now;
  conversations::save(scope, conversation);
  return {};
}

}  // namespace parley::chat_service::messages
