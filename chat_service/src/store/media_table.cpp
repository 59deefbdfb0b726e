#include "chat_service/src/store/media_table.hpp"

namespace parley::chat_service {
namespace {

using storage::Query;

#define MEDIUM_COLUMNS                                                                            \
  "id, sid, author, category, filename, content_type, size, blob, conversation_id, message_sid, " \
  "date_created, "                                                                                \
  "date_updated"

Medium read_medium(const Query& row) {
  return {.id = row.integer(0),
          .sid = row.text(1),
          .author = row.text(2),
          .category = row.text(3),
          .filename = row.optional_text(4),
          .content_type = row.text(5),
          .size = row.integer(6),
          .blob = row.text(7),
          .conversation = row.optional_integer(8),
          .message_sid = row.optional_text(9),
          .date_created = row.integer(10),
          .date_updated = row.integer(11)};
}

}  // namespace

std::optional<Medium> MediaTable::find(std::string_view service_sid, std::string_view sid) {
  auto row = database_.query("SELECT " MEDIUM_COLUMNS
                             " FROM media WHERE sid = ?2 AND service_sid = ?1 AND NOT EXISTS "
                             "(SELECT 1 FROM conversations c WHERE c.id = conversation_id AND c.deleted = 1)",
                             service_sid, sid);
  if (!row.next()) return std::nullopt;
  return read_medium(row);
}

std::vector<Medium> MediaTable::of_message(Id conversation, std::string_view message_sid) {
  std::vector<Medium> media;
  auto row = database_.query("SELECT " MEDIUM_COLUMNS
                             " FROM media WHERE conversation_id = ?1 AND message_sid = ?2 ORDER BY position",
                             conversation, message_sid);
  while (row.next()) media.push_back(read_medium(row));
  return media;
}

void MediaTable::insert(std::string_view service_sid, Medium& medium) {
  database_.run(
      "INSERT INTO media(sid, service_sid, author, category, filename, content_type, size, blob, "
      "date_created, date_updated) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9)",
      medium.sid, service_sid, medium.author, medium.category, medium.filename, medium.content_type,
      medium.size, medium.blob, medium.date_created);
  medium.id = database_.last_insert_id();
}

void MediaTable::attach(Id medium, const Message& message, int position) {
  database_.run(
      "UPDATE media SET conversation_id = ?2, message_sid = ?3, position = ?4, date_updated = ?5 WHERE id = "
      "?1",
      medium, message.conversation, message.sid, position, message.date_created);
}

void MediaTable::remove_of_message(Id conversation, std::string_view message_sid) {
  database_.run("DELETE FROM media WHERE conversation_id = ?1 AND message_sid = ?2", conversation,
                message_sid);
}

std::size_t MediaTable::remove_unattached_before(Millis date, std::size_t limit) {
  const bool done = database_.run(
      "DELETE FROM media WHERE id IN "
      "(SELECT id FROM media WHERE message_sid IS NULL AND date_created < ? LIMIT ?)",
      date, static_cast<std::int64_t>(limit));
  return done ? static_cast<std::size_t>(database_.changes()) : 0;
}

bool MediaTable::is_used(std::string_view blob) {
  return database_.query("SELECT 1 FROM media WHERE blob = ? LIMIT 1", blob).next();
}

std::optional<std::int64_t> MediaTable::bytes_of(std::string_view service_sid, std::string_view author) {
  auto row = database_.query(
      "SELECT ifnull((SELECT bytes FROM media_usage WHERE service_sid = ?1 AND author = ?2), 0)", service_sid,
      author);
  if (!row.next()) return std::nullopt;
  return row.integer(0);
}

}  // namespace parley::chat_service
