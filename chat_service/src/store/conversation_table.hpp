#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "chat_service/src/model.hpp"
#include "chat_service/src/store/row_window.hpp"
#include "common/storage/database.hpp"

namespace parley::chat_service {

/// Those that are deleted and not erased yet are nowhere to be found here: see ErasureTable.
class ConversationTable {
 public:
  explicit ConversationTable(storage::Database& database) : database_(database) {}

  std::optional<Conversation> find(Id conversation);
  std::optional<Conversation> find_by_sid(std::string_view service_sid, std::string_view sid);
  std::optional<Conversation> find_by_name(std::string_view service_sid, std::string_view unique_name);
  /// Public ones in order of creation.
  std::vector<Conversation> page_of_public(std::string_view service_sid, const RowWindow& window);
  /// Those the user takes part in or is invited to, in order of creation.
  std::vector<Conversation> page_of_user(Id user, const RowWindow& window);
  /// And those it created without taking part in them now.
  std::vector<Conversation> page_of_user_or_creator(std::string_view service_sid, const User& user,
                                                    const RowWindow& window);

  /// Fills in the id.
  void insert(std::string_view service_sid, Conversation& conversation);
  /// Writes everything that can change.
  void update(const Conversation& conversation);
  /// For good: a creator who is added again after that is a member.
  void demote_creator(Id conversation);
  /// At once for everybody, with its Sync objects, and its name is free. What else belongs to it stays for
  /// ErasureTable.
  void remove(const Conversation& conversation);

 private:
  storage::Database& database_;
};

}  // namespace parley::chat_service
