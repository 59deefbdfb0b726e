#include "chat_service/src/transfer/check_rules.hpp"

namespace parley::chat_service {
namespace {

// Every rule takes time in proportion to the rows it reads. CROSS JOIN keeps the order of the tables as
// written: a conversation first, then its rows in the order of their key. A unary + takes the affinity from
// a column: sync_items.key has none, so without it the index would be searched by its first column only.
constexpr CheckRule kRules[] = {
    {"an index below the next one is neither a message nor a hole",
     "SELECT c.sid FROM conversations c WHERE c.deleted = 0 AND c.next_index <> "
     "(SELECT COUNT(*) FROM messages m WHERE m.conversation_id = c.id) + "
     "(SELECT COUNT(*) FROM message_holes h WHERE h.conversation_id = c.id)"},
    {"a message or hole has an index that was not given yet",
     "SELECT c.sid || ' ' || m.message_index FROM conversations c CROSS JOIN messages m "
     "ON m.conversation_id = c.id AND m.message_index >= c.next_index UNION ALL "
     "SELECT c.sid || ' ' || m.message_index FROM conversations c CROSS JOIN messages m "
     "ON m.conversation_id = c.id AND m.message_index < 0 UNION ALL "
     "SELECT c.sid || ' ' || h.message_index FROM conversations c CROSS JOIN message_holes h "
     "ON h.conversation_id = c.id WHERE h.message_index < 0 OR h.message_index >= c.next_index"},
    {"an index is both a message and a hole",
     "SELECT c.sid || ' ' || h.message_index FROM conversations c CROSS JOIN message_holes h "
     "ON h.conversation_id = c.id CROSS JOIN messages m "
     "ON m.conversation_id = h.conversation_id AND m.message_index = h.message_index"},
    {"messages_count is not the number of messages",
     "SELECT c.sid FROM conversations c WHERE c.deleted = 0 AND c.messages_count <> "
     "(SELECT COUNT(*) FROM messages m WHERE m.conversation_id = c.id)"},
    {"participants_count is not the number of participants",
     "SELECT c.sid FROM conversations c WHERE c.deleted = 0 AND c.participants_count <> "
     "(SELECT COUNT(*) FROM participants p WHERE p.conversation_id = c.id)"},
    {"the last message is not the newest",
     "SELECT c.sid FROM conversations c WHERE c.deleted = 0 AND c.last_message_index IS NOT "
     "(SELECT MAX(m.message_index) FROM messages m WHERE m.conversation_id = c.id)"},
    {"the last message's date is not its own",
     "SELECT c.sid FROM conversations c CROSS JOIN messages m ON m.conversation_id = c.id "
     "AND m.message_index = c.last_message_index WHERE m.date_created <> c.last_message_date"},
    {"a read horizon is beyond the last message",
     "SELECT p.sid FROM participants p JOIN conversations c ON c.id = p.conversation_id "
     "WHERE p.last_read >= c.next_index"},
    {"a participant's user is of another service",
     "SELECT p.sid FROM participants p JOIN conversations c ON c.id = p.conversation_id "
     "JOIN users u ON u.id = p.user_id WHERE u.service_sid <> c.service_sid"},
    {"a message is not in its conversation's list",
     "SELECT m.sid FROM conversations c CROSS JOIN messages m ON m.conversation_id = c.id "
     "LEFT JOIN sync_items i ON i.object_id = c.list AND i.key = +m.message_index AND i.removed = 0 "
     "WHERE i.object_id IS NULL"},
    {"a list shows a message that does not exist",
     "SELECT c.sid || ' ' || i.key FROM sync_items i JOIN conversations c ON c.list = i.object_id "
     "LEFT JOIN messages m ON m.conversation_id = c.id AND m.message_index = i.key "
     "WHERE i.removed = 0 AND m.sid IS NULL"},
    {"a participant is not in the roster",
     "SELECT p.sid FROM participants p JOIN conversations c ON c.id = p.conversation_id LEFT JOIN sync_items "
     "i "
     "ON i.object_id = c.roster AND i.key = p.sid AND i.removed = 0 WHERE i.object_id IS NULL"},
    {"a roster shows somebody who is no participant",
     "SELECT c.sid || ' ' || i.key FROM sync_items i JOIN conversations c ON c.roster = i.object_id "
     "LEFT JOIN participants p ON p.conversation_id = c.id AND p.sid = i.key "
     "WHERE i.removed = 0 AND p.sid IS NULL AND c.deleted = 0"},
    {"a conversation is not in a participant's own list",
     "SELECT p.sid FROM participants p JOIN conversations c ON c.id = p.conversation_id "
     "JOIN users u ON u.id = p.user_id LEFT JOIN sync_items i "
     "ON i.object_id = u.conversations_map AND i.key = c.sid AND i.removed = 0 WHERE i.object_id IS NULL"},
    {"a user's own list shows a conversation that is not theirs",
     "SELECT u.sid || ' ' || i.key FROM users u CROSS JOIN sync_items i ON i.object_id = u.conversations_map "
     "LEFT JOIN conversations c ON c.sid = i.key "
     "LEFT JOIN participants p ON p.conversation_id = c.id AND p.user_id = u.id "
     "LEFT JOIN invitations v ON v.conversation_id = c.id AND v.user_id = u.id "
     "WHERE i.removed = 0 AND p.sid IS NULL AND v.user_id IS NULL"},
    {"an item's event is newer than its object's last one",
     "SELECT o.sid || ' ' || i.key FROM sync_items i JOIN sync_objects o ON o.id = i.object_id "
     "WHERE i.last_event_id > o.last_event_id OR i.created_event_id > i.last_event_id"},
    {"two items of an object have the same event",
     "SELECT o.sid || ' ' || i.last_event_id FROM sync_items i JOIN sync_objects o ON o.id = i.object_id "
     "GROUP BY i.object_id, i.last_event_id HAVING COUNT(*) > 1"},
    {"a removed item is older than what was forgotten",
     "SELECT o.sid || ' ' || i.key FROM sync_items i JOIN sync_objects o ON o.id = i.object_id "
     "WHERE i.removed = 1 AND i.last_event_id <= o.pruned_event_id"},
    {"a Sync object belongs to nobody",
     "SELECT sid FROM sync_objects WHERE id NOT IN (SELECT info_map FROM users UNION "
     "SELECT conversations_map FROM users UNION SELECT document FROM conversations UNION "
     "SELECT roster FROM conversations UNION SELECT list FROM conversations)"},
    {"a conversation has a Sync object that does not exist",
     "SELECT c.sid FROM conversations c WHERE "
     "(SELECT COUNT(*) FROM sync_objects o WHERE o.id IN (c.document, c.roster, c.list) "
     "AND +o.service_sid = c.service_sid) <> 3"},
    {"a medium belongs to a message that does not exist",
     "SELECT f.sid FROM media f LEFT JOIN messages m ON m.sid = f.message_sid "
     "AND m.conversation_id = f.conversation_id WHERE f.message_sid IS NOT NULL AND m.sid IS NULL"},
    {"a medium's file is named by something that is no hash",
     "SELECT sid FROM media WHERE typeof(blob) <> 'text' OR length(blob) <> 64 OR blob GLOB "
     "'*[^0-9a-f]*'"},
    {"what a user's media take is not what is counted",
     "SELECT service_sid FROM (SELECT service_sid, author, size AS bytes FROM media "
     "UNION ALL SELECT service_sid, author, -bytes FROM media_usage) "
     "GROUP BY service_sid, author HAVING SUM(bytes) <> 0"},
    {"the holes of a block are not what is counted",
     "SELECT conversation_id || ' ' || block FROM (SELECT conversation_id, message_index / 1024 AS block, "
     "1 AS holes FROM message_holes UNION ALL SELECT conversation_id, block, -holes FROM "
     "message_hole_counts) "
     "GROUP BY conversation_id, block HAVING SUM(holes) <> 0"},
    {"what a user's messages take is not what is counted",
     "SELECT u.sid FROM (SELECT user_id, bytes FROM message_usage_counted "
     "UNION ALL SELECT user_id, -bytes FROM message_usage) x JOIN users u ON u.id = x.user_id "
     "GROUP BY x.user_id HAVING SUM(x.bytes) <> 0"},
    {"a user has blocked itself",
     "SELECT u.sid FROM blocks b JOIN users u ON u.id = b.user_id AND u.identity = b.identity"},
    {"a receipt belongs to a message that does not exist",
     "SELECT r.sid FROM receipts r LEFT JOIN messages m ON m.sid = r.message_sid "
     "AND m.conversation_id = r.conversation_id WHERE m.sid IS NULL"},
};

}  // namespace

std::span<const CheckRule> check_rules() { return kRules; }

}  // namespace parley::chat_service
