#include "common/protocol/conversations/resources.hpp"

#include "common/base/iso8601.hpp"
#include "common/base/json.hpp"
#include "common/base/json_text.hpp"

namespace parley::conversations {
namespace {

using json::TextReader;

std::string text_of(TextReader& reader, std::string_view name) {
  return reader.optional_string(name).value_or("");
}

// A date in a form of its own is no reason to lose a message: it stays at the epoch.
WallTime date_of(TextReader& reader, std::string_view name) {
  const auto date = parse_iso8601(json::string_in(reader.any(name)).value_or(""));
  return date ? *date : WallTime{};
}

// Attributes travel as JSON text; an object is accepted too.
std::string attributes_of(TextReader& reader) {
  const auto value = reader.any("attributes");
  if (auto text = json::string_in(value)) return *std::move(text);
  return value.empty() ? "{}" : std::string(value);
}

// Opens `text` as an object, lets `read` fill a T, and returns the first failure if there was one.
template <class T, class Read>
Result<T> decode(std::string_view text, const char* path, Read read) {
  if (const auto checked = json::check_object(text, json::kAnswerBounds); !checked) return checked.error();
  TextReader reader(text, path);
  T result = read(reader);
  if (reader.failed()) return reader.error();
  return result;
}

template <class T, class Read>
Result<std::vector<T>> decode_each(std::string_view array, const std::string& path, Read read) {
  std::vector<T> results;
  for (const auto element : json::elements_in(array)) {
    TextReader reader(element, path + "[" + std::to_string(results.size()) + "]");
    results.push_back(read(reader));
    if (reader.failed()) return reader.error();
  }
  return results;
}

Medium read_medium(TextReader& reader) {
  return {.sid = reader.string("sid"),
          .category = reader.optional_string("category").value_or("media"),
          .filename = text_of(reader, "filename"),
          .content_type =
              text_of(reader, json::is_string(reader.any("contentType")) ? "contentType" : "content_type"),
          .size = reader.optional_integer("size").value_or(0)};
}

// A list of files, or one file as old services write it. What is neither is no reason to lose a message.
std::vector<Medium> media_of(std::string_view value) {
  const std::string list = json::is_object(value) ? "[" + std::string(value) + "]" : std::string(value);
  auto media = decode_each<Medium>(list, "media", &read_medium);
  return media ? std::move(*media) : std::vector<Medium>();
}

// An index that cannot be one says nothing.
std::optional<std::int64_t> index_of(const TextReader& message) {
  const auto index = json::integer_in(message.any("index"));
  return index && is_message_index(*index) ? index : std::nullopt;
}

Conversation read_conversation(TextReader& reader) {
  Conversation conversation;
  conversation.sid = text_of(reader, "conversation_sid");
  if (conversation.sid.empty()) conversation.sid = reader.string("sid");
  conversation.unique_name = text_of(reader, "unique_name");
  conversation.friendly_name = text_of(reader, "friendly_name");
  conversation.attributes = attributes_of(reader);
  conversation.created_by = text_of(reader, "created_by");
  conversation.status = text_of(reader, "status");
  conversation.last_read_index = reader.optional_integer("last_read_message_index");
  conversation.unread_count = reader.optional_integer("unread_messages_count");
  conversation.messages_count = reader.optional_integer("messages_count").value_or(0);
  conversation.created_at = date_of(reader, "date_created");
  conversation.updated_at = date_of(reader, "date_updated");
  conversation.muted = text_of(reader, "notification_level") == "muted";
  const auto last = reader.any("last_message");
  if (json::is_object(last)) conversation.last_message_index = index_of(TextReader(last, "last_message"));
  const bool none = !reader.any("messages_count").empty() && conversation.messages_count == 0;
  conversation.tells_last_message = conversation.last_message_index || none;
  const auto objects = reader.any("sync_objects");
  if (json::is_object(objects)) {
    TextReader names(objects, "sync_objects");
    conversation.document = text_of(names, "conversation");
    conversation.roster = text_of(names, "participants");
    conversation.messages = text_of(names, "messages");
  }
  return conversation;
}

SyncItem read_item(TextReader& reader) {
  SyncItem item;
  const auto index = json::integer_in(reader.any("index"));
  item.key = index ? std::to_string(*index) : reader.string("key");
  item.last_event_id = reader.optional_integer("last_event_id").value_or(-1);
  const auto data = reader.any("data");
  item.data = json::is_object(data) ? std::string(data) : "{}";
  return item;
}

bool is_token(std::string_view value) { return !json::string_in(value).value_or("").empty(); }

Participant read_participant(TextReader& reader) {
  Participant participant;
  participant.identity = text_of(reader, "identity");
  participant.attributes = attributes_of(reader);
  return participant;
}

}  // namespace

namespace {

// A limit that is none is no reason not to connect.
std::optional<std::uint64_t> max_file_bytes(std::string_view options) {
  if (!json::is_object(options)) return std::nullopt;
  TextReader reader(options, "");
  const auto megabytes = reader.optional_integer("media_attachment_size_limit_in_mb");
  constexpr std::int64_t kMostMegabytes = std::int64_t{1} << 32;
  if (!megabytes || *megabytes < 1 || *megabytes > kMostMegabytes) return std::nullopt;
  return static_cast<std::uint64_t>(*megabytes) << 20U;
}

MediumRecord read_medium_record(TextReader& reader) {
  MediumRecord record;
  record.sid = reader.string("sid");
  record.size = reader.optional_integer("size").value_or(0);
  TextReader links(reader.object("links"), "medium.links");
  record.url = text_of(links, "content_direct_temporary");
  return record;
}

Result<MediumRecord> read_set_entry(TextReader& entry) {
  const auto status = entry.integer("code");
  if (entry.failed()) return entry.error();
  if (status / 100 != 2) return to_error({.status = static_cast<int>(status), .body = "{}"});
  TextReader reader(entry.object("media_record"), "medium");
  if (entry.failed()) return entry.error();
  auto record = read_medium_record(reader);
  if (reader.failed()) return reader.error();
  return record;
}

}  // namespace

Result<Configuration> decode_configuration(std::string_view body) {
  return decode<Configuration>(body, "configuration", [](TextReader& reader) {
    Configuration configuration;
    configuration.identity = reader.string("identity");
    TextReader links(reader.object("links"), "configuration.links");
    configuration.my_conversations_url = links.string("my_conversations");
    configuration.conversations_url = links.string("conversations");
    configuration.users_url = links.string("users");
    configuration.typing_url = links.string("typing");
    configuration.media_url = text_of(links, "media_service");
    configuration.media_set_url = text_of(links, "media_set_service");
    configuration.max_file_bytes =
        max_file_bytes(reader.any("options")).value_or(configuration.max_file_bytes);
    TextReader objects(reader.object("sync_objects"), "configuration.sync_objects");
    configuration.my_info_map = objects.string("my_user_info");
    configuration.my_conversations_map = objects.string("my_conversations");
    if (links.failed()) reader.fail("links", "the URLs of the service");
    if (objects.failed()) reader.fail("sync_objects", "the names of the user's maps");
    return configuration;
  });
}

Result<Conversation> decode_conversation(std::string_view body) {
  return decode<Conversation>(body, "conversation", read_conversation);
}

Result<ConversationPage> decode_conversation_page(std::string_view body) {
  if (const auto checked = json::check_object(body, json::kAnswerBounds); !checked) return checked.error();
  TextReader reader(body, "");
  const auto array = reader.array("conversations");
  const auto next = json::member_in(reader.any("meta"), "next_token");
  if (reader.failed()) return reader.error();
  auto conversations = decode_each<Conversation>(array, "conversations", read_conversation);
  if (!conversations) return conversations.error();
  ConversationPage page{std::move(*conversations), ""};
  page.next_token = json::string_in(next).value_or("");
  return page;
}

Result<std::vector<std::string>> decode_blocks(std::string_view body) {
  if (const auto checked = json::check_object(body); !checked) return checked.error();
  TextReader reader(body, "");
  const auto array = reader.array("blocks");
  if (reader.failed()) return reader.error();
  return decode_each<std::string>(array, "blocks",
                                  [](TextReader& block) { return block.string("identity"); });
}

Result<Participant> decode_participant(std::string_view body) {
  return decode<Participant>(body, "participant", [](TextReader& reader) {
    Participant participant = read_participant(reader);
    participant.sid = reader.string("sid");
    participant.last_read_index = reader.optional_integer("last_read_message_index");
    participant.created_at = date_of(reader, "date_created");
    return participant;
  });
}

Result<Message> decode_message(std::string_view body) {
  return decode<Message>(body, "message", [](TextReader& reader) {
    Message message;
    message.sid = reader.string("sid");
    message.index = reader.integer("index");
    message.author = text_of(reader, "author");
    message.body = text_of(reader, "body");
    message.attributes = attributes_of(reader);
    message.created_at = date_of(reader, "date_created");
    message.updated_at = date_of(reader, "date_updated");
    message.updated_by = text_of(reader, "last_updated_by");
    message.media = media_of(reader.any("media"));
    return message;
  });
}

Result<SyncObject> decode_sync_object(std::string_view body) {
  return decode<SyncObject>(body, "sync", [](TextReader& reader) {
    SyncObject object;
    object.sid = reader.string("sid");
    object.last_event_id = reader.integer("last_event_id");
    const auto links = reader.any("links");
    if (json::is_object(links)) {
      TextReader urls(links, "sync.links");
      object.items_url = text_of(urls, "items");
    }
    const auto data = reader.any("data");
    if (json::is_object(data)) object.data = data;
    return object;
  });
}

Result<SyncPage> decode_sync_page(std::string_view body) {
  if (const auto checked = json::check_object(body, json::kAnswerBounds); !checked) return checked.error();
  TextReader reader(body, "");
  const auto array = reader.array("items");
  const auto meta = reader.object("meta");
  if (reader.failed()) return reader.error();
  auto items = decode_each<SyncItem>(array, "items", read_item);
  if (!items) return items.error();
  return SyncPage{std::move(*items), is_token(json::member_in(meta, "previous_token")),
                  is_token(json::member_in(meta, "next_token"))};
}

Result<ConversationDocument> decode_document(std::string_view data) {
  return decode<ConversationDocument>(data, "document", [](TextReader& reader) {
    ConversationDocument document;
    document.unique_name = text_of(reader, "uniqueName");
    document.friendly_name = text_of(reader, "friendlyName");
    document.attributes = attributes_of(reader);
    document.created_by = text_of(reader, "createdBy");
    document.messages = reader.string("messages");
    document.roster = reader.string("roster");
    document.created_at = date_of(reader, "dateCreated");
    document.updated_at = date_of(reader, "dateUpdated");
    const auto last = reader.any("lastMessage");
    if (json::is_object(last)) {
      TextReader message(last, "document.lastMessage");
      document.last_message_index = index_of(message);
      document.last_message_at = date_of(message, "timestamp");
    }
    return document;
  });
}

Result<MyConversation> decode_my_conversation(std::string_view data) {
  return decode<MyConversation>(data, "my conversation", [](TextReader& reader) {
    MyConversation mine;
    mine.status = reader.string("status");
    mine.document = text_of(reader, "channel");
    mine.last_read_index = reader.optional_integer("lastConsumedMessageIndex");
    mine.muted = text_of(reader, "notificationLevel") == "muted";
    return mine;
  });
}

Result<Participant> decode_roster_item(std::string_view sid, std::string_view data) {
  return decode<Participant>(data, "participant", [&](TextReader& reader) {
    Participant participant = read_participant(reader);
    participant.sid = sid;
    participant.last_read_index = reader.optional_integer("lastConsumedMessageIndex");
    participant.created_at = date_of(reader, "dateCreated");
    return participant;
  });
}

Result<Message> decode_message_item(std::int64_t index, std::string_view data) {
  return decode<Message>(data, "message", [&](TextReader& reader) {
    Message message;
    message.sid = reader.string("sid");
    message.index = index;
    message.author = text_of(reader, "author");
    message.body = text_of(reader, "text");
    message.attributes = attributes_of(reader);
    message.created_at = date_of(reader, "timestamp");
    message.updated_at = date_of(reader, "dateUpdated");
    message.updated_by = text_of(reader, "lastUpdatedBy");
    const auto several = reader.any("medias");
    message.media = media_of(json::is_array(several) ? several : reader.any("media"));
    return message;
  });
}

Result<MediumRecord> decode_medium_record(std::string_view body) {
  return decode<MediumRecord>(body, "medium", read_medium_record);
}

Result<std::vector<MediumAnswer>> decode_medium_set(std::string_view body,
                                                    const std::vector<std::string>& asked) {
  if (const auto checked = json::check(body, json::kAnswerBounds); !checked) return checked.error();
  std::vector<MediumAnswer> answers;
  for (const auto element : json::elements_in(body)) {
    if (answers.size() == asked.size()) break;
    TextReader entry(element, "media[" + std::to_string(answers.size()) + "]");
    answers.push_back({asked[answers.size()], read_set_entry(entry)});
  }
  return answers;
}

}  // namespace parley::conversations
