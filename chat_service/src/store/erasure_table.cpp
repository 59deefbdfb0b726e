#include "chat_service/src/store/erasure_table.hpp"

#include "chat_service/src/store/message_table.hpp"

namespace parley::chat_service {

std::optional<ErasureTable::Entry> ErasureTable::next() {
  auto row = database_.query(
      "SELECT service_sid, id, sid, document, roster, list FROM conversations WHERE deleted = 1 "
      "ORDER BY id LIMIT 1");
  if (!row.next()) return std::nullopt;
  Entry entry{.service_sid = row.text(0), .conversation = {.id = row.integer(1), .sid = row.text(2)}};
  entry.conversation.document = row.integer(3);
  entry.conversation.roster = row.integer(4);
  entry.conversation.list = row.integer(5);
  return entry;
}

std::size_t ErasureTable::erase(const Conversation& conversation, std::size_t limit) {
  std::size_t erased = 0;
  if (const auto first = first_index(conversation))
    erased = erase_messages(conversation, *first, *first + static_cast<std::int64_t>(limit));
  for (const Id object : {conversation.list, conversation.roster})
    if (erased == 0) erased = erase_items(object, limit);
  return erased > 0 ? erased : erase_rest(conversation);
}

template <class... Values>
std::size_t ErasureTable::run(std::string_view sql, const Values&... values) {
  return database_.run(sql, values...) ? static_cast<std::size_t>(database_.changes()) : 0;
}

std::optional<std::int64_t> ErasureTable::first_index(const Conversation& conversation) {
  auto row = database_.query(
      "SELECT MIN(i) FROM ("
      "SELECT (SELECT MIN(message_index) FROM messages WHERE conversation_id = ?1) AS i UNION ALL "
      "SELECT (SELECT MIN(message_index) FROM message_holes WHERE conversation_id = ?1) UNION ALL "
      "SELECT (SELECT MIN(key) FROM sync_items WHERE object_id = ?2)) mine",
      conversation.id, conversation.list);
  return row.next() ? row.optional_integer(0) : std::nullopt;
}

// Messages, holes and items of the list share their indexes, so that a span has at most so many rows of each,
// and what is left is a whole: no item without its message, no file without its own.
std::size_t ErasureTable::erase_messages(const Conversation& conversation, std::int64_t from,
                                         std::int64_t to) {
  std::size_t erased =
      run("DELETE FROM media WHERE conversation_id = ?1 AND message_sid IN (SELECT sid FROM messages "
          "WHERE conversation_id = ?1 AND message_index >= ?2 AND message_index < ?3 AND has_media = 1)",
          conversation.id, from, to);
  erased +=
      run("DELETE FROM receipts WHERE conversation_id = ?1 AND message_sid IN (SELECT sid FROM messages "
          "WHERE conversation_id = ?1 AND message_index >= ?2 AND message_index < ?3)",
          conversation.id, from, to);
  erased += run("DELETE FROM messages WHERE conversation_id = ? AND message_index >= ? AND message_index < ?",
                conversation.id, from, to);
  erased +=
      run("DELETE FROM message_holes WHERE conversation_id = ? AND message_index >= ? AND message_index < ?",
          conversation.id, from, to);
  erased += run("DELETE FROM message_hole_counts WHERE conversation_id = ? AND block < ?", conversation.id,
                to / kHoleBlock);
  erased +=
      run("DELETE FROM sync_items WHERE object_id = ? AND key >= ? AND key < ?", conversation.list, from, to);
  return erased;
}

std::size_t ErasureTable::erase_items(Id object, std::size_t limit) {
  return run(
      "DELETE FROM sync_items WHERE object_id = ?1 AND key IN "
      "(SELECT key FROM sync_items WHERE object_id = ?1 LIMIT ?2)",
      object, static_cast<std::int64_t>(limit));
}

std::size_t ErasureTable::erase_rest(const Conversation& conversation) {
  std::size_t erased = run("DELETE FROM conversations WHERE id = ?", conversation.id);
  for (const Id object : {conversation.document, conversation.roster, conversation.list})
    erased += run("DELETE FROM sync_objects WHERE id = ?", object);
  return erased;
}

}  // namespace parley::chat_service
