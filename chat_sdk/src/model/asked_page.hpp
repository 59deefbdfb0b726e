#pragma once
#include "chat_sdk/src/model/channel_record.hpp"

namespace parley::detail {

/// A page of a channel's messages that was asked for, and what was known then.
struct AskedPage {
  AskedPage(const ChannelRecord& record, const GetMessages& wanted)
      : query(wanted),
        edition(record.history().edition()),
        newest(record.state().last_message_index.value_or(-1)) {}

  GetMessages query;
  std::uint64_t edition;  ///< of the channel's history
  std::int64_t newest;    ///< message; -1: none
};

/// Takes over what the page says of the channel's messages.
void learn(ChannelRecord& record, const AskedPage& asked, const conversations::SyncPage& page);

}  // namespace parley::detail
