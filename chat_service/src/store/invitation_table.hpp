#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "chat_service/src/model.hpp"
#include "common/storage/database.hpp"

namespace parley::chat_service {

/// Who was asked to join and has neither joined nor declined.
class InvitationTable {
 public:
  explicit InvitationTable(storage::Database& database) : database_(database) {}

  std::optional<Invitation> find(Id conversation, Id user);
  std::vector<Invitation> all(Id conversation);
  /// The first ones in that order.
  std::vector<Invitation> first(Id conversation, std::size_t limit);
  std::int64_t count(Id conversation);

  void insert(const Invitation& invitation);
  /// True if there was one.
  bool remove(Id conversation, Id user);

 private:
  storage::Database& database_;
};

}  // namespace parley::chat_service
