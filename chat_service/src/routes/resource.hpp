#pragma once
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <vector>

#include "chat_service/src/domain/conversations.hpp"
#include "chat_service/src/scope.hpp"
#include "common/base/json_writer.hpp"

/// The REST resources as JSON. Include <nlohmann/json.hpp> in the .cpp file that uses these.
namespace parley::chat_service::resource {

/// A user as a participant.
struct Chatter {
  Id participant = 0;
  User user{};
};

/// A conversation with the caller's status in it.
json::OrderedValue conversation(Scope& scope, const conversations::Seen& seen);
/// An entry of the caller's own list: the conversation and what is unread.
json::OrderedValue my_conversation(Scope& scope, const conversations::Seen& seen);
json::OrderedValue participant(Scope& scope, const Conversation& conversation,
                               const Participant& participant);
/// JSON text.
std::string message(Scope& scope, const Conversation& conversation, const Message& message,
                    const std::vector<Medium>& media);
json::OrderedValue receipt(const Conversation& conversation, const Receipt& receipt);
json::OrderedValue invitation(Scope& scope, const Conversation& conversation, const Invitation& invitation);
json::OrderedValue block(Scope& scope, const User& user, const Block& block);
json::OrderedValue user(Scope& scope, const User& user);
/// Appended to what the caller writes: pages have many of them, and their data goes out as it is stored.
void write_sync_object(json::ObjectWriter& out, Scope& scope, const SyncObject& object);
void write_sync_item(json::ObjectWriter& out, Scope& scope, const SyncObject& object, const SyncItem& item);

/// How many of these, up to `most`, fit on one page of limits::kPageBytes; at least one if there is any.
std::size_t fit_on_page(const std::vector<SyncItem>& items, std::size_t most);
std::size_t fit_on_page(const std::vector<Conversation>& conversations, std::size_t most);
std::size_t fit_on_page(const std::vector<Chatter>& chatters, std::size_t most);

}  // namespace parley::chat_service::resource
