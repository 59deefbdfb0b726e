#include "chat_sdk/src/model/translation.hpp"

#include <algorithm>
#include <charconv>

#include "chat_sdk/src/model/item_pages.hpp"

namespace parley::detail {
namespace {

std::int64_t to_index(const std::string& key) {
  std::int64_t index = -1;
  std::from_chars(key.data(), key.data() + key.size(), index);
  return index;
}

GetMessages neighbour(const GetMessages& query, std::int64_t index, Direction direction) {
  return {query.page_size, Anchor::beyond(index), direction};
}

}  // namespace

Message to_message(conversations::Message message) {
  std::vector<Medium> media;
  for (auto& one : message.media)
    media.push_back({std::move(one.sid), std::move(one.category), std::move(one.filename),
                     std::move(one.content_type), one.size});
  return {std::move(message.sid),
          message.index,
          std::move(message.author),
          std::move(message.body),
          std::move(message.attributes),
          message.created_at,
          message.updated_at,
          std::move(message.updated_by),
          std::move(media)};
}

Member to_member(const conversations::Participant& participant) {
  return {participant.sid, participant.identity, participant.attributes, participant.last_read_index,
          participant.created_at};
}

std::optional<std::int64_t> first_index(const GetMessages& query) {
  if (!query.anchor) return std::nullopt;
  const int step = query.direction == Direction::backwards ? -1 : 1;
  return query.anchor->index + (query.anchor->inclusive ? 0 : step);
}

std::optional<http::Fields> page_query(const GetMessages& query) {
  const bool backwards = query.direction == Direction::backwards;
  const auto from = first_index(query);
  if (!from) return items_query("", query.page_size, backwards);
  if (*from < 0) return std::nullopt;
  return items_query(std::to_string(*from), query.page_size, backwards);
}

GetMessages reversed(const GetMessages& query) {
  const bool backwards = query.direction == Direction::backwards;
  GetMessages other{query.page_size, query.anchor, backwards ? Direction::forwards : Direction::backwards};
  if (other.anchor) other.anchor->inclusive = !other.anchor->inclusive;
  return other;
}

std::vector<Message> to_messages(const conversations::SyncPage& page) {
  std::vector<Message> messages;
  for (const auto& item : page.items) {
    auto message = conversations::decode_message_item(to_index(item.key), item.data);
    if (message && conversations::is_message_index(message->index))
      messages.push_back(to_message(std::move(*message)));
  }
  std::stable_sort(messages.begin(), messages.end(),
                   [](const Message& a, const Message& b) { return a.index < b.index; });
  const auto repeated = std::unique(messages.begin(), messages.end(),
                                    [](const Message& a, const Message& b) { return a.index == b.index; });
  messages.erase(repeated, messages.end());
  return messages;
}

MessagePage to_message_page(std::vector<Message> messages, bool has_older, bool has_newer,
                            const GetMessages& query) {
  MessagePage result{std::move(messages), std::nullopt, std::nullopt};
  if (result.messages.empty()) {
    // Beyond the end: what there is lies on the other side of the anchor.
    const bool backwards = query.direction == Direction::backwards;
    if (backwards ? has_newer : has_older) (backwards ? result.newer : result.older) = reversed(query);
    return result;
  }
  if (has_older) result.older = neighbour(query, result.messages.front().index, Direction::backwards);
  if (has_newer) result.newer = neighbour(query, result.messages.back().index, Direction::forwards);
  return result;
}

MessagePage to_message_page(const conversations::SyncPage& page, const GetMessages& query) {
  const bool backwards = query.direction == Direction::backwards;
  return to_message_page(to_messages(page), backwards ? page.has_next : page.has_previous,
                         backwards ? page.has_previous : page.has_next, query);
}

bool is_in_order(const conversations::SyncPage& page, Direction direction) {
  const bool backwards = direction == Direction::backwards;
  return std::is_sorted(page.items.begin(), page.items.end(), [backwards](const auto& a, const auto& b) {
    return backwards ? to_index(a.key) > to_index(b.key) : to_index(a.key) < to_index(b.key);
  });
}

// On the far side a page reaches to its last message, or to the beginning of all; on the near side to where
// it was asked to begin. What lies behind the newest message that it has may only have come too late for it.
std::optional<IndexRange> range_of(const conversations::SyncPage& page, const std::vector<Message>& messages,
                                   const GetMessages& query) {
  if (messages.empty()) return std::nullopt;
  const auto from = first_index(query);
  if (query.direction == Direction::backwards)
    return IndexRange{page.has_next ? messages.front().index : 0,
                      page.has_previous && from ? *from : messages.back().index};
  return IndexRange{page.has_previous && from ? *from : 0, messages.back().index};
}

}  // namespace parley::detail
