#pragma once
#include <optional>
#include <vector>

#include <parley/channel_state.hpp>
#include <parley/message.hpp>

#include "common/base/http.hpp"
#include "common/protocol/conversations/resources.hpp"

/// Where the wire's words become the SDK's.
namespace parley::detail {

Message to_message(conversations::Message message);
Member to_member(const conversations::Participant& participant);

/// The Items query of a page of history; nothing if no message can be there (before index 0).
std::optional<http::Fields> page_query(const GetMessages& query);
/// The messages of a page, oldest first and each once, in whatever order it has them; what is none is left
/// out.
std::vector<Message> to_messages(const conversations::SyncPage& page);
MessagePage to_message_page(const conversations::SyncPage& page, const GetMessages& query);
/// `messages`, oldest first, are what `query` asked for; there are others on either side or not.
MessagePage to_message_page(std::vector<Message> messages, bool has_older, bool has_newer,
                            const GetMessages& query);
/// The index at which the page begins, in the direction of the query; nothing: at the end of all.
std::optional<std::int64_t> first_index(const GetMessages& query);
/// Whether a page has its items in the order of its direction: who mixes it up may have left out some, too.
bool is_in_order(const conversations::SyncPage& page, Direction direction);
/// The indexes of which a page says which messages exist, where `messages` are its own; nothing if it has
/// none.
std::optional<IndexRange> range_of(const conversations::SyncPage& page, const std::vector<Message>& messages,
                                   const GetMessages& query);
/// The page on the other side of the anchor.
GetMessages reversed(const GetMessages& query);

}  // namespace parley::detail
