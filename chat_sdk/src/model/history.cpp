#include "chat_sdk/src/model/history.hpp"

#include <algorithm>

#include "chat_sdk/src/model/translation.hpp"

namespace parley::detail {
namespace {

bool is_in_order(const std::vector<Message>& messages, IndexRange within) {
  std::int64_t last = within.first - 1;
  for (const auto& message : messages)
    if (message.index <= std::exchange(last, message.index)) return false;
  return last <= within.last;
}

}  // namespace

// A message that changed while the page was on its way may be in it as it was before.
void learn(ChannelRecord& record, const AskedPage& asked, const conversations::SyncPage& page) {
  if (record.history().edition() != asked.edition) return;
  auto messages = to_messages(page);
  const auto range = range_of(page, messages, asked.query, asked.newest);
  if (!range) return;
  if (asked.query.direction == Direction::backwards) std::reverse(messages.begin(), messages.end());
  if (is_in_order(messages, *range)) record.put_read(*range, messages);
}

void History::read(const std::string& channel_sid, GetMessages query, Done<MessagePage> done) {
  const auto params = page_query(query);
  if (!params) return done(MessagePage{{}, std::nullopt, reversed(query)});  // before the first message
  opener_.open_known(channel_sid, [this, query, params, done](const Result<RecordPtr>& record) {
    if (!record) return done(record.error());
    rest_.get((*record)->messages_items_url, *params,
              [asked = AskedPage(**record, query), done, record = *record](Result<http::Response> reply) {
                const auto page = decoded(reply, conversations::decode_sync_page);
                if (!page) return done(page.error());
                learn(*record, asked, *page);
                done(to_message_page(*page, asked.query));
              });
  });
}

}  // namespace parley::detail
