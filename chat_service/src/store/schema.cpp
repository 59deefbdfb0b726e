#include "chat_service/src/store/schema.hpp"

namespace parley::chat_service {
namespace {

// Typed rows are the truth of the domain; Sync objects and items are what clients are shown of it.
// All dates are milliseconds since 1970.
constexpr const char* kFirst = R"sql(
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE sync_objects(
  id INTEGER PRIMARY KEY,
  sid TEXT NOT NULL UNIQUE,
  service_sid TEXT NOT NULL,
  unique_name TEXT NOT NULL,
  type INTEGER NOT NULL,            -- 0 document, 1 list, 2 map
  data TEXT,                        -- documents only
  revision INTEGER NOT NULL DEFAULT 0,
  last_event_id INTEGER NOT NULL,   -- one step per change, never goes back
  date_created INTEGER NOT NULL,
  date_updated INTEGER NOT NULL,
  UNIQUE(service_sid, unique_name));

-- key has no type of its own: whole numbers in lists, text in maps, each in its natural order.
CREATE TABLE sync_items(
  object_id INTEGER NOT NULL REFERENCES sync_objects(id) ON DELETE CASCADE,
  key NOT NULL,
  data TEXT NOT NULL,
  revision INTEGER NOT NULL,
  created_event_id INTEGER NOT NULL,
  last_event_id INTEGER NOT NULL,
  removed INTEGER NOT NULL,         -- 1: a tombstone, for clients that were away
  date_created INTEGER NOT NULL,
  date_updated INTEGER NOT NULL,
  PRIMARY KEY(object_id, key)) WITHOUT ROWID;
CREATE INDEX sync_items_by_event ON sync_items(object_id, last_event_id);

CREATE TABLE users(
  id INTEGER PRIMARY KEY,
  sid TEXT NOT NULL UNIQUE,
  service_sid TEXT NOT NULL,
  identity TEXT NOT NULL,
  friendly_name TEXT,
  attributes TEXT NOT NULL,
  online INTEGER NOT NULL DEFAULT 0,
  info_map INTEGER NOT NULL REFERENCES sync_objects(id),
  conversations_map INTEGER NOT NULL REFERENCES sync_objects(id),
  date_created INTEGER NOT NULL,
  date_updated INTEGER NOT NULL,
  UNIQUE(service_sid, identity));
CREATE INDEX users_online ON users(service_sid) WHERE online = 1;

CREATE TABLE conversations(
  id INTEGER PRIMARY KEY,
  sid TEXT NOT NULL UNIQUE,
  service_sid TEXT NOT NULL,
  unique_name TEXT,
  friendly_name TEXT,
  attributes TEXT NOT NULL,
  is_public INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  document INTEGER NOT NULL,
  roster INTEGER NOT NULL,
  list INTEGER NOT NULL,
  next_index INTEGER NOT NULL DEFAULT 0,
  messages_count INTEGER NOT NULL DEFAULT 0,
  participants_count INTEGER NOT NULL DEFAULT 0,
  last_message_index INTEGER,
  last_message_date INTEGER NOT NULL DEFAULT 0,
  date_created INTEGER NOT NULL,
  date_updated INTEGER NOT NULL,
  UNIQUE(service_sid, unique_name));
CREATE INDEX conversations_public ON conversations(service_sid, id) WHERE is_public = 1;

CREATE TABLE participants(
  id INTEGER PRIMARY KEY,
  sid TEXT NOT NULL UNIQUE,
  conversation_id INTEGER NOT NULL REFERENCES conversations(id) ON DELETE CASCADE,
  user_id INTEGER REFERENCES users(id),
  type TEXT NOT NULL,
  binding TEXT,
  attributes TEXT NOT NULL,
  role INTEGER NOT NULL,
  last_read INTEGER,
  last_read_date INTEGER,
  notification_level TEXT NOT NULL DEFAULT 'default',
  date_created INTEGER NOT NULL,
  date_updated INTEGER NOT NULL,
  UNIQUE(conversation_id, user_id));
CREATE INDEX participants_by_user ON participants(user_id, conversation_id);

CREATE TABLE messages(
  conversation_id INTEGER NOT NULL REFERENCES conversations(id) ON DELETE CASCADE,
  message_index INTEGER NOT NULL,
  sid TEXT NOT NULL UNIQUE,
  author TEXT NOT NULL,
  participant_sid TEXT NOT NULL,
  body TEXT,
  subject TEXT,
  attributes TEXT NOT NULL,
  last_updated_by TEXT,
  date_created INTEGER NOT NULL,
  date_updated INTEGER NOT NULL,
  PRIMARY KEY(conversation_id, message_index)) WITHOUT ROWID;

-- Indexes of removed messages, so that unread counts are a subtraction and not a scan.
CREATE TABLE message_holes(
  conversation_id INTEGER NOT NULL REFERENCES conversations(id) ON DELETE CASCADE,
  message_index INTEGER NOT NULL,
  PRIMARY KEY(conversation_id, message_index)) WITHOUT ROWID;

CREATE TABLE mutations(
  service_sid TEXT NOT NULL,
  identity TEXT NOT NULL,
  mutation_id TEXT NOT NULL,
  request_hash TEXT NOT NULL,       -- of method and path
  resource_url TEXT NOT NULL,
  date_created INTEGER NOT NULL,
  PRIMARY KEY(service_sid, identity, mutation_id)) WITHOUT ROWID;
CREATE INDEX mutations_by_date ON mutations(date_created);

CREATE TABLE registrations(
  id TEXT PRIMARY KEY,
  user_id INTEGER NOT NULL REFERENCES users(id),
  channel_type TEXT NOT NULL,
  address TEXT NOT NULL,
  body TEXT NOT NULL,
  date_created INTEGER NOT NULL,
  UNIQUE(user_id, channel_type, address)) WITHOUT ROWID;
)sql";

constexpr storage::Migration kSchema[] = {{1, "first", kFirst}};

}  // namespace

std::span<const storage::Migration> schema() { return kSchema; }

}  // namespace parley::chat_service
