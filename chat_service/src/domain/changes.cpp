#include "chat_service/src/domain/changes.hpp"

#include <charconv>

namespace parley::chat_service::changes {

std::string key_text(const ItemKey& key) {
  if (const auto* index = std::get_if<std::int64_t>(&key)) return std::to_string(*index);
  return std::get<std::string>(key);
}

std::string revision_text(std::int64_t revision) {
  char text[16];
  const auto end = std::to_chars(text, text + sizeof text, revision, 16).ptr;
  return {text, end};
}

sync::Event item_event(const Links& links, const SyncObject& object, const SyncItem& item,
                       sync::Change change) {
  const std::string key = key_text(item.key);
  return {.type = object.type,
          .change = change,
          .id = item.last_event_id,
          .object_sid = object.sid,
          .unique_name = object.unique_name,
          .revision = revision_text(object.revision),
          .item_key = key,
          .item_url = links.sync_item(object.type, object.sid, key),
          .item_revision = revision_text(item.revision),
          .data = item.data,
          .date_created = to_iso(item.date_updated)};
}

sync::Event document_event(const SyncObject& object, sync::Change change) {
  sync::Event event;
  event.type = object.type;
  event.change = change;
  event.id = object.last_event_id;
  event.object_sid = object.sid;
  event.unique_name = object.unique_name;
  event.revision = revision_text(object.revision);
  if (!object.data.empty()) event.data = object.data;
  event.date_created = to_iso(object.date_updated);
  return event;
}

void put_document(Scope& scope, Id object, const std::string& data) {
  if (const auto changed = scope.tables.sync.put_document(object, data, scope.now))
    scope.effects.push_back(Changed{document_event(*changed, sync::Change::updated)});
}

void put_item(Scope& scope, Id object, const ItemKey& key, std::string data) {
  if (const auto change = scope.tables.sync.put_item(object, key, std::move(data), scope.now))
    scope.effects.push_back(Changed{item_event(scope.links, change->object, change->item, change->change)});
}

void remove_item(Scope& scope, Id object, const ItemKey& key) {
  if (const auto change = scope.tables.sync.remove_item(object, key, scope.now))
    scope.effects.push_back(Changed{item_event(scope.links, change->object, change->item, change->change)});
}

void remove_object(Scope& scope, Id object) {
  const auto last = scope.tables.sync.remove(object, scope.now);
  if (!last) return;
  scope.effects.push_back(Changed{document_event(*last, sync::Change::removed)});
  scope.effects.push_back(Forgotten{{last->sid}});
}

}  // namespace parley::chat_service::changes
