#pragma once
#include <string>
#include <vector>

#include "chat_sdk/src/model/outbox_queue.hpp"

namespace parley::detail {

/// What was on its way when a connection or a process ended is stored after that time, or lost.
inline constexpr Duration kSettles = std::chrono::seconds(2);

/// @name What messages end with, unless the service has stored or refused them
inline Error outcome_unknown() {
  return {.code = Errc::outcome_unknown, .message = "the message may have been stored; its answer was lost"};
}

inline Error not_in_time() {
  return {.code = Errc::timed_out, .message = "the message could not be sent within its lifetime"};
}

inline Error discarded() { return {.code = Errc::cancelled, .message = "discarded before it was sent"}; }

inline Error key_is_taken() {
  return {.code = Errc::conflict, .message = "key: another message has it that is not sent yet"};
}

inline bool is_same(const OutboxEntry& entry, const std::string& channel_sid, const NewMessage& message) {
  const NewMessage& own = *entry.message;
  return entry.lane->channel_sid == channel_sid && own.text == message.text &&
         own.attributes == message.attributes && own.files.size() == message.files.size();
}

inline void complete(const std::vector<Done<Message>>& waiters, const Result<Message>& outcome) {
  for (const auto& done : waiters) done(outcome);
}

}  // namespace parley::detail
