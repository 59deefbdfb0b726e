#include "chat_sdk/src/model/unread_counts.hpp"

namespace parley::detail {

void UnreadCounts::apply(const RecordPtr& record, const conversations::Conversation& own_state) {
  record->set_own_state(own_state, subscriptions_.live(*record));
}

void UnreadCounts::recount(const RecordPtr& record) {
  rest_.get(urls_.my_conversation(record->state().sid), {}, [this, record](Result<http::Response> reply) {
    if (!reply) return;
    if (const auto own_state = conversations::decode_conversation(reply->body)) apply(record, *own_state);
  });
}

}  // namespace parley::detail
