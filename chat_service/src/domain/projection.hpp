#pragma once
#include <string>

#include "chat_service/src/model.hpp"

/// What clients are shown of the stored rows: the JSON texts of Sync documents and items.
namespace parley::chat_service::projection {

std::string conversation_document(const Conversation& conversation);
std::string my_conversation_item(const Conversation& conversation, const Participant& participant);
std::string roster_item(const Participant& participant, const std::string& role_sid);
std::string message_item(const Message& message);
/// {"value": ...} of a user-info map.
std::string value_item(const std::optional<std::string>& value);
std::string reachability_item(const User& user);

}  // namespace parley::chat_service::projection
