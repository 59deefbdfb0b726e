#include "chat_service/src/store/receipt_table.hpp"

namespace parley::chat_service {
namespace {

using storage::Query;

#define RECEIPT_SELECT                                                                                   \
  "SELECT sid, conversation_id, message_sid, participant_sid, channel_message_sid, status, error_code, " \
  "date_created, date_updated FROM receipts WHERE conversation_id = ?1 AND message_sid = ?2 "

Receipt read_receipt(const Query& row) {
  return {.sid = row.text(0),
          .conversation = row.integer(1),
          .message_sid = row.text(2),
          .participant_sid = row.text(3),
          .channel_message_sid = row.optional_text(4),
          .status = row.text(5),
          .error_code = row.integer(6),
          .date_created = row.integer(7),
          .date_updated = row.integer(8)};
}

void add(ReceiptTable::Counts& counts, std::string_view status) {
  ++counts.total;
  if (status == "failed") ++counts.failed;
  if (status == "undelivered") ++counts.undelivered;
  // What was read was delivered, and what came that far, or did not arrive, had been sent.
  if (status == "read") ++counts.read;
  if (status == "read" || status == "delivered") ++counts.delivered;
  if (status != "failed") ++counts.sent;
}

}  // namespace

std::vector<Receipt> ReceiptTable::of_message(const Message& message, std::string_view after,
                                              std::size_t limit) {
  std::vector<Receipt> receipts;
  auto row = database_.query(RECEIPT_SELECT "AND sid > ?3 ORDER BY sid LIMIT ?4", message.conversation,
                             message.sid, after, static_cast<std::int64_t>(limit));
  while (row.next()) receipts.push_back(read_receipt(row));
  return receipts;
}

std::optional<Receipt> ReceiptTable::find(const Message& message, std::string_view participant_sid) {
  auto row = database_.query(RECEIPT_SELECT "AND participant_sid = ?3", message.conversation, message.sid,
                             participant_sid);
  if (!row.next()) return std::nullopt;
  return read_receipt(row);
}

void ReceiptTable::put(const Receipt& receipt) {
  database_.run(
      "INSERT OR REPLACE INTO receipts(sid, conversation_id, message_sid, participant_sid, "
      "channel_message_sid, "
      "status, error_code, date_created, date_updated) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)",
      receipt.sid, receipt.conversation, receipt.message_sid, receipt.participant_sid,
      receipt.channel_message_sid, receipt.status, receipt.error_code, receipt.date_created,
      receipt.date_updated);
}

void ReceiptTable::remove_of_message(const Message& message) {
  database_.run("DELETE FROM receipts WHERE conversation_id = ? AND message_sid = ?", message.conversation,
                message.sid);
}

ReceiptTable::Counts ReceiptTable::count(const Message& message) {
  Counts counts;
  auto row = database_.query("SELECT status FROM receipts WHERE conversation_id = ? AND message_sid = ?",
                             message.conversation, message.sid);
  while (row.next()) add(counts, row.text(0));
  return counts;
}

}  // namespace parley::chat_service
