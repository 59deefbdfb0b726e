#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "chat_service/src/model.hpp"
#include "common/storage/database.hpp"

namespace parley::chat_service {

class ConversationTable {
 public:
  explicit ConversationTable(storage::Database& database) : database_(database) {}

  std::optional<Conversation> find(Id conversation);
  std::optional<Conversation> find_by_sid(std::string_view service_sid, std::string_view sid);
  std::optional<Conversation> find_by_name(std::string_view service_sid, std::string_view unique_name);
  /// Public ones in order of creation, after that row.
  std::vector<Conversation> public_after(std::string_view service_sid, Id after, std::size_t limit);
  /// Those the user takes part in, in order of creation, after that row.
  std::vector<Conversation> of_user_after(Id user, Id after, std::size_t limit);

  /// Fills in the id.
  void insert(std::string_view service_sid, Conversation& conversation);
  /// Writes everything that can change.
  void update(const Conversation& conversation);
  /// With its participants and messages.
  void remove(Id conversation);

 private:
  storage::Database& database_;
};

}  // namespace parley::chat_service
