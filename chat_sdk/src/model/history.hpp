#pragma once
#include "chat_sdk/src/connection/service_access.hpp"
#include "chat_sdk/src/model/channel_opener.hpp"

namespace parley::detail {

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
