#include "chat_sdk/src/model/checks.hpp"

#include "common/protocol/conversations/resources.hpp"

#include <algorithm>

#include "common/base/json.hpp"
#include "common/base/limits.hpp"
#include "common/base/utf8.hpp"
#include "common/protocol/conversations/message_key.hpp"

namespace parley::detail {
namespace {

constexpr std::size_t kUuidBytes = 36;

Error bad(std::string_view field, std::string_view expected) {
  return {.code = Errc::invalid_argument,
          .message = std::string(field) + ": expected " + std::string(expected)};
}

std::optional<Error> check_attributes(const std::string& attributes, std::size_t most) {
  if (attributes.size() > most) return bad("attributes", "at most " + std::to_string(most / 1024) + " KiB");
  if (!json::is_json(attributes)) return bad("attributes", "JSON text");
  return std::nullopt;
}

std::string name_of_file(std::size_t index) { return "files[" + std::to_string(index) + "]"; }

std::optional<Error> check_files(const std::vector<NewFile>& files) {
  if (files.size() > limits::kMessageMedia)
    return bad("files", "at most " + std::to_string(limits::kMessageMedia));
  for (std::size_t i = 0; i < files.size(); ++i) {
    const NewFile& file = files[i];
    if (!file.open && file.bytes.empty() && file.path.empty() && file.filename.empty())
      return bad(name_of_file(i),
                 "a path, bytes or a function that opens it; an empty file needs a filename");
  }
  return std::nullopt;
}

std::optional<Error> check_room_for_key(const NewMessage& message) {
  const std::string key = message.key.empty() ? std::string(kUuidBytes, '0') : message.key;
  const auto attributes = conversations::attributes_with_key(message.attributes, key);
  if (!attributes && !message.key.empty()) return bad("attributes", "a JSON object, to hold the key");
  if (attributes && attributes->size() > limits::kSmallAttributesBytes)
    return bad("attributes", "at most 4 KiB together with the key that the message carries");
  return std::nullopt;
}

}  // namespace

std::optional<Error> check_name(std::string_view field, std::string_view name) {
  const bool good =
      !name.empty() && name.size() <= limits::kNameBytes && is_clean(name, TextKind::identifier);
  if (good) return std::nullopt;
  return bad(field, "1 to 320 bytes of UTF-8, " + std::string(kCleanIdentifier));
}

std::optional<Error> check_description(std::string_view text) {
  const auto characters = std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; });
  const bool good =
      static_cast<std::size_t>(characters) <= limits::kFriendlyNameChars && is_clean(text, TextKind::line);
  if (good) return std::nullopt;
  return bad("description", "at most 256 characters of UTF-8, " + std::string(kCleanLine));
}

std::optional<Error> check_identity_argument(std::string_view field, std::string_view identity) {
  const bool good = !identity.empty() && identity.size() <= limits::kIdentityBytes &&
                    is_clean(identity, TextKind::identifier);
  if (good) return std::nullopt;
  return bad(field, "1 to 256 bytes of UTF-8, " + std::string(kCleanIdentifier));
}

std::optional<Error> check(const NewGroupChannel& channel) {
  if (auto error = check_name("name", channel.name)) return error;
  if (channel.name.find('#') != std::string::npos)
    return bad("name", "no '#': it is reserved for 1x1 channels");
  if (auto error = check_description(channel.description)) return error;
  return check_attributes(channel.attributes, limits::kAttributesBytes);
}

std::optional<Error> check(const NewMessage& message, bool knows_mutation_ids) {
  if (message.text.empty() && message.files.empty()) return bad("text", "something to send");
  if (auto error = check_files(message.files)) return error;
  if (message.text.size() > limits::kMessageBodyBytes) return bad("text", "at most 32 KiB");
  if (!is_valid_utf8(message.text)) return bad("text", "valid UTF-8");
  if (message.key.size() > limits::kMutationIdBytes || !is_clean(message.key, TextKind::identifier))
    return bad("key", "at most 128 bytes of UTF-8, " + std::string(kCleanIdentifier));
  if (auto error = check_attributes(message.attributes, limits::kSmallAttributesBytes)) return error;
  return knows_mutation_ids ? std::nullopt : check_room_for_key(message);
}

std::optional<Error> check_storable(const NewMessage& message) {
  for (std::size_t i = 0; i < message.files.size(); ++i)
    if (message.files[i].open)
      return bad(name_of_file(i) + ".open", "a path or bytes, because the cache cannot keep a function");
  return std::nullopt;
}

std::optional<Error> check(const GetMessages& query) {
  if (query.page_size < 1 || query.page_size > limits::kPageSize) return bad("page_size", "1 to 100");
  if (query.anchor && !conversations::is_message_index(query.anchor->index))
    return bad("anchor.index", "0 to 2^53");
  return std::nullopt;
}

Error not_a_member() { return {.code = Errc::not_found, .message = "not a member of this channel any more"}; }

}  // namespace parley::detail
