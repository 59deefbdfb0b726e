-- A database as version 1 of the schema wrote it: two users, each with a channel of three messages.
-- Made by the service of that time, dumped by SQLite. Never edited: files like it are in use.
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
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
INSERT INTO "conversations" VALUES(1,'CH781d2b7f0f6e4ea346b15fd47c21cb3e','IS0123456789abcdef0123456789abcdef',NULL,NULL,'{}',0,'sender0',3,4,5,3,3,1,2,1795176000030,1795176000000,1795176000030);
INSERT INTO "conversations" VALUES(2,'CH184880dfed08e0b22b4f5788171f3eaa','IS0123456789abcdef0123456789abcdef',NULL,NULL,'{}',0,'sender1',8,9,10,3,3,1,2,1795176000030,1795176000000,1795176000030);
CREATE TABLE message_holes(
  conversation_id INTEGER NOT NULL REFERENCES conversations(id) ON DELETE CASCADE,
  message_index INTEGER NOT NULL,
  PRIMARY KEY(conversation_id, message_index)) WITHOUT ROWID;
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
INSERT INTO "messages" VALUES(1,0,'IM5c123efa79e399c28cb0da2d7ba895e9','sender0','MB462a47a2b9fefc52057e5191c6654ede','a message of a usual length, say sixty bytes of plain text.',NULL,'{}',NULL,1795176000010,1795176000010);
INSERT INTO "messages" VALUES(1,1,'IM2341e7259c58a8ceb553d5ec4508d2aa','sender0','MB462a47a2b9fefc52057e5191c6654ede','a message of a usual length, say sixty bytes of plain text.',NULL,'{}',NULL,1795176000020,1795176000020);
INSERT INTO "messages" VALUES(1,2,'IMe2970ce2acd4ca75324c5f4164ebfa3d','sender0','MB462a47a2b9fefc52057e5191c6654ede','a message of a usual length, say sixty bytes of plain text.',NULL,'{}',NULL,1795176000030,1795176000030);
INSERT INTO "messages" VALUES(2,0,'IM0bb3a07ee665cbe7ed5ede3b802c5508','sender1','MB7812bcb576e3e72f9cd432d7786853f3','a message of a usual length, say sixty bytes of plain text.',NULL,'{}',NULL,1795176000010,1795176000010);
INSERT INTO "messages" VALUES(2,1,'IM1b625d9c1cf1f86e96a633edb2275c3e','sender1','MB7812bcb576e3e72f9cd432d7786853f3','a message of a usual length, say sixty bytes of plain text.',NULL,'{}',NULL,1795176000020,1795176000020);
INSERT INTO "messages" VALUES(2,2,'IM71998528215b346dafd67bd1b73183fb','sender1','MB7812bcb576e3e72f9cd432d7786853f3','a message of a usual length, say sixty bytes of plain text.',NULL,'{}',NULL,1795176000030,1795176000030);
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO "meta" VALUES('continuation_secret','684e9a8e3849b4090010001b6563dc99c1bae3e8cf67445b631a4b3118caa7b5');
CREATE TABLE mutations(
  service_sid TEXT NOT NULL,
  identity TEXT NOT NULL,
  mutation_id TEXT NOT NULL,
  request_hash TEXT NOT NULL,       -- of method and path
  resource_url TEXT NOT NULL,
  date_created INTEGER NOT NULL,
  PRIMARY KEY(service_sid, identity, mutation_id)) WITHOUT ROWID;
INSERT INTO "mutations" VALUES('IS0123456789abcdef0123456789abcdef','sender0','mutation-0-0','h_Z_Xxc7HOX7exkGK0XK7qbPuwXftNABB1GDADs6bbI','http://chat.test:4010/Client/v2/Services/IS0123456789abcdef0123456789abcdef/Conversations/CH781d2b7f0f6e4ea346b15fd47c21cb3e/Messages/IM5c123efa79e399c28cb0da2d7ba895e9',1795176000010);
INSERT INTO "mutations" VALUES('IS0123456789abcdef0123456789abcdef','sender0','mutation-0-1','h_Z_Xxc7HOX7exkGK0XK7qbPuwXftNABB1GDADs6bbI','http://chat.test:4010/Client/v2/Services/IS0123456789abcdef0123456789abcdef/Conversations/CH781d2b7f0f6e4ea346b15fd47c21cb3e/Messages/IM2341e7259c58a8ceb553d5ec4508d2aa',1795176000020);
INSERT INTO "mutations" VALUES('IS0123456789abcdef0123456789abcdef','sender0','mutation-0-2','h_Z_Xxc7HOX7exkGK0XK7qbPuwXftNABB1GDADs6bbI','http://chat.test:4010/Client/v2/Services/IS0123456789abcdef0123456789abcdef/Conversations/CH781d2b7f0f6e4ea346b15fd47c21cb3e/Messages/IMe2970ce2acd4ca75324c5f4164ebfa3d',1795176000030);
INSERT INTO "mutations" VALUES('IS0123456789abcdef0123456789abcdef','sender1','mutation-1-0','JMI6dyTJ6PkpzvzGfjF-W_6oyCPC6jQHUs9oi1MrGLM','http://chat.test:4010/Client/v2/Services/IS0123456789abcdef0123456789abcdef/Conversations/CH184880dfed08e0b22b4f5788171f3eaa/Messages/IM0bb3a07ee665cbe7ed5ede3b802c5508',1795176000010);
INSERT INTO "mutations" VALUES('IS0123456789abcdef0123456789abcdef','sender1','mutation-1-1','JMI6dyTJ6PkpzvzGfjF-W_6oyCPC6jQHUs9oi1MrGLM','http://chat.test:4010/Client/v2/Services/IS0123456789abcdef0123456789abcdef/Conversations/CH184880dfed08e0b22b4f5788171f3eaa/Messages/IM1b625d9c1cf1f86e96a633edb2275c3e',1795176000020);
INSERT INTO "mutations" VALUES('IS0123456789abcdef0123456789abcdef','sender1','mutation-1-2','JMI6dyTJ6PkpzvzGfjF-W_6oyCPC6jQHUs9oi1MrGLM','http://chat.test:4010/Client/v2/Services/IS0123456789abcdef0123456789abcdef/Conversations/CH184880dfed08e0b22b4f5788171f3eaa/Messages/IM71998528215b346dafd67bd1b73183fb',1795176000030);
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
INSERT INTO "participants" VALUES(1,'MB462a47a2b9fefc52057e5191c6654ede',1,1,'chat',NULL,'{}',0,NULL,NULL,'default',1795176000000,1795176000000);
INSERT INTO "participants" VALUES(2,'MB7812bcb576e3e72f9cd432d7786853f3',2,2,'chat',NULL,'{}',0,NULL,NULL,'default',1795176000000,1795176000000);
CREATE TABLE registrations(
  id TEXT PRIMARY KEY,
  user_id INTEGER NOT NULL REFERENCES users(id),
  channel_type TEXT NOT NULL,
  address TEXT NOT NULL,
  body TEXT NOT NULL,
  date_created INTEGER NOT NULL,
  UNIQUE(user_id, channel_type, address)) WITHOUT ROWID;
CREATE TABLE schema_version(version INTEGER PRIMARY KEY, name TEXT NOT NULL);
INSERT INTO "schema_version" VALUES(1,'first');
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
INSERT INTO "sync_items" VALUES(1,'attributes','{"value":"{}"}',0,1,1,0,1795176000000,1795176000000);
INSERT INTO "sync_items" VALUES(1,'friendlyName','{"value":"sender0"}',0,0,0,0,1795176000000,1795176000000);
INSERT INTO "sync_items" VALUES(1,'reachability','{"online":true,"notifiable":false}',1,2,3,0,1795176000000,1795176000000);
INSERT INTO "sync_items" VALUES(2,'CH781d2b7f0f6e4ea346b15fd47c21cb3e','{"status":"joined","channel":"CH781d2b7f0f6e4ea346b15fd47c21cb3e.channel","roster":"CH781d2b7f0f6e4ea346b15fd47c21cb3e.roster","messages":"CH781d2b7f0f6e4ea346b15fd47c21cb3e.messages","lastConsumedMessageIndex":null,"notificationLevel":"default"}',0,0,0,0,1795176000000,1795176000000);
INSERT INTO "sync_items" VALUES(4,'MB462a47a2b9fefc52057e5191c6654ede','{"identity":"sender0","type":"chat","roleSid":"RLaac12a492a1e1d16466e01d7bfd0ee0a","attributes":"{}","dateCreated":"2026-11-20T12:00:00.000Z","dateUpdated":"2026-11-20T12:00:00.000Z","lastConsumedMessageIndex":null,"lastConsumptionTimestamp":null,"userInfo":"UScff5ed4fe20a48bc7e5337cf59c55371.info"}',0,0,0,0,1795176000000,1795176000000);
INSERT INTO "sync_items" VALUES(5,0,'{"sid":"IM5c123efa79e399c28cb0da2d7ba895e9","author":"sender0","memberSid":"MB462a47a2b9fefc52057e5191c6654ede","text":"a message of a usual length, say sixty bytes of plain text.","attributes":"{}","type":"text","timestamp":"2026-11-20T12:00:00.010Z","dateUpdated":"2026-11-20T12:00:00.010Z","lastUpdatedBy":null}',0,0,0,0,1795176000010,1795176000010);
INSERT INTO "sync_items" VALUES(5,1,'{"sid":"IM2341e7259c58a8ceb553d5ec4508d2aa","author":"sender0","memberSid":"MB462a47a2b9fefc52057e5191c6654ede","text":"a message of a usual length, say sixty bytes of plain text.","attributes":"{}","type":"text","timestamp":"2026-11-20T12:00:00.020Z","dateUpdated":"2026-11-20T12:00:00.020Z","lastUpdatedBy":null}',0,1,1,0,1795176000020,1795176000020);
INSERT INTO "sync_items" VALUES(5,2,'{"sid":"IMe2970ce2acd4ca75324c5f4164ebfa3d","author":"sender0","memberSid":"MB462a47a2b9fefc52057e5191c6654ede","text":"a message of a usual length, say sixty bytes of plain text.","attributes":"{}","type":"text","timestamp":"2026-11-20T12:00:00.030Z","dateUpdated":"2026-11-20T12:00:00.030Z","lastUpdatedBy":null}',0,2,2,0,1795176000030,1795176000030);
INSERT INTO "sync_items" VALUES(6,'attributes','{"value":"{}"}',0,1,1,0,1795176000000,1795176000000);
INSERT INTO "sync_items" VALUES(6,'friendlyName','{"value":"sender1"}',0,0,0,0,1795176000000,1795176000000);
INSERT INTO "sync_items" VALUES(6,'reachability','{"online":true,"notifiable":false}',1,2,3,0,1795176000000,1795176000000);
INSERT INTO "sync_items" VALUES(7,'CH184880dfed08e0b22b4f5788171f3eaa','{"status":"joined","channel":"CH184880dfed08e0b22b4f5788171f3eaa.channel","roster":"CH184880dfed08e0b22b4f5788171f3eaa.roster","messages":"CH184880dfed08e0b22b4f5788171f3eaa.messages","lastConsumedMessageIndex":null,"notificationLevel":"default"}',0,0,0,0,1795176000000,1795176000000);
INSERT INTO "sync_items" VALUES(9,'MB7812bcb576e3e72f9cd432d7786853f3','{"identity":"sender1","type":"chat","roleSid":"RLaac12a492a1e1d16466e01d7bfd0ee0a","attributes":"{}","dateCreated":"2026-11-20T12:00:00.000Z","dateUpdated":"2026-11-20T12:00:00.000Z","lastConsumedMessageIndex":null,"lastConsumptionTimestamp":null,"userInfo":"US8117a4259be4a31ab02e6219ae621ba0.info"}',0,0,0,0,1795176000000,1795176000000);
INSERT INTO "sync_items" VALUES(10,0,'{"sid":"IM0bb3a07ee665cbe7ed5ede3b802c5508","author":"sender1","memberSid":"MB7812bcb576e3e72f9cd432d7786853f3","text":"a message of a usual length, say sixty bytes of plain text.","attributes":"{}","type":"text","timestamp":"2026-11-20T12:00:00.010Z","dateUpdated":"2026-11-20T12:00:00.010Z","lastUpdatedBy":null}',0,0,0,0,1795176000010,1795176000010);
INSERT INTO "sync_items" VALUES(10,1,'{"sid":"IM1b625d9c1cf1f86e96a633edb2275c3e","author":"sender1","memberSid":"MB7812bcb576e3e72f9cd432d7786853f3","text":"a message of a usual length, say sixty bytes of plain text.","attributes":"{}","type":"text","timestamp":"2026-11-20T12:00:00.020Z","dateUpdated":"2026-11-20T12:00:00.020Z","lastUpdatedBy":null}',0,1,1,0,1795176000020,1795176000020);
INSERT INTO "sync_items" VALUES(10,2,'{"sid":"IM71998528215b346dafd67bd1b73183fb","author":"sender1","memberSid":"MB7812bcb576e3e72f9cd432d7786853f3","text":"a message of a usual length, say sixty bytes of plain text.","attributes":"{}","type":"text","timestamp":"2026-11-20T12:00:00.030Z","dateUpdated":"2026-11-20T12:00:00.030Z","lastUpdatedBy":null}',0,2,2,0,1795176000030,1795176000030);
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
INSERT INTO "sync_objects" VALUES(1,'MP5aa96da1becc4cea638cc3d3ba369f70','IS0123456789abcdef0123456789abcdef','UScff5ed4fe20a48bc7e5337cf59c55371.info',2,NULL,4,3,1795176000000,1795176000000);
INSERT INTO "sync_objects" VALUES(2,'MP7432e81fa095624cc75eeaee798c5d13','IS0123456789abcdef0123456789abcdef','UScff5ed4fe20a48bc7e5337cf59c55371.my_conversations',2,NULL,1,0,1795176000000,1795176000000);
INSERT INTO "sync_objects" VALUES(3,'ETb7674ff0f85ffb9828d8160ff41dee8a','IS0123456789abcdef0123456789abcdef','CH781d2b7f0f6e4ea346b15fd47c21cb3e.channel',0,'{"friendlyName":null,"uniqueName":null,"attributes":"{}","createdBy":"sender0","dateCreated":"2026-11-20T12:00:00.000Z","dateUpdated":"2026-11-20T12:00:00.030Z","messages":"CH781d2b7f0f6e4ea346b15fd47c21cb3e.messages","roster":"CH781d2b7f0f6e4ea346b15fd47c21cb3e.roster","type":"private","state":{"current":"active","dateUpdated":"2026-11-20T12:00:00.000Z"},"bindings":{},"lastMessage":{"index":2,"timestamp":"2026-11-20T12:00:00.030Z"}}',3,3,1795176000000,1795176000030);
INSERT INTO "sync_objects" VALUES(4,'MPb5c84848bbe4e7bf73e8e58dc3dea633','IS0123456789abcdef0123456789abcdef','CH781d2b7f0f6e4ea346b15fd47c21cb3e.roster',2,NULL,1,0,1795176000000,1795176000000);
INSERT INTO "sync_objects" VALUES(5,'ESa9bfd658b0ac51d8aafac7d9ecc48dd6','IS0123456789abcdef0123456789abcdef','CH781d2b7f0f6e4ea346b15fd47c21cb3e.messages',1,NULL,3,2,1795176000000,1795176000030);
INSERT INTO "sync_objects" VALUES(6,'MPab4d5bd96f660d4377800885df00adeb','IS0123456789abcdef0123456789abcdef','US8117a4259be4a31ab02e6219ae621ba0.info',2,NULL,4,3,1795176000000,1795176000000);
INSERT INTO "sync_objects" VALUES(7,'MPb0468fb298d121063ab7ddbdd099a8e9','IS0123456789abcdef0123456789abcdef','US8117a4259be4a31ab02e6219ae621ba0.my_conversations',2,NULL,1,0,1795176000000,1795176000000);
INSERT INTO "sync_objects" VALUES(8,'ET6346d5ebf041499bc0a0b830eec3f036','IS0123456789abcdef0123456789abcdef','CH184880dfed08e0b22b4f5788171f3eaa.channel',0,'{"friendlyName":null,"uniqueName":null,"attributes":"{}","createdBy":"sender1","dateCreated":"2026-11-20T12:00:00.000Z","dateUpdated":"2026-11-20T12:00:00.030Z","messages":"CH184880dfed08e0b22b4f5788171f3eaa.messages","roster":"CH184880dfed08e0b22b4f5788171f3eaa.roster","type":"private","state":{"current":"active","dateUpdated":"2026-11-20T12:00:00.000Z"},"bindings":{},"lastMessage":{"index":2,"timestamp":"2026-11-20T12:00:00.030Z"}}',3,3,1795176000000,1795176000030);
INSERT INTO "sync_objects" VALUES(9,'MPe918fae327ecb0692363eb42475a3e0d','IS0123456789abcdef0123456789abcdef','CH184880dfed08e0b22b4f5788171f3eaa.roster',2,NULL,1,0,1795176000000,1795176000000);
INSERT INTO "sync_objects" VALUES(10,'ES6aad4b0317776818419365dbbc86bc00','IS0123456789abcdef0123456789abcdef','CH184880dfed08e0b22b4f5788171f3eaa.messages',1,NULL,3,2,1795176000000,1795176000030);
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
INSERT INTO "users" VALUES(1,'UScff5ed4fe20a48bc7e5337cf59c55371','IS0123456789abcdef0123456789abcdef','sender0','sender0','{}',1,1,2,1795176000000,1795176000000);
INSERT INTO "users" VALUES(2,'US8117a4259be4a31ab02e6219ae621ba0','IS0123456789abcdef0123456789abcdef','sender1','sender1','{}',1,6,7,1795176000000,1795176000000);
CREATE INDEX sync_items_by_event ON sync_items(object_id, last_event_id);
CREATE INDEX users_online ON users(service_sid) WHERE online = 1;
CREATE INDEX conversations_public ON conversations(service_sid, id) WHERE is_public = 1;
CREATE INDEX participants_by_user ON participants(user_id, conversation_id);
CREATE INDEX mutations_by_date ON mutations(date_created);
COMMIT;
