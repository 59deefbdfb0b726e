#include "chat_sdk/src/model/asked_page.hpp"

#include <algorithm>
#include <utility>

#include "chat_sdk/src/model/translation.hpp"

namespace parley::detail {
namespace {

bool lie_within(const std::vector<Message>& messages, IndexRange range) {
  return messages.empty() || (messages.front().index >= range.first && messages.back().index <= range.last);
}

}  // namespace

// A message that changed while the page was on its way may be in it as it was before. Behind a page that is
// the last one there was none to be read, whoever counts what is unread. Of a channel that this user has left
// meanwhile nothing more is told.
void learn(ChannelRecord& record, const AskedPage& asked, const conversations::SyncPage& page) {
  if (!record.state().joined || record.history().edition() != asked.edition) return;
  const auto messages = to_messages(page);
  const auto range = range_of(page, messages, asked.query);
  const bool backwards = asked.query.direction == Direction::backwards;
  if (range && is_in_order(page, asked.query.direction) && lie_within(messages, *range))
    record.put_read(*range, messages);
  const std::int64_t behind = range ? range->last + 1 : first_index(asked.query).value_or(0);
  if (!backwards && !page.has_next && behind <= asked.newest) record.put_nobodys({behind, asked.newest});
}

}  // namespace parley::detail
