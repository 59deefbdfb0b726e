#include "chat_sdk/src/model/history.hpp"

#include "chat_sdk/src/model/asked_page.hpp"
#include "chat_sdk/src/model/translation.hpp"

namespace parley::detail {

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
