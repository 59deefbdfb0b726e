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

constexpr const char* kSecond = R"sql(
-- Files, known by what is in them: two media with the same bytes share a blob.
CREATE TABLE media(
  id INTEGER PRIMARY KEY,
  sid TEXT NOT NULL UNIQUE,
  service_sid TEXT NOT NULL,
  author TEXT NOT NULL,
  category TEXT NOT NULL,           -- media, body, history
  filename TEXT,
  content_type TEXT NOT NULL,
  size INTEGER NOT NULL,
  blob TEXT NOT NULL,               -- SHA-256 in hex
  conversation_id INTEGER REFERENCES conversations(id) ON DELETE CASCADE,
  message_sid TEXT,                 -- NULL: belongs to nobody but its author yet
  position INTEGER NOT NULL DEFAULT 0,
  date_created INTEGER NOT NULL,
  date_updated INTEGER NOT NULL);
CREATE INDEX media_by_message ON media(conversation_id, message_sid, position);
CREATE INDEX media_by_blob ON media(blob);
CREATE INDEX media_unattached ON media(date_created) WHERE message_sid IS NULL;

ALTER TABLE messages ADD COLUMN has_media INTEGER NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN content_sid TEXT;
ALTER TABLE messages ADD COLUMN content_variables TEXT;

-- What other networks say of a message's delivery.
CREATE TABLE receipts(
  sid TEXT PRIMARY KEY,
  conversation_id INTEGER NOT NULL REFERENCES conversations(id) ON DELETE CASCADE,
  message_sid TEXT NOT NULL,
  participant_sid TEXT NOT NULL,
  channel_message_sid TEXT,
  status TEXT NOT NULL,             -- sent, delivered, read, undelivered, failed
  error_code INTEGER NOT NULL DEFAULT 0,
  date_created INTEGER NOT NULL,
  date_updated INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX receipts_by_message ON receipts(conversation_id, message_sid);

-- Of the legacy client: who was asked to join and has neither joined nor declined.
CREATE TABLE invitations(
  conversation_id INTEGER NOT NULL REFERENCES conversations(id) ON DELETE CASCADE,
  user_id INTEGER NOT NULL REFERENCES users(id),
  created_by TEXT NOT NULL,
  date_created INTEGER NOT NULL,
  PRIMARY KEY(conversation_id, user_id)) WITHOUT ROWID;
CREATE INDEX invitations_by_user ON invitations(user_id, conversation_id);

-- Without these the deletion of any object reads all users, for their references to it.
CREATE INDEX users_by_info_map ON users(info_map);
CREATE INDEX users_by_conversations_map ON users(conversations_map);

-- Removed items are forgotten some day: whoever stands before this event gets everything again.
ALTER TABLE sync_objects ADD COLUMN pruned_event_id INTEGER NOT NULL DEFAULT -1;
CREATE INDEX sync_tombstones ON sync_items(date_updated) WHERE removed = 1;
)sql";

constexpr const char* kThird = R"sql(
-- All conversations of one service in the order of their rows, for what is done to each of them in time.
CREATE INDEX conversations_by_service ON conversations(service_sid);
)sql";

constexpr const char* kFourth = R"sql(
-- What each user's media take together: known without reading them, however they come and go.
CREATE TABLE media_usage(
  service_sid TEXT NOT NULL,
  author TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  PRIMARY KEY(service_sid, author)) WITHOUT ROWID;
INSERT INTO media_usage SELECT service_sid, author, SUM(size) FROM media GROUP BY service_sid, author;
CREATE TRIGGER media_added AFTER INSERT ON media BEGIN
  INSERT INTO media_usage VALUES(new.service_sid, new.author, new.size)
    ON CONFLICT DO UPDATE SET bytes = bytes + new.size;
END;
CREATE TRIGGER media_removed AFTER DELETE ON media BEGIN
  UPDATE media_usage SET bytes = bytes - old.size
    WHERE service_sid = old.service_sid AND author = old.author;
END;
)sql";

constexpr const char* kFifth = R"sql(
-- 1: deleted for everybody; the rows go by and by, see ErasureTable.
ALTER TABLE conversations ADD COLUMN deleted INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sync_objects ADD COLUMN deleted INTEGER NOT NULL DEFAULT 0;
CREATE INDEX conversations_deleted ON conversations(deleted) WHERE deleted = 1;

-- How many holes each block of 1024 indexes has, so that an unread count reads few rows.
CREATE TABLE message_hole_counts(
  conversation_id INTEGER NOT NULL REFERENCES conversations(id) ON DELETE CASCADE,
  block INTEGER NOT NULL,           -- message_index / 1024
  holes INTEGER NOT NULL,
  PRIMARY KEY(conversation_id, block)) WITHOUT ROWID;
INSERT INTO message_hole_counts
  SELECT conversation_id, message_index / 1024, COUNT(*) FROM message_holes GROUP BY 1, 2;
CREATE TRIGGER message_hole_added AFTER INSERT ON message_holes BEGIN
  INSERT INTO message_hole_counts VALUES(new.conversation_id, new.message_index / 1024, 1)
    ON CONFLICT DO UPDATE SET holes = holes + 1;
END;
CREATE TRIGGER message_hole_removed AFTER DELETE ON message_holes BEGIN
  UPDATE message_hole_counts SET holes = holes - 1
    WHERE conversation_id = old.conversation_id AND block = old.message_index / 1024;
END;
)sql";

constexpr const char* kDemotedCreators = R"sql(
-- Conversations whose creator an admin has removed: it has no more rights there than anybody else.
CREATE TABLE demoted_creators(
  conversation_id INTEGER PRIMARY KEY REFERENCES conversations(id) ON DELETE CASCADE);
)sql";

constexpr const char* kBlocks = R"sql(
-- Whom a user does not want to hear of: an identity of the same service, which need not exist.
CREATE TABLE blocks(
  user_id INTEGER NOT NULL REFERENCES users(id),
  identity TEXT NOT NULL,
  date_created INTEGER NOT NULL,
  PRIMARY KEY(user_id, identity)) WITHOUT ROWID;
)sql";

constexpr const char* kMessageUsage = R"sql(
-- What each user's messages take together: 1024 and the bytes of its texts for each. The service adds what it
-- sends; whatever removes a message gives it back here. The view counts it from the messages.
CREATE TABLE message_usage(
  user_id INTEGER PRIMARY KEY REFERENCES users(id),
  bytes INTEGER NOT NULL);
CREATE VIEW message_usage_counted(user_id, bytes) AS
  SELECT u.id, SUM(1024 + ifnull(length(CAST(m.body AS BLOB)), 0) + ifnull(length(CAST(m.subject AS BLOB)), 0)
      + length(CAST(m.attributes AS BLOB)) + ifnull(length(CAST(m.content_variables AS BLOB)), 0))
    FROM messages m JOIN conversations c ON c.id = m.conversation_id
    JOIN users u ON u.service_sid = c.service_sid AND u.identity = m.author GROUP BY u.id;
INSERT INTO message_usage SELECT user_id, bytes FROM message_usage_counted;
CREATE TRIGGER message_removed AFTER DELETE ON messages BEGIN
  UPDATE message_usage SET bytes = bytes
      - (1024 + ifnull(length(CAST(old.body AS BLOB)), 0) + ifnull(length(CAST(old.subject AS BLOB)), 0)
      + length(CAST(old.attributes AS BLOB)) + ifnull(length(CAST(old.content_variables AS BLOB)), 0))
    WHERE user_id = (SELECT u.id FROM conversations c JOIN users u
      ON u.service_sid = c.service_sid AND u.identity = old.author WHERE c.id = old.conversation_id);
END;
)sql";

constexpr const char* kCreators = R"sql(
-- What somebody created, for the clients that list it also if it was not joined.
CREATE INDEX conversations_by_creator ON conversations(service_sid, created_by);
)sql";

constexpr storage::Migration kSchema[] = {{1, "first", kFirst},
                                          {2, "media_and_invitations", kSecond},
                                          {3, "conversations_by_service", kThird},
                                          {4, "media_usage", kFourth},
                                          {5, "deletion_in_pieces", kFifth},
                                          {6, "demoted_creators", kDemotedCreators},
                                          {7, "blocks", kBlocks},
                                          {8, "message_usage", kMessageUsage},
                                          {9, "conversations_by_creator", kCreators}};

}  // namespace

std::span<const storage::Migration> schema() { return kSchema; }

}  // namespace parley::chat_service
