#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "chat_service/src/model.hpp"
#include "common/storage/database.hpp"

namespace parley::chat_service {

class UserTable {
 public:
  explicit UserTable(storage::Database& database) : database_(database) {}

  std::optional<User> find(std::string_view service_sid, std::string_view identity);
  std::optional<User> find(Id user);
  /// Fills in the id.
  void insert(std::string_view service_sid, User& user);
  /// Writes names, attributes, reachability and the date.
  void update(const User& user);
  std::vector<User> online(std::string_view service_sid);

 private:
  storage::Database& database_;
};

}  // namespace parley::chat_service
