#include "chat_sdk/src/model/sync_router.hpp"

namespace parley::detail {

using Part = ChannelSubscriptions::Part;

SyncRouter::SyncRouter(ChannelSubscriptions& subscriptions, ChannelRegistry& registry, ChannelOpener& opener,
                       MyConversations& my_conversations, UnreadCounts& unread, HoleHealer& healer)
    : subscriptions_(subscriptions),
      registry_(registry),
      opener_(opener),
      my_conversations_(my_conversations),
      unread_(unread),
      healer_(healer) {}

void SyncRouter::on_applied(const sync::Event& event) {
  if (event.object_sid == my_conversations_.object_sid()) return my_conversations_.apply(event);
  const auto* object = subscriptions_.find(event.object_sid);
  if (!object) return;
  switch (object->part) {
    case Part::document:
      return apply_document(object->record, event);
    case Part::roster:
      return object->record->apply_roster(event);
    case Part::messages:
      return apply_message(object->record, event);
  }
}

void SyncRouter::apply_document(const RecordPtr& record, const sync::Event& event) {
  const std::string name = record->state().name;
  record->apply_document(event);
  if (record->state().name != name) registry_.renamed(record, name);
  healer_.check(record);
}

void SyncRouter::apply_message(const RecordPtr& record, const sync::Event& event) {
  record->apply_message(event);
  if (event.change == sync::Change::item_removed) unread_.check(record);
  healer_.check(record);
}

void SyncRouter::on_established(const std::string& object_sid) {
  if (object_sid == my_conversations_.object_sid()) return opener_.retry_now();
  const auto* object = subscriptions_.find(object_sid);
  if (!object || object->part != Part::messages) return;
  const RecordPtr record = object->record;
  const std::string sid = record->state().sid;
  if (opener_.state(sid)) return opener_.on_messages_established(sid);
  healer_.check(record);
  unread_.check(record);
}

// A channel is gone with its document; one that is being opened, with any part.
void SyncRouter::on_gone(const std::string& object_sid) {
  const auto* object = subscriptions_.find(object_sid);
  if (!object) return;
  const std::string sid = object->record->state().sid;
  if (object->part == Part::document || opener_.state(sid)) my_conversations_.drop(sid);
}

// A loaded channel hears nothing of this object until the next connection subscribes it again. A channel that
// is being opened needs all its objects, so its attempt fails.
void SyncRouter::on_failed(const std::string& object_sid, const Error& error) {
  const auto* object = subscriptions_.find(object_sid);
  if (object) opener_.on_subscription_failed(object->record->state().sid, error);
}

}  // namespace parley::detail
