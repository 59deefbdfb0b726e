#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "chat_service/src/model.hpp"
#include "common/storage/database.hpp"

namespace parley::chat_service {

/// Delivery receipts, at most one for a message and a participant.
class ReceiptTable {
 public:
  explicit ReceiptTable(storage::Database& database) : database_(database) {}

  /// Those of a message in the order of their SIDs, after that one ("": from the beginning).
  std::vector<Receipt> of_message(const Message& message, std::string_view after, std::size_t limit);
  std::optional<Receipt> find(const Message& message, std::string_view participant_sid);

  /// Writes it anew, or over the one with this SID.
  void put(const Receipt& receipt);
  void remove_of_message(const Message& message);

  /// How many participants a status was told of.
  struct Counts {
    std::int64_t total = 0, sent = 0, delivered = 0, read = 0, undelivered = 0, failed = 0;
  };
  Counts count(const Message& message);

 private:
  storage::Database& database_;
};

}  // namespace parley::chat_service
