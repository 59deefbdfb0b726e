#include "chat_service/src/store/sync_table.hpp"

#include "common/base/sid.hpp"

namespace parley::chat_service {
namespace {

using storage::Query;

constexpr std::size_t kItemFrameBytes = 1024;  // SIDs, dates and a URL, beside the data

#define OBJECT_COLUMNS                                                                         \
  "id, sid, unique_name, type, data, revision, last_event_id, pruned_event_id, date_created, " \
  "date_updated"
#define ITEM_COLUMNS \
  "key, data, revision, created_event_id, last_event_id, removed, date_created, date_updated"

SyncObject read_object(const Query& row) {
  return {.id = row.integer(0),
          .sid = row.text(1),
          .unique_name = row.text(2),
          .type = static_cast<sync::ObjectType>(row.integer(3)),
          .data = row.text(4),
          .revision = row.integer(5),
          .last_event_id = row.integer(6),
          .pruned_event_id = row.integer(7),
          .date_created = row.integer(8),
          .date_updated = row.integer(9)};
}

ItemKey read_key(const Query& row, int column) {
  if (row.is_integer(column)) return row.integer(column);
  return row.text(column);
}

SyncItem read_item(const Query& row) {
  return {.key = read_key(row, 0),
          .data = row.text(1),
          .revision = row.integer(2),
          .created_event_id = row.integer(3),
          .last_event_id = row.integer(4),
          .removed = row.boolean(5),
          .date_created = row.integer(6),
          .date_updated = row.integer(7)};
}

std::optional<SyncObject> first_object(Query query) {
  if (!query.next()) return std::nullopt;
  return read_object(query);
}

void step(SyncObject& object, Millis now) {
  ++object.last_event_id;
  ++object.revision;
  object.date_updated = now;
}

// The item that is too much is still taken: it tells the caller where to go on.
std::vector<SyncItem> all_items(Query query, std::size_t max_bytes) {
  std::vector<SyncItem> items;
  std::size_t bytes = 0;
  while (bytes <= max_bytes && query.next()) {
    items.push_back(read_item(query));
    bytes += encoded_bytes(items.back());
  }
  return items;
}

}  // namespace

std::size_t encoded_bytes(const SyncItem& item) {
  const auto* key = std::get_if<std::string>(&item.key);
  // A key is written as itself and in a URL.
  return item.data.size() + (key ? 5 * key->size() : 0) + kItemFrameBytes;
}

std::size_t encoded_bytes(const SyncObject& document) { return document.data.size() + kItemFrameBytes; }

Id SyncTable::create(const NewObject& object, Millis now) {
  const bool document = object.type == sync::ObjectType::document;
  database_.run(
      "INSERT INTO sync_objects(sid, service_sid, unique_name, type, data, last_event_id, date_created, "
      "date_updated) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7)",
      object.sid, object.service_sid, object.unique_name, static_cast<int>(object.type),
      document ? std::optional(object.data) : std::nullopt, document ? 0 : -1, now);
  return database_.last_insert_id();
}

std::optional<SyncObject> SyncTable::find(std::string_view service_sid, std::string_view sid_or_name) {
  auto by_sid = first_object(database_.query(
      "SELECT " OBJECT_COLUMNS " FROM sync_objects WHERE sid = ?2 AND service_sid = ?1 AND deleted = 0",
      service_sid, sid_or_name));
  if (by_sid) return by_sid;
  return first_object(
      database_.query("SELECT " OBJECT_COLUMNS
                      " FROM sync_objects WHERE service_sid = ?1 AND unique_name = ?2 AND deleted = 0",
                      service_sid, sid_or_name));
}

std::optional<SyncObject> SyncTable::find(Id object) {
  return first_object(database_.query("SELECT " OBJECT_COLUMNS " FROM sync_objects WHERE id = ?", object));
}

// Changes are read, made here and written: RETURNING would build a table of its own for each row.
std::optional<SyncObject> SyncTable::bump(Id object, Millis now) {
  auto bumped = find(object);
  if (!bumped) return std::nullopt;
  step(*bumped, now);
  database_.run("UPDATE sync_objects SET last_event_id = ?2, revision = ?3, date_updated = ?4 WHERE id = ?1",
                object, bumped->last_event_id, bumped->revision, now);
  return bumped;
}

std::optional<SyncObject> SyncTable::put_document(Id object, const std::string& data, Millis now) {
  auto changed = find(object);
  if (!changed) return std::nullopt;
  step(*changed, now);
  changed->data = data;
  database_.run(
      "UPDATE sync_objects SET last_event_id = ?2, revision = ?3, date_updated = ?4, data = ?5 WHERE id = ?1",
      object, changed->last_event_id, changed->revision, now, data);
  return changed;
}

std::optional<ItemChange> SyncTable::put_item(Id object, const ItemKey& key, std::string data, Millis now) {
  auto owner = bump(object, now);
  if (!owner) return std::nullopt;
  const auto old = item(object, key);
  const bool is_new = !old || old->removed;
  SyncItem item{.key = key,
                .data = std::move(data),
                .revision = old ? old->revision + 1 : 0,
                .created_event_id = is_new ? owner->last_event_id : old->created_event_id,
                .last_event_id = owner->last_event_id,
                .date_created = is_new ? now : old->date_created,
                .date_updated = now};
  old ? update(object, item) : insert(object, item);
  const auto change = is_new ? sync::Change::item_added : sync::Change::item_updated;
  return ItemChange{std::move(*owner), std::move(item), change};
}

void SyncTable::insert(Id object, const SyncItem& item) {
  database_.run(
      "INSERT INTO sync_items(object_id, key, data, revision, created_event_id, last_event_id, removed, "
      "date_created, date_updated) VALUES(?, ?, ?, ?, ?, ?, 0, ?, ?)",
      object, item.key, item.data, item.revision, item.created_event_id, item.last_event_id,
      item.date_created, item.date_updated);
}

void SyncTable::update(Id object, const SyncItem& item) {
  database_.run(
      "UPDATE sync_items SET data = ?3, revision = ?4, created_event_id = ?5, last_event_id = ?6, "
      "date_created = ?7, date_updated = ?8, removed = 0 WHERE object_id = ?1 AND key = ?2",
      object, item.key, item.data, item.revision, item.created_event_id, item.last_event_id,
      item.date_created, item.date_updated);
}

std::optional<ItemChange> SyncTable::remove_item(Id object, const ItemKey& key, Millis now) {
  auto last = item(object, key);
  if (!last || last->removed) return std::nullopt;
  auto owner = bump(object, now);
  if (!owner) return std::nullopt;
  // The data goes: a removed message must not stay on disk for as long as its tombstone.
  database_.run(
      "UPDATE sync_items SET removed = 1, data = '{}', last_event_id = ?3, date_updated = ?4 "
      "WHERE object_id = ?1 AND key = ?2",
      object, key, owner->last_event_id, now);
  last->removed = true;
  last->last_event_id = owner->last_event_id;
  last->date_updated = now;
  return ItemChange{std::move(*owner), std::move(*last), sync::Change::item_removed};
}

std::optional<SyncObject> SyncTable::remove(Id object, Millis now) {
  auto last = bump(object, now);
  if (last) database_.run("UPDATE sync_objects SET deleted = 1 WHERE id = ?", object);
  return last;
}

std::optional<SyncItem> SyncTable::item(Id object, const ItemKey& key) {
  auto row =
      database_.query("SELECT " ITEM_COLUMNS " FROM sync_items WHERE object_id = ? AND key = ?", object, key);
  if (!row.next()) return std::nullopt;
  return read_item(row);
}

std::vector<SyncItem> SyncTable::page(Id object, Order order, const std::optional<ItemKey>& from,
                                      Amount amount) {
  constexpr std::string_view kAll =
      "SELECT " ITEM_COLUMNS " FROM sync_items WHERE object_id = ? AND removed = 0 ORDER BY key LIMIT ?";
  constexpr std::string_view kAllDown =
      "SELECT " ITEM_COLUMNS " FROM sync_items WHERE object_id = ? AND removed = 0 ORDER BY key DESC LIMIT ?";
  constexpr std::string_view kUp =
      "SELECT " ITEM_COLUMNS
      " FROM sync_items WHERE object_id = ? AND removed = 0 AND key >= ? ORDER BY key LIMIT ?";
  constexpr std::string_view kDown =
      "SELECT " ITEM_COLUMNS
      " FROM sync_items WHERE object_id = ? AND removed = 0 AND key <= ? ORDER BY key DESC LIMIT ?";
  const bool up = order == Order::ascending;
  const auto count = static_cast<std::int64_t>(amount.items);
  if (!from) return all_items(database_.query(up ? kAll : kAllDown, object, count), amount.bytes);
  return all_items(database_.query(up ? kUp : kDown, object, *from, count), amount.bytes);
}

std::vector<SyncItem> SyncTable::beyond(Id object, Order order, const ItemKey& from, Amount amount) {
  constexpr std::string_view kUp =
      "SELECT " ITEM_COLUMNS
      " FROM sync_items WHERE object_id = ? AND removed = 0 AND key > ? ORDER BY key LIMIT ?";
  constexpr std::string_view kDown =
      "SELECT " ITEM_COLUMNS
      " FROM sync_items WHERE object_id = ? AND removed = 0 AND key < ? ORDER BY key DESC LIMIT ?";
  return all_items(database_.query(order == Order::ascending ? kUp : kDown, object, from,
                                   static_cast<std::int64_t>(amount.items)),
                   amount.bytes);
}

std::vector<SyncItem> SyncTable::changed_after(Id object, std::int64_t event_id, Amount amount) {
  return all_items(
      database_.query(
          "SELECT " ITEM_COLUMNS
          " FROM sync_items WHERE object_id = ? AND last_event_id > ? ORDER BY last_event_id LIMIT ?",
          object, event_id, static_cast<std::int64_t>(amount.items)),
      amount.bytes);
}

std::size_t SyncTable::prune_tombstones_before(Millis date, std::size_t limit) {
  struct Tombstone {
    Id object;
    ItemKey key;
    std::int64_t event_id;
  };
  std::vector<Tombstone> old;
  auto row = database_.query(
      "SELECT object_id, key, last_event_id FROM sync_items WHERE removed = 1 AND date_updated < ? LIMIT ?",
      date, static_cast<std::int64_t>(limit));
  while (row.next()) old.push_back({row.integer(0), read_key(row, 1), row.integer(2)});
  for (const Tombstone& one : old) {
    database_.run("DELETE FROM sync_items WHERE object_id = ? AND key = ?", one.object, one.key);
    database_.run("UPDATE sync_objects SET pruned_event_id = max(pruned_event_id, ?2) WHERE id = ?1",
                  one.object, one.event_id);
  }
  return old.size();
}

}  // namespace parley::chat_service
