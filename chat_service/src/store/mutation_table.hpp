#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "chat_service/src/model.hpp"
#include "common/storage/database.hpp"

namespace parley::chat_service {

/// Whose write it was and the id its client gave it.
struct MutationKey {
  std::string_view service_sid;
  std::string_view identity;
  std::string_view mutation_id;
};

/// Writes that succeeded, so that a repeated one is not done twice.
class MutationTable {
 public:
  explicit MutationTable(storage::Database& database) : database_(database) {}

  /// The URL of what the first one made; "" if it made nothing (a removal).
  std::optional<std::string> find(const MutationKey& key);
  void insert(const MutationKey& key, std::string_view resource_url, Millis now);
  void forget_before(Millis date);

 private:
  storage::Database& database_;
};

}  // namespace parley::chat_service
