#pragma once
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <vector>

#include "chat_service/src/domain/conversations.hpp"
#include "chat_service/src/scope.hpp"
#include "common/base/json.hpp"

/// The REST resources as JSON. Include <nlohmann/json.hpp> in the .cpp file that uses these.
namespace parley::chat_service::resource {

/// A user as a participant.
struct Chatter {
  Id participant = 0;
  User user{};
};

/// A conversation with the caller's status in it.
json::Value conversation(Scope& scope, const conversations::Seen& seen);
/// An entry of the caller's own list: the conversation and what is unread.
json::Value my_conversation(Scope& scope, const conversations::Seen& seen);
json::Value participant(Scope& scope, const Conversation& conversation, const Participant& participant);
/// JSON text.
std::string message(Scope& scope, const Conversation& conversation, const Message& message,
                    const std::vector<Medium>& media);
json::Value receipt(const Conversation& conversation, const Receipt& receipt);
json::Value invitation(Scope& scope, const Conversation& conversation, const Invitation& invitation);
json::Value block(Scope& scope, const User& user, const Block& block);
json::Value user(Scope& scope, const User& user);
json::Value sync_object(Scope& scope, const SyncObject& object);
json::Value sync_item(Scope& scope, const SyncObject& object, const SyncItem& item);

/// How many of these, up to `most`, fit on one page of limits::kPageBytes; at least one if there is any.
std::size_t fit_on_page(const std::vector<SyncItem>& items, std::size_t most);
std::size_t fit_on_page(const std::vector<Conversation>& conversations, std::size_t most);
std::size_t fit_on_page(const std::vector<Chatter>& chatters, std::size_t most);

}  // namespace parley::chat_service::resource
