#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "chat_service/src/model.hpp"
#include "chat_service/src/store/row_window.hpp"
#include "common/storage/database.hpp"

namespace parley::chat_service {

class ParticipantTable {
 public:
  explicit ParticipantTable(storage::Database& database) : database_(database) {}

  std::optional<Participant> find_by_user(Id conversation, Id user);
  std::optional<Participant> find_by_sid(Id conversation, std::string_view sid);
  /// In no particular order, the same every time.
  std::vector<Participant> all(Id conversation);
  /// The first ones in that order.
  std::vector<Participant> first(Id conversation, std::size_t limit);
  /// Those who chat, in the order in which they came.
  std::vector<Participant> page_of_chat(Id conversation, const RowWindow& window);
  std::int64_t count_non_chat(Id conversation);
  /// Are both in some conversation? Of each the newest limits::kSharedConversations are looked through.
  bool share_a_conversation(Id one, Id other);
  /// Of the chat participants.
  std::vector<std::string> identities(Id conversation);

  /// Fills in the id.
  void insert(Participant& participant);
  /// Writes everything that can change.
  void update(const Participant& participant);
  void remove(Id participant);

 private:
  storage::Database& database_;
};

}  // namespace parley::chat_service
