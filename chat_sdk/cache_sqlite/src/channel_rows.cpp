#include "chat_sdk/cache_sqlite/src/channel_rows.hpp"

#include "chat_sdk/cache_sqlite/src/history_rows.hpp"
#include "chat_sdk/cache_sqlite/src/row_values.hpp"

namespace parley::detail {

using storage::Database;

std::vector<ChannelState> read_channels(Database& database) {
  std::vector<ChannelState> channels;
  auto row = database.query(
      "SELECT sid, name, description, attributes, created_by, direct, peer, muted, created_at, updated_at, "
      "last_message_index, last_read_index, unread_count, first_unread_index FROM channel");
  while (row.next()) {
    ChannelState& channel = channels.emplace_back();
    channel.sid = row.text(0);
    channel.name = row.text(1);
    channel.description = row.text(2);
    channel.attributes = row.text(3);
    channel.created_by = row.text(4);
    channel.kind = row.boolean(5) ? ChannelKind::direct : ChannelKind::group;
    channel.peer = row.text(6);
    channel.joined = true;
    channel.muted = row.boolean(7);
    channel.created_at = to_time(row.integer(8));
    channel.updated_at = to_time(row.integer(9));
    channel.last_message_index = row.optional_integer(10);
    channel.last_read_index = row.optional_integer(11);
    channel.unread = {row.integer(12), /*exact=*/false, row.optional_integer(13), UnreadReason::restored};
  }
  return channels;
}

void apply(Database& database, const PutChannel& change) {
  const ChannelState& channel = *change.channel;
  database.run(
      "INSERT OR REPLACE INTO channel(sid, name, description, attributes, created_by, direct, peer, muted, "
      "created_at, updated_at, last_message_index, last_read_index, unread_count, first_unread_index) "
      "VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      channel.sid, channel.name, channel.description, channel.attributes, channel.created_by,
      channel.kind == ChannelKind::direct, channel.peer, channel.muted, to_integer(channel.created_at),
      to_integer(channel.updated_at), channel.last_message_index, channel.last_read_index,
      channel.unread.count, channel.unread.first_unread_index);
}

void apply(Database& database, const EraseChannel& change) {
  database.run("DELETE FROM channel WHERE sid = ?", change.sid);
  erase_history(database, change.sid);
  apply(database, EraseHorizon{change.sid});
}

std::vector<PutHorizon> read_horizons(Database& database) {
  std::vector<PutHorizon> horizons;
  auto row = database.query("SELECT channel_sid, message_index, back FROM read_horizon");
  while (row.next()) horizons.push_back({row.text(0), row.optional_integer(1), row.boolean(2)});
  return horizons;
}

void apply(Database& database, const PutHorizon& change) {
  database.run("INSERT OR REPLACE INTO read_horizon(channel_sid, message_index, back) VALUES(?, ?, ?)",
               change.channel_sid, change.to, change.back);
}

void apply(Database& database, const EraseHorizon& change) {
  database.run("DELETE FROM read_horizon WHERE channel_sid = ?", change.channel_sid);
}

}  // namespace parley::detail
