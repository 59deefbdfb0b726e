#include "chat_service/src/store/user_table.hpp"

namespace parley::chat_service {
namespace {

using storage::Query;

#define USER_COLUMNS                                                                    \
  "id, sid, identity, friendly_name, attributes, online, info_map, conversations_map, " \
  "date_created, date_updated, EXISTS(SELECT 1 FROM registrations WHERE user_id = users.id) "

User read_user(const Query& row) {
  return {.id = row.integer(0),
          .sid = row.text(1),
          .identity = row.text(2),
          .friendly_name = row.optional_text(3),
          .attributes = row.text(4),
          .online = row.boolean(5),
          .notifiable = row.boolean(10),
          .info_map = row.integer(6),
          .conversations_map = row.integer(7),
          .date_created = row.integer(8),
          .date_updated = row.integer(9)};
}

std::optional<User> first_user(Query query) {
  if (!query.next()) return std::nullopt;
  return read_user(query);
}

}  // namespace

std::optional<User> UserTable::find(std::string_view service_sid, std::string_view identity) {
  return first_user(database_.query(
      "SELECT " USER_COLUMNS "FROM users WHERE service_sid = ? AND identity = ?", service_sid, identity));
}

std::optional<User> UserTable::find(Id user) {
  return first_user(database_.query("SELECT " USER_COLUMNS "FROM users WHERE id = ?", user));
}

void UserTable::insert(std::string_view service_sid, User& user) {
  database_.run(
      "INSERT INTO users(sid, service_sid, identity, friendly_name, attributes, online, info_map, "
      "conversations_map, date_created, date_updated) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      user.sid, service_sid, user.identity, user.friendly_name, user.attributes, user.online, user.info_map,
      user.conversations_map, user.date_created, user.date_updated);
  user.id = database_.last_insert_id();
}

void UserTable::update(const User& user) {
  database_.run(
      "UPDATE users SET friendly_name = ?2, attributes = ?3, online = ?4, date_updated = ?5 WHERE id = ?1",
      user.id, user.friendly_name, user.attributes, user.online, user.date_updated);
}

std::vector<User> UserTable::online(std::string_view service_sid) {
  std::vector<User> users;
  auto row =
      database_.query("SELECT " USER_COLUMNS "FROM users WHERE service_sid = ? AND online = 1", service_sid);
  while (row.next()) users.push_back(read_user(row));
  return users;
}

}  // namespace parley::chat_service
