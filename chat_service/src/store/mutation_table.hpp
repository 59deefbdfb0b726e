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

struct Mutation {
  std::string request_hash{};  ///< tells one write from another under the same id
  std::string resource_url{};  ///< of what it made; "" if it made nothing (a removal)
};

/// Writes that succeeded, so that a repeated one is not done twice.
class MutationTable {
 public:
  explicit MutationTable(storage::Database& database) : database_(database) {}

  std::optional<Mutation> find(const MutationKey& key);
  void insert(const MutationKey& key, const Mutation& mutation, Millis now);
  /// At most that many; how many it was.
  std::size_t forget_before(Millis date, std::size_t limit);

 private:
  storage::Database& database_;
};

}  // namespace parley::chat_service
