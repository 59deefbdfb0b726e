#pragma once
#include <optional>
#include <string>

#include <parley/error.hpp>

#include "chat_service/src/scope.hpp"

/// Delivery receipts: what other networks say of a message.
namespace parley::chat_service::receipts {

struct News {
  std::string participant_sid{};
  std::string status{};  ///< sent, delivered, read, undelivered or failed
  std::optional<std::string> channel_message_sid{};
  std::int64_t error_code = 0;
};

/// Writes what is known now of one participant's delivery and shows it in the message. Asks for no rights: no
/// client reports deliveries. 400 for an unknown status.
Result<Receipt> put(Scope& scope, const Conversation& conversation, const Message& message, const News& news);

}  // namespace parley::chat_service::receipts
