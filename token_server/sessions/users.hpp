#pragma once
#include <cstdint>
#include <optional>
#include <parley/seams.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace parley::storage {
class Database;
}

namespace parley::token_server {

/// CallerPolicy::entry of people with passwords.
inline constexpr const char* kUsersEntry = "users";

struct User {
  std::string name;
  std::string identity;               ///< in chat
  std::string password;               ///< a record of Passwords
  std::int64_t password_version = 1;  ///< one more for each password; not for a new record of the same
  bool disabled = false;
  WallTime created_at{};
};

/// The table of people. Calls run in the caller's transaction, if there is one; failures stick to the
/// database.
class Users {
 public:
  explicit Users(storage::Database& database) : database_(database) {}

  std::optional<User> find(std::string_view name);
  /// Whose chat identity it is.
  std::optional<User> find_identity(std::string_view identity);
  /// By name.
  std::vector<User> list();
  /// Name and identity must be new.
  void add(const User& user);
  /// False: there is no such user.
  bool set_password(std::string_view name, std::string_view record);
  /// False: there is no such user.
  bool set_disabled(std::string_view name, bool disabled);
  /// A new record of the same password; nothing happens if the password has been changed meanwhile.
  void renew_record(const User& user, std::string_view record);

 private:
  storage::Database& database_;
};

}  // namespace parley::token_server
