#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "chat_service/src/model.hpp"
#include "common/storage/database.hpp"

namespace parley::chat_service {

/// Conversations that are deleted for everybody while their rows are still there, to be erased a few rows at
/// a time: a conversation of many messages is deleted in no time, and its rows hold up nobody.
class ErasureTable {
 public:
  explicit ErasureTable(storage::Database& database) : database_(database) {}

  struct Entry {
    std::string service_sid{};
    Conversation conversation{};  ///< its id, SID and Sync objects only
  };
  /// Any of them; always the same one until it is erased.
  std::optional<Entry> next();

  /// Erases about that many rows of it at most once nobody takes part in it any more, messages and what
  /// belongs to them first, in the order of their indexes; the conversation itself with the last ones. How
  /// many rows it was, never 0 unless it failed.
  std::size_t erase(const Conversation& conversation, std::size_t limit);

 private:
  std::optional<std::int64_t> first_index(const Conversation& conversation);
  std::size_t erase_messages(const Conversation& conversation, std::int64_t from, std::int64_t to);
  std::size_t erase_items(Id object, std::size_t limit);
  std::size_t erase_rest(const Conversation& conversation);
  template <class... Values>
  std::size_t run(std::string_view sql, const Values&... values);

  storage::Database& database_;
};

}  // namespace parley::chat_service
