// Makes a database of a service for bench/commands.sh: one conversation with so many messages.
//
// usage: commands_bench FILE MESSAGES

#include <cstdint>
#include <iostream>

#include "chat_service/src/transfer/database_file.hpp"

namespace {

using parley::chat_service::DatabaseFile;

/// `?` is the number of messages. Everything that a check looks at is as a service writes it.
constexpr const char* kRows[] = {
    "INSERT INTO sync_objects(id, sid, service_sid, unique_name, type, last_event_id, date_created, "
    "date_updated) "
    "VALUES(1, 'ET1', 'IS1', 'info', 2, 0, 0, 0), (2, 'ET2', 'IS1', 'mine', 2, 1, 0, 0), "
    "(3, 'ET3', 'IS1', 'document', 0, 0, 0, 0), (4, 'ET4', 'IS1', 'roster', 2, 1, 0, 0), "
    "(5, 'ET5', 'IS1', 'list', 1, ?, 0, 0)",
    "INSERT INTO users(id, sid, service_sid, identity, attributes, info_map, conversations_map, "
    "date_created, "
    "date_updated) SELECT 1, 'US1', 'IS1', 'alice', '{}', 1, 2, 0, 0 WHERE ? > 0",
    "INSERT INTO conversations(id, sid, service_sid, attributes, is_public, created_by, document, roster, "
    "list, "
    "next_index, messages_count, participants_count, last_message_index, last_message_date, date_created, "
    "date_updated) SELECT 1, 'CH1', 'IS1', '{}', 0, 'alice', 3, 4, 5, n, n, 1, n - 1, n - 1, 0, 0 "
    "FROM (SELECT ? AS n)",
    "INSERT INTO participants(id, sid, conversation_id, user_id, type, attributes, role, date_created, "
    "date_updated) "
    "SELECT 1, 'MB1', 1, 1, 'chat', '{}', 0, 0, 0 WHERE ? > 0",
    "INSERT INTO sync_items(object_id, key, data, revision, created_event_id, last_event_id, removed, "
    "date_created, date_updated) SELECT 2, 'CH1', '{}', 0, 1, 1, 0, 0, 0 WHERE ? > 0",
    "INSERT INTO sync_items(object_id, key, data, revision, created_event_id, last_event_id, removed, "
    "date_created, date_updated) SELECT 4, 'MB1', '{}', 0, 1, 1, 0, 0, 0 WHERE ? > 0",
    "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?) "
    "INSERT INTO messages(conversation_id, message_index, sid, author, participant_sid, body, attributes, "
    "date_created, date_updated) SELECT 1, i, 'IM' || lower(hex(randomblob(16))), 'alice', 'MB1', "
    "'message ' || i || ' of a usual length, say sixty bytes of plain text', '{}', i, i FROM n",
    "INSERT INTO sync_items(object_id, key, data, revision, created_event_id, last_event_id, removed, "
    "date_created, date_updated) SELECT 5, message_index, '{\"sid\":\"' || sid || '\",\"body\":\"' || body "
    "|| "
    "'\",\"author\":\"alice\",\"index\":' || message_index || "
    "',\"date_created\":\"2026-11-29T00:00:00.000Z\"}', "
    "0, message_index + 1, message_index + 1, 0, 0, 0 FROM messages WHERE ? > 0 ORDER BY message_index",
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  auto file = DatabaseFile::make(argv[1]).value();
  file->run_script("BEGIN");
  for (const char* rows : kRows) file->run(rows, std::int64_t{std::stoll(argv[2])});
  file->run_script("COMMIT");
  const auto done = file.outcome();
  if (!done) std::cerr << done.error().message << std::endl;
  return done ? 0 : 1;
}
