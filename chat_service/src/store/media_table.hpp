#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "chat_service/src/model.hpp"
#include "common/storage/database.hpp"

namespace parley::chat_service {

/// What is known of uploaded files; the bytes are elsewhere, found by `Medium::blob`.
class MediaTable {
 public:
  explicit MediaTable(storage::Database& database) : database_(database) {}

  /// Not one of a deleted conversation.
  std::optional<Medium> find(std::string_view service_sid, std::string_view sid);
  /// Those of a message in the order in which it names them.
  std::vector<Medium> of_message(Id conversation, std::string_view message_sid);

  /// Fills in the id.
  void insert(std::string_view service_sid, Medium& medium);
  /// Gives an upload to a message.
  void attach(Id medium, const Message& message, int position);
  void remove_of_message(Id conversation, std::string_view message_sid);
  /// Uploads that no message named and that are older, at most that many; how many it was.
  std::size_t remove_unattached_before(Millis date, std::size_t limit);
  /// What this user's media take together; nothing if the database cannot be read now.
  std::optional<std::int64_t> bytes_of(std::string_view service_sid, std::string_view author);
  /// False: no medium has these bytes, so the file may go.
  bool is_used(std::string_view blob);

 private:
  storage::Database& database_;
};

}  // namespace parley::chat_service
