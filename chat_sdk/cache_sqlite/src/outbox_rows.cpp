#include "chat_sdk/cache_sqlite/src/outbox_rows.hpp"

#include <map>
#include <utility>

#include "chat_sdk/cache_sqlite/src/row_values.hpp"

namespace parley::detail {
namespace {

using storage::Database;
using storage::Query;

// By its stable name. Codes of later versions are what the error was called for: a failure.
Errc to_code(const std::string& name) {
  for (int code = 0; code <= static_cast<int>(Errc::storage_error); ++code)
    if (to_string(static_cast<Errc>(code)) == name) return static_cast<Errc>(code);
  return Errc::server_error;
}

const std::string kRead =
    "SELECT place, local_id, channel_sid, text, attributes, created_at, named, newest_before, expires_at, "
    "sendable_since, blocked, error_code, error_message, error_status, error_server_code FROM outbox ";
const std::string kOldestFirst = kRead + "ORDER BY place";
const std::string kNewestFirst = kRead + "ORDER BY place DESC";

StoredOutgoing to_message(const Query& row) {
  StoredOutgoing message{.local_id = row.text(1),
                         .channel_sid = row.text(2),
                         .created_at = to_time(row.integer(5)),
                         .named = row.boolean(6),
                         .newest_before = row.integer(7)};
  message.progress.expires_at = to_time(row.integer(8));
  if (const auto since = row.optional_integer(9)) message.progress.sendable_since = to_time(*since);
  message.progress.blocked = row.boolean(10);
  if (const auto code = row.optional_text(11))
    message.progress.error = Error{.code = to_code(*code),
                                   .message = row.text(12),
                                   .http_status = static_cast<int>(row.integer(13)),
                                   .server_code = static_cast<int>(row.integer(14))};
  return message;
}

void read_files(Database& database, std::int64_t place, NewMessage& message,
                std::vector<std::string>& media_sids) {
  auto rows = database.query(
      "SELECT path, filename, content_type, bytes, media_sid FROM outbox_file WHERE message = ? "
      "ORDER BY position",
      place);
  while (rows.next()) {
    NewFile& file = message.files.emplace_back();
    file.path = rows.text(0);
    file.filename = rows.text(1);
    file.content_type = rows.text(2);
    file.bytes = rows.text(3);
    if (!rows.is_null(4)) media_sids.push_back(rows.text(4));
  }
}

using ByPlace = std::map<std::int64_t, StoredOutgoing>;

void read(Database& database, const std::string& query, ByPlace& found) {
  auto rows = database.query(query);
  while (rows.next()) {
    const std::int64_t place = rows.integer(0);
    StoredOutgoing message = to_message(rows);
    NewMessage given(rows.text(3), rows.text(4));
    read_files(database, place, given, message.progress.media_sids);
    message.message = std::make_shared<const NewMessage>(std::move(given));
    if (!database.error()) found.insert_or_assign(place, std::move(message));
  }
}

void write_error(Database& database, const std::string& id, const std::optional<Error>& error) {
  if (!error) return void(database.run("UPDATE outbox SET error_code = NULL WHERE local_id = ?", id));
  database.run(
      "UPDATE outbox SET error_code = ?, error_message = ?, error_status = ?, error_server_code = ? "
      "WHERE local_id = ?",
      to_string(error->code), error->message, error->http_status, error->server_code, id);
}

// A row holds the bytes of its file: only those that change are written.
void write_media(Database& database, const std::string& id, const std::vector<std::string>& media_sids) {
  database.run(
      "UPDATE outbox_file SET media_sid = NULL WHERE message = (SELECT place FROM outbox WHERE local_id = ?) "
      "AND position >= ? AND media_sid IS NOT NULL",
      id, static_cast<std::int64_t>(media_sids.size()));
  for (std::size_t i = 0; i < media_sids.size(); ++i)
    database.run(
        "UPDATE outbox_file SET media_sid = ? WHERE message = (SELECT place FROM outbox WHERE local_id = ?) "
        "AND position = ? AND media_sid IS NOT ?",
        media_sids[i], id, static_cast<std::int64_t>(i), media_sids[i]);
}

std::vector<StoredOutgoing> in_order(ByPlace found) {
  std::vector<StoredOutgoing> messages;
  messages.reserve(found.size());
  for (auto& [place, message] : found) messages.push_back(std::move(message));
  return messages;
}

}  // namespace

std::vector<StoredOutgoing> read_outgoing(Database& database) {
  ByPlace found;
  read(database, kOldestFirst, found);
  return in_order(std::move(found));
}

std::vector<StoredOutgoing> salvage_outgoing(Database& database) {
  ByPlace found;
  for (const auto* query : {&kOldestFirst, &kNewestFirst}) {
    database.clear_error();
    read(database, *query, found);
  }
  return in_order(std::move(found));
}

void apply(Database& database, const AddOutgoing& change) {
  const StoredOutgoing& message = change.message;
  const OutgoingProgress& progress = message.progress;
  database.run(
      "INSERT INTO outbox(place, local_id, channel_sid, text, attributes, created_at, named, newest_before, "
      "expires_at, sendable_since, blocked) "
      "VALUES((SELECT COALESCE(MAX(place), 0) + 1 FROM outbox), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
      "ON CONFLICT(local_id) DO NOTHING",
      message.local_id, message.channel_sid, message.message->text, message.message->attributes,
      to_integer(message.created_at), message.named, message.newest_before, to_integer(progress.expires_at),
      to_integer(progress.sendable_since), progress.blocked);
  if (database.error() || database.changes() == 0) return;
  const std::int64_t place = database.last_insert_id();
  for (std::size_t i = 0; i < message.message->files.size(); ++i) {
    const NewFile& file = message.message->files[i];
    database.run(
        "INSERT INTO outbox_file(message, position, path, filename, content_type, bytes) "
        "VALUES(?, ?, ?, ?, ?, ?)",
        place, static_cast<std::int64_t>(i), file.path, file.filename, file.content_type, file.bytes);
  }
  write_error(database, message.local_id, progress.error);
  write_media(database, message.local_id, progress.media_sids);
}

void apply(Database& database, const UpdateOutgoing& change) {
  const OutgoingProgress& progress = change.progress;
  database.run("UPDATE outbox SET expires_at = ?, sendable_since = ?, blocked = ? WHERE local_id = ?",
               to_integer(progress.expires_at), to_integer(progress.sendable_since), progress.blocked,
               change.local_id);
  if (change.to_end)
    database.run("UPDATE outbox SET place = (SELECT MAX(place) + 1 FROM outbox) WHERE local_id = ?",
                 change.local_id);
  write_error(database, change.local_id, progress.error);
  write_media(database, change.local_id, progress.media_sids);
}

void apply(Database& database, const EraseOutgoing& change) {
  database.run("DELETE FROM outbox WHERE local_id = ?", change.local_id);
}

void apply(Database& database, const MarkSendable& change) {
  database.run("UPDATE outbox SET sendable_since = ? WHERE sendable_since IS NULL", to_integer(change.since));
}

}  // namespace parley::detail
