#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "chat_service/src/model.hpp"
#include "common/storage/database.hpp"

namespace parley::chat_service {

/// What the service knows of itself; not exported.
class MetaTable {
 public:
  explicit MetaTable(storage::Database& database) : database_(database) {}

  /// The key of continuation tokens and temporary URLs; `fresh` becomes it if there is none.
  std::string secret(std::string_view fresh);

  /// The latest time by which retention went, see RetentionClock.
  std::optional<Millis> latest_time();
  void set_latest_time(Millis time);

 private:
  storage::Database& database_;
};

}  // namespace parley::chat_service
