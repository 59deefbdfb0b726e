#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "chat_service/src/model.hpp"
#include "common/storage/database.hpp"

namespace parley::chat_service {

/// The schema counts holes (indexes of removed messages) for each block of so many indexes.
inline constexpr std::int64_t kHoleBlock = 1024;

/// What a message counts of its author's quota: its texts, and something for the rest.
std::int64_t size_of(const Message& message);

struct OldestMessage {
  Id conversation = 0;
  std::optional<Millis> date{};  ///< nothing: there is no message
};

class MessageTable {
 public:
  explicit MessageTable(storage::Database& database) : database_(database) {}

  std::optional<Message> find(Id conversation, std::string_view sid);
  std::optional<std::string> sid_of(Id conversation, std::int64_t index);
  /// The newest that exists.
  std::optional<Message> newest(Id conversation);
  /// In the order of their indexes.
  std::vector<Message> oldest(Id conversation, std::size_t limit);
  /// Of the service's conversations after that row, in order of creation.
  std::vector<OldestMessage> oldest_dates(std::string_view service_sid, Id after, std::size_t limit);
  /// How many exist beyond that index; `next_index` is the conversation's.
  std::int64_t count_after(Id conversation, std::int64_t index, std::int64_t next_index);

  /// What all messages of this user take together, by size_of().
  std::int64_t bytes_of(Id user);
  /// Counts what was sent or changed for its author. What is removed is given back without being asked for.
  void count_bytes(Id user, std::int64_t bytes);

  void insert(const Message& message);
  /// Writes body, subject, attributes and who changed it when.
  void update(const Message& message);
  /// Leaves a hole: the index is never used again.
  void remove(const Message& message);

 private:
  storage::Database& database_;
};

}  // namespace parley::chat_service
