#pragma once
#include <string>
#include <vector>

#include "chat_service/src/model.hpp"
#include "chat_service/src/store/receipt_table.hpp"

/// What clients are shown of the stored rows: the JSON texts of Sync documents and items.
namespace parley::chat_service::projection {

std::string conversation_document(const Conversation& conversation);
std::string my_conversation_item(const Conversation& conversation, const Participant& participant);
/// The same for somebody who is invited.
std::string invitation_item(const Conversation& conversation);
std::string roster_item(const Participant& participant, const std::string& role_sid);
/// What belongs to a message and is stored beside it.
struct MessageDetails {
  std::vector<Medium> media{};
  ReceiptTable::Counts delivery{};
};
std::string message_item(const Message& message, const MessageDetails& details);
/// {"value": ...} of a user-info map.
std::string value_item(const std::optional<std::string>& value);
std::string reachability_item(const User& user);

}  // namespace parley::chat_service::projection
