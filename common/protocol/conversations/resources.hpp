#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <parley/error.hpp>
#include <parley/seams.hpp>

#include "common/base/http.hpp"

/// What a client reads of the Conversations and Sync replies, in the wire's words. Members that only some
/// servers send are optional or default to empty.
namespace parley::conversations {

/// What a message's index may be: it starts at 0, and JSON numbers beyond 2^53 are not exact.
constexpr bool is_message_index(std::int64_t index) { return index >= 0 && index <= (std::int64_t{1} << 53); }

/// Reply of GET Client/v2/Configuration.
struct Configuration {
  std::string identity;
  std::string my_conversations_url;
  std::string conversations_url;
  std::string users_url;
  std::string typing_url;
  std::string media_url;
  std::string media_set_url;                                 ///< asks for many; "" if there is none
  std::uint64_t max_file_bytes = std::uint64_t{150} << 20U;  ///< of an upload; the vendor's unless it is said
  std::string my_info_map;                                   ///< Sync name or SID
  std::string my_conversations_map;                          ///< Sync name or SID
};

/// A conversation as REST describes it; of "my conversations" with the caller's own state.
struct Conversation {
  std::string sid;
  std::string unique_name;
  std::string friendly_name;
  std::string attributes = "{}";
  std::string created_by;
  std::string status;                      ///< "joined", "notParticipating"; "" if absent
  std::string document, roster, messages;  ///< Sync names
  std::optional<std::int64_t> last_read_index;
  std::optional<std::int64_t> unread_count;  ///< nothing: the caller never read
  std::int64_t messages_count = 0;
  WallTime created_at{};
  WallTime updated_at{};
  bool muted = false;                              ///< for the caller
  bool tells_last_message = false;                 ///< parley's own service does, others where there is none
  std::optional<std::int64_t> last_message_index;  ///< if it does; nothing: no message exists
};

struct ConversationPage {
  std::vector<Conversation> conversations;
  std::string next_token;  ///< "": the last page
};

struct Participant {
  std::string sid;
  std::string identity;  ///< "" of somebody who is not a chat user
  std::string attributes = "{}";
  std::optional<std::int64_t> last_read_index;
  WallTime created_at{};
};

/// A file of a message.
struct Medium {
  std::string sid;
  std::string category = "media";  ///< or "body", "history"
  std::string filename;            ///< "" if it has none
  std::string content_type;
  std::int64_t size = 0;
};

/// What the media service says of one file.
struct MediumRecord {
  std::string sid;
  std::string url;  ///< temporary: fetches the bytes without a token; "" if there is none
  std::int64_t size = 0;
};

struct Message {
  std::string sid;
  std::int64_t index = -1;
  std::string author;
  std::string body;
  std::string attributes = "{}";
  WallTime created_at{};
  WallTime updated_at{};
  std::string updated_by;  ///< "" if never edited
  std::vector<Medium> media;
};

/// Data of the document `{CH}.channel`.
struct ConversationDocument {
  std::string unique_name;
  std::string friendly_name;
  std::string attributes = "{}";
  std::string created_by;
  std::string messages, roster;  ///< Sync names
  WallTime created_at{};
  WallTime updated_at{};
  std::optional<std::int64_t> last_message_index;
  WallTime last_message_at{};
};

/// Item of the map "my conversations".
struct MyConversation {
  std::string status;
  std::string document;
  std::optional<std::int64_t> last_read_index;
  bool muted = false;
};

/// A Sync object's descriptor.
struct SyncObject {
  std::string sid;
  std::string items_url;  ///< of lists and maps
  std::int64_t last_event_id = -1;
  std::string data = "{}";  ///< of documents
};

struct SyncItem {
  std::string key;  ///< of a list its decimal index
  std::int64_t last_event_id = -1;
  std::string data = "{}";
};

struct SyncPage {
  std::vector<SyncItem> items;
  bool has_previous = false;  ///< in the direction of the query
  bool has_next = false;
};

Result<Configuration> decode_configuration(std::string_view body);
Result<Conversation> decode_conversation(std::string_view body);
Result<ConversationPage> decode_conversation_page(std::string_view body);
Result<Participant> decode_participant(std::string_view body);
/// A message as REST describes it.
Result<Message> decode_message(std::string_view body);
Result<SyncObject> decode_sync_object(std::string_view body);
Result<SyncPage> decode_sync_page(std::string_view body);

Result<ConversationDocument> decode_document(std::string_view data);
Result<MyConversation> decode_my_conversation(std::string_view data);
Result<Participant> decode_roster_item(std::string_view sid, std::string_view data);
Result<Message> decode_message_item(std::int64_t index, std::string_view data);
/// Reply of an upload, or of a question for one file.
Result<MediumRecord> decode_medium_record(std::string_view body);
/// Reply of POST MediaSet: each medium that was asked for, or why there is none.
struct MediumAnswer {
  std::string sid;
  Result<MediumRecord> record;
};
/// Answers are in the order asked for; there may be fewer.
Result<std::vector<MediumAnswer>> decode_medium_set(std::string_view body,
                                                    const std::vector<std::string>& asked);

/// The identities that a user has blocked, see docs/protocol-notes.md.
Result<std::vector<std::string>> decode_blocks(std::string_view body);

/// A reply that is not 2xx as an Error with all its layers.
Error to_error(const http::Response& response);
/// The `resource_url` of a 202 ("done already" or "being done"); "" if there is none.
std::string resource_url(const http::Response& response);

/// Members to send; absent ones stay unchanged on the server.
struct ConversationChange {
  std::optional<std::string> unique_name, friendly_name, attributes;
  bool is_public = false;  ///< of a new conversation: everybody may find and join it by unique name
};
std::string encode_conversation_change(const ConversationChange& change);
std::string encode_participant(std::string_view identity);
std::string encode_new_message(std::string_view body, std::string_view attributes,
                               const std::vector<std::string>& media_sids = {});
/// Body of POST MediaSet.
std::string encode_medium_set(const std::vector<std::string>& media_sids);
std::string encode_read_horizon(std::optional<std::int64_t> index);

}  // namespace parley::conversations
