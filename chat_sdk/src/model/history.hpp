#pragma once
#include "chat_sdk/src/connection/service_access.hpp"
#include "chat_sdk/src/model/channel_opener.hpp"

namespace parley::detail {

/// A page of a channel's messages that was asked for.
struct AskedPage {
  AskedPage(const ChannelRecord& record, const GetMessages& wanted)
      : query(wanted),
        edition(record.history().edition()),
        newest(record.state().last_message_index.value_or(-1)) {}

  GetMessages query;
  std::uint64_t edition;  ///< of the channel's history at that time
  std::int64_t newest;    ///< message at that time; -1: none
};

/// Takes over what a page says of the channel's history.
void learn(ChannelRecord& record, const AskedPage& asked, const conversations::SyncPage& page);

/// Reads pages of a channel's messages from the service. The channel is loaded first: only then is it known
/// where they are.
class History {
 public:
  History(const ServiceAccess& service, ChannelOpener& opener) : rest_(service.rest), opener_(opener) {}

  /// `query` is acceptable.
  void read(const std::string& channel_sid, GetMessages query, Done<MessagePage> done);

 private:
  RestCalls& rest_;
  ChannelOpener& opener_;
};

}  // namespace parley::detail
