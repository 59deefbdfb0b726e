#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "chat_service/src/model.hpp"
#include "common/protocol/sync/event.hpp"
#include "common/storage/database.hpp"

namespace parley::chat_service {

struct SyncObject {
  Id id = 0;
  std::string sid{};
  std::string unique_name{};
  sync::ObjectType type = sync::ObjectType::document;
  std::string data{};  ///< documents only
  std::int64_t revision = 0;
  std::int64_t last_event_id = -1;
  std::int64_t pruned_event_id = -1;  ///< the newest removal that is forgotten; -1: none
  Millis date_created = 0;
  Millis date_updated = 0;
};

/// Index in a list, key in a map.
using ItemKey = std::variant<std::int64_t, std::string>;

struct SyncItem {
  ItemKey key{};
  std::string data{};
  std::int64_t revision = 0;
  std::int64_t created_event_id = 0;
  std::int64_t last_event_id = 0;
  bool removed = false;
  Millis date_created = 0;
  Millis date_updated = 0;
};

/// An item that changed, with its object as it is after the change.
struct ItemChange {
  SyncObject object{};
  SyncItem item{};
  sync::Change change = sync::Change::item_updated;
};

/// What an item or a document takes as JSON, in an event or on a page: about, and rather too much.
std::size_t encoded_bytes(const SyncItem& item);
std::size_t encoded_bytes(const SyncObject& document);

/// How many items to read: at most `items`, and none after the one that goes beyond `bytes`, as
/// encoded_bytes() counts.
struct Amount {
  std::size_t items = 0;
  std::size_t bytes = 0;
};

enum class Order { ascending, descending };

struct NewObject {
  std::string sid{};
  std::string_view service_sid{};
  std::string unique_name{};
  sync::ObjectType type = sync::ObjectType::document;
  std::string data{};  ///< documents only
};

/// Documents, lists and maps: each object counts its own events, one step per change.
class SyncTable {
 public:
  explicit SyncTable(storage::Database& database) : database_(database) {}

  Id create(const NewObject& object, Millis now);
  /// By SID or unique name.
  std::optional<SyncObject> find(std::string_view service_sid, std::string_view sid_or_name);
  std::optional<SyncObject> find(Id object);

  // Changes. Nothing is returned if the object or item does not exist.
  std::optional<SyncObject> put_document(Id object, const std::string& data, Millis now);
  /// Adds or replaces; adding a removed key again deletes its tombstone.
  std::optional<ItemChange> put_item(Id object, const ItemKey& key, std::string data, Millis now);
  /// Leaves a tombstone without data. The change carries the last data.
  std::optional<ItemChange> remove_item(Id object, const ItemKey& key, Millis now);
  /// Nobody finds the object by SID or name any more; its rows are left to ErasureTable. What is returned has
  /// the id of its last event.
  std::optional<SyncObject> remove(Id object, Millis now);

  std::optional<SyncItem> item(Id object, const ItemKey& key);
  /// Existing items from `from` (inclusive) in this direction; without `from` from the beginning of it.
  std::vector<SyncItem> page(Id object, Order order, const std::optional<ItemKey>& from, Amount amount);
  /// Existing items strictly beyond `from` in this direction, nearest first.
  std::vector<SyncItem> beyond(Id object, Order order, const ItemKey& from, Amount amount);
  /// Items and tombstones whose last event is newer, in event order.
  std::vector<SyncItem> changed_after(Id object, std::int64_t event_id, Amount amount);

  /// Forgets removals that are older, at most that many; the objects remember up to where. How many it was.
  std::size_t prune_tombstones_before(Millis date, std::size_t limit);

 private:
  std::optional<SyncObject> bump(Id object, Millis now);
  void insert(Id object, const SyncItem& item);
  void update(Id object, const SyncItem& item);

  storage::Database& database_;
};

}  // namespace parley::chat_service
