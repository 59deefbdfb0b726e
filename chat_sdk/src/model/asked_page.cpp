#include "chat_sdk/src/model/asked_page.hpp"

#include <algorithm>
#include <utility>

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

}  // namespace parley::detail
