#include "chat_sdk/cache_sqlite/src/history_rows.hpp"

#include <algorithm>
#include <string_view>
#include <utility>
#include <variant>

#include "chat_sdk/cache_sqlite/src/row_values.hpp"

namespace parley::detail {
namespace {

using storage::Database;
using storage::Query;

// What SQLite needs for a row beside its texts, about.
constexpr std::size_t kRowBytes = 200;

std::int64_t bytes_of(const Message& message) {
  std::size_t bytes = kRowBytes + message.text.size() + message.attributes.size();
  for (const auto& medium : message.media) bytes += kRowBytes + medium.filename.size();
  return static_cast<std::int64_t>(bytes);
}

Message to_message(const Query& row) {
  Message message;
  message.index = row.integer(0);
  message.sid = row.text(1);
  message.author = row.text(2);
  message.text = row.text(3);
  message.attributes = row.text(4);
  message.created_at = to_time(row.integer(5));
  message.updated_at = to_time(row.integer(6));
  message.updated_by = row.text(7);
  return message;
}

// Both are in order of index.
void read_media(Database& database, const std::string& channel_sid, std::vector<Message>& messages) {
  if (messages.empty()) return;
  auto row = database.query(
      "SELECT message_index, sid, category, filename, content_type, size FROM message_medium "
      "WHERE channel_sid = ? AND message_index BETWEEN ? AND ? ORDER BY message_index, position",
      channel_sid, messages.front().index, messages.back().index);
  auto at = messages.begin();
  while (row.next()) {
    while (at != messages.end() && at->index < row.integer(0)) ++at;
    if (at == messages.end()) return;
    if (at->index != row.integer(0)) continue;
    at->media.push_back(
        {row.text(1), row.text(2), row.text(3), row.text(4), row.integer(5)});
  }
}

void write_media(Database& database, const std::string& channel_sid, const Message& message) {
  for (std::size_t i = 0; i < message.media.size(); ++i) {
    const Medium& medium = message.media[i];
    database.run(
        "INSERT INTO message_medium(channel_sid, message_index, position, sid, category, filename, "
        "content_type, size) VALUES(?, ?, ?, ?, ?, ?, ?, ?)",
        channel_sid, message.index, static_cast<std::int64_t>(i), medium.sid, medium.category,
        medium.filename, medium.content_type, static_cast<std::int64_t>(medium.size));
  }
}

void insert(Database& database, const std::string& channel_sid, const Message& message) {
  database.run(
      "INSERT INTO message(channel_sid, message_index, sid, author, text, attributes, created_at, "
      "updated_at, updated_by, bytes) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      channel_sid, message.index, message.sid, message.author, message.text, message.attributes,
      to_integer(message.created_at), to_integer(message.updated_at), message.updated_by, bytes_of(message));
  write_media(database, channel_sid, message);
}

void erase(Database& database, const std::string& channel_sid, IndexRange range) {
  database.run("DELETE FROM message WHERE channel_sid = ? AND message_index BETWEEN ? AND ?", channel_sid,
               range.first, range.last);
}

// The ranges that overlap or touch the new one become one with it.
void add_range(Database& database, const std::string& channel_sid, IndexRange range) {
  {
    auto row = database.query(
        "SELECT MIN(first), MAX(last) FROM history_range WHERE channel_sid = ? AND first <= ? AND last >= ?",
        channel_sid, range.last + 1, range.first - 1);
    if (row.next() && !row.is_null(0)) {
      range.first = std::min(range.first, row.integer(0));
      range.last = std::max(range.last, row.integer(1));
    }
  }
  database.run("DELETE FROM history_range WHERE channel_sid = ? AND first >= ? AND last <= ?", channel_sid,
               range.first, range.last);
  database.run("INSERT INTO history_range(channel_sid, first, last) VALUES(?, ?, ?)", channel_sid,
               range.first, range.last);
}

void apply(Database& database, const std::string& channel_sid, const PutMessages& change) {
  erase(database, channel_sid, change.range);
  for (const auto& message : change.messages) insert(database, channel_sid, message);
  add_range(database, channel_sid, change.range);
}

void apply(Database& database, const std::string& channel_sid, const UpdateMessage& change) {
  const std::int64_t index = change.message.index;
  const bool is_there =
      database.query("SELECT 1 FROM message WHERE channel_sid = ? AND message_index = ?", channel_sid, index)
          .next();
  if (!is_there) return;
  erase(database, channel_sid, {index, index});
  insert(database, channel_sid, change.message);
}

void apply(Database& database, const std::string& channel_sid, const EraseMessage& change) {
  erase(database, channel_sid, {change.index, change.index});
}

// It is in the list of histories again before more of it comes.
void begin(Database& database, const std::string& channel_sid) {
  database.run(
      "INSERT INTO history(channel_sid, bytes, changed) "
      "VALUES(?, 0, (SELECT COALESCE(MAX(changed), 0) + 1 FROM history)) "
      "ON CONFLICT(channel_sid) DO UPDATE SET changed = excluded.changed",
      channel_sid);
}

void apply(Database& database, const std::string& channel_sid, const EraseHistory&) {
  erase_history(database, channel_sid);
  begin(database, channel_sid);
}

void drop_older(Database& database, const std::string& channel_sid, std::int64_t oldest) {
  if (oldest <= 0) return;
  database.run("DELETE FROM message WHERE channel_sid = ? AND message_index < ?", channel_sid, oldest);
  database.run("DELETE FROM history_range WHERE channel_sid = ? AND last < ?", channel_sid, oldest);
  database.run("UPDATE history_range SET first = ? WHERE channel_sid = ? AND first < ?", oldest, channel_sid,
               oldest);
}

std::vector<Message> read_rows(Database& database, const HistoryQuery& query) {
  constexpr std::string_view kOldestFirst =
      "SELECT message_index, sid, author, text, attributes, created_at, updated_at, updated_by FROM message "
      "WHERE channel_sid = ? AND message_index BETWEEN ? AND ? ORDER BY message_index LIMIT ?";
  constexpr std::string_view kNewestFirst =
      "SELECT message_index, sid, author, text, attributes, created_at, updated_at, updated_by FROM message "
      "WHERE channel_sid = ? AND message_index BETWEEN ? AND ? ORDER BY message_index DESC LIMIT ?";
  std::vector<Message> messages;
  auto row =
      database.query(query.newest_first ? kNewestFirst : kOldestFirst, query.channel_sid, query.within.first,
                     query.within.last, static_cast<std::int64_t>(query.limit) + 1);
  while (row.next()) messages.push_back(to_message(row));
  return messages;
}

bool has_all(Database& database, const std::string& channel_sid, IndexRange range) {
  return database
      .query("SELECT 1 FROM history_range WHERE channel_sid = ? AND first <= ? AND last >= ?", channel_sid,
             range.first, range.last)
      .next();
}

}  // namespace

std::map<std::string, std::vector<IndexRange>> read_ranges(Database& database) {
  std::map<std::string, std::vector<IndexRange>> ranges;
  auto row = database.query("SELECT channel_sid, first, last FROM history_range ORDER BY channel_sid, first");
  while (row.next()) ranges[row.text(0)].push_back({row.integer(1), row.integer(2)});
  return ranges;
}

CachedMessages read_messages(Database& database, const HistoryQuery& query) {
  CachedMessages found{.messages = read_rows(database, query)};
  found.more = found.messages.size() > query.limit;
  if (found.more) found.messages.pop_back();
  IndexRange passed = query.within;
  if (found.more && !found.messages.empty())
    (query.newest_first ? passed.first : passed.last) = found.messages.back().index;
  if (query.newest_first) std::reverse(found.messages.begin(), found.messages.end());
  read_media(database, query.channel_sid, found.messages);
  found.complete = has_all(database, query.channel_sid, passed);
  return found;
}

void apply(Database& database, const ChangeHistory& change) {
  begin(database, change.channel_sid);
  for (const auto& one : *change.changes)
    std::visit([&](const auto& what) { apply(database, change.channel_sid, what); }, one);
  drop_older(database, change.channel_sid, change.oldest_kept);
}

void apply(Database& database, const LimitHistories& change) {
  std::uint64_t bytes = 0;
  {
    auto row = database.query("SELECT COALESCE(SUM(bytes), 0) FROM history");
    if (row.next()) bytes = static_cast<std::uint64_t>(row.integer(0));
  }
  while (bytes > change.max_bytes || change.max_bytes == 0) {
    std::string oldest;
    {
      auto row = database.query("SELECT channel_sid, bytes FROM history ORDER BY changed LIMIT 1");
      if (!row.next()) return;
      oldest = row.text(0);
      bytes -= std::min(bytes, static_cast<std::uint64_t>(row.integer(1)));
    }
    erase_history(database, oldest);
  }
}

void erase_history(Database& database, const std::string& channel_sid) {
  database.run("DELETE FROM message WHERE channel_sid = ?", channel_sid);
  database.run("DELETE FROM history_range WHERE channel_sid = ?", channel_sid);
  database.run("DELETE FROM history WHERE channel_sid = ?", channel_sid);
}

}  // namespace parley::detail
