#include "chat_sdk/src/model/history.hpp"

#include "chat_sdk/src/model/translation.hpp"

namespace parley::detail {

void History::read(const std::string& channel_sid, GetMessages query, Done<MessagePage> done) {
  const auto params = page_query(query);
  if (!params) return done(MessagePage{{}, std::nullopt, reversed(query)});  // before the first message
  opener_.open_known(channel_sid, [this, query, params, done](const Result<RecordPtr>& record) {
    if (!record) return done(record.error());
    rest_.get((*record)->messages_items_url, *params, [query, done](Result<http::Response> reply) {
      const auto page = decoded(reply, conversations::decode_sync_page);
      page ? done(to_message_page(*page, query)) : done(page.error());
    });
  });
}

}  // namespace parley::detail
