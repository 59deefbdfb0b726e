#pragma once
#include <optional>
#include <string>
#include <string_view>

#include <parley/error.hpp>

#include "chat_service/src/domain/conversations.hpp"
#include "chat_service/src/scope.hpp"

/// Messages: sending, changing, removing.
namespace parley::chat_service::messages {

/// Absent: not given.
struct Content {
  std::optional<std::string> body{};
  std::optional<std::string> subject{};
  std::optional<std::string> attributes{};
};

Result<Message> send(Scope& scope, const conversations::Seen& seen, const Content& content);
Result<Message> find(Scope& scope, const conversations::Seen& seen, std::string_view sid);
Result<Message> update(Scope& scope, const conversations::Seen& seen, Message message,
                       const Content& content);
Result<void> remove(Scope& scope, const conversations::Seen& seen, const Message& message);

}  // namespace parley::chat_service::messages
