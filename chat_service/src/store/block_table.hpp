#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "chat_service/src/model.hpp"
#include "common/storage/database.hpp"

namespace parley::chat_service {

/// Whom users have blocked.
class BlockTable {
 public:
  explicit BlockTable(storage::Database& database) : database_(database) {}

  /// Has this user, who need not exist, blocked that identity?
  bool has(std::string_view service_sid, std::string_view user, std::string_view blocked);
  /// In the order of their identities.
  std::vector<Block> all(Id user);

  /// Changes nothing where there is one.
  void insert(const Block& block);
  void remove(Id user, std::string_view identity);

 private:
  storage::Database& database_;
};

}  // namespace parley::chat_service
