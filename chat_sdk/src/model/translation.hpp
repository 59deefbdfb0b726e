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
/// The messages of a page in its order; what is none is left out.
std::vector<Message> to_messages(const conversations::SyncPage& page);
MessagePage to_message_page(const conversations::SyncPage& page, const GetMessages& query);
/// The page on the other side of the anchor.
GetMessages reversed(const GetMessages& query);

}  // namespace parley::detail
