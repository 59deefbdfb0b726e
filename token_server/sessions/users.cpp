#include "token_server/sessions/users.hpp"

#include "common/storage/database.hpp"
#include "token_server/sessions/stored_time.hpp"

namespace parley::token_server {
namespace {

#define USER_COLUMNS "name, identity, password, password_version, disabled, created_at "

User read_user(const storage::Query& row) {
  return {.name = row.text(0),
          .identity = row.text(1),
          .password = row.text(2),
          .password_version = row.integer(3),
          .disabled = row.boolean(4),
          .created_at = from_stored(row.integer(5))};
}

std::optional<User> first_user(storage::Query query) {
  if (!query.next()) return std::nullopt;
  return read_user(query);
}

}  // namespace

std::optional<User> Users::find(std::string_view name) {
  return first_user(database_.query("SELECT " USER_COLUMNS "FROM users WHERE name = ?", name));
}

std::optional<User> Users::find_identity(std::string_view identity) {
  return first_user(database_.query("SELECT " USER_COLUMNS "FROM users WHERE identity = ?", identity));
}

std::vector<User> Users::list() {
  std::vector<User> users;
  auto row = database_.query("SELECT " USER_COLUMNS "FROM users ORDER BY name");
  while (row.next()) users.push_back(read_user(row));
  return users;
}

void Users::add(const User& user) {
  database_.run("INSERT INTO users(" USER_COLUMNS ") VALUES(?, ?, ?, ?, ?, ?)", user.name, user.identity,
                user.password, user.password_version, user.disabled, to_stored(user.created_at));
}

bool Users::set_password(std::string_view name, std::string_view record) {
  return database_.run(
             "UPDATE users SET password = ?2, password_version = password_version + 1 WHERE name = ?1", name,
             record) &&
         database_.changes() == 1;
}

bool Users::set_disabled(std::string_view name, bool disabled) {
  return database_.run("UPDATE users SET disabled = ?2 WHERE name = ?1", name, disabled) &&
         database_.changes() == 1;
}

void Users::renew_record(const User& user, std::string_view record) {
  database_.run("UPDATE users SET password = ?3 WHERE name = ?1 AND password_version = ?2", user.name,
                user.password_version, record);
}

}  // namespace parley::token_server
