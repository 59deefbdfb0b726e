#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <parley/error.hpp>

#include "chat_service/src/domain/attachments.hpp"
#include "chat_service/src/domain/conversations.hpp"
#include "chat_service/src/domain/projection.hpp"
#include "chat_service/src/scope.hpp"

/// Messages: sending, changing, removing.
namespace parley::chat_service::messages {

/// Absent: not given.
struct Content {
  std::optional<std::string> body{};
  std::optional<std::string> subject{};
  std::optional<std::string> attributes{};
  // At sending only.
  std::vector<attachments::Wanted> media{};
  std::optional<std::string> content_sid{};
  std::optional<std::string> content_variables{};
};

/// By a participant. Errors: 403, 400 for media that cannot be attached, 413/50483 if the author has stored
/// too much.
Result<Message> send(Scope& scope, const conversations::Seen& seen, const Content& content);
Result<Message> find(Scope& scope, const conversations::Seen& seen, std::string_view sid);
/// The media stay. Errors as with send().
Result<Message> update(Scope& scope, const conversations::Seen& seen, Message message,
                       const Content& content);
Result<void> remove(Scope& scope, const conversations::Seen& seen, const Message& message);

/// What belongs to it.
projection::MessageDetails details_of(Scope& scope, const Message& message);
/// Shows the message as it is now to whoever watches the list.
void show(Scope& scope, const Conversation& conversation, const Message& message,
          const projection::MessageDetails& details);

/// Takes a message away with everything that belongs to it; asks for no rights. The counters and the last
/// message are changed in `conversation` only: write it with conversations::save() if true is returned (the
/// last message is another), else conversations' table alone is enough.
bool erase(Scope& scope, Conversation& conversation, const Message& message);

}  // namespace parley::chat_service::messages
