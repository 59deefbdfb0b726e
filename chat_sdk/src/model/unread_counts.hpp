#pragma once
#include "chat_sdk/src/connection/rest_calls.hpp"
#include "chat_sdk/src/connection/service_urls.hpp"
#include "chat_sdk/src/model/channel_subscriptions.hpp"

namespace parley::detail {

/// Keeps read horizons and unread counts as the service counts them.
class UnreadCounts {
 public:
  UnreadCounts(RestCalls& rest, ServiceUrls& urls, ChannelSubscriptions& subscriptions)
      : rest_(rest), urls_(urls), subscriptions_(subscriptions) {}

  /// Takes over what the service says of this user's state in the channel.
  void apply(const RecordPtr& record, const conversations::Conversation& own_state);
  /// Asks the service for it; what it refuses is asked again with the next move of the horizon.
  void recount(const RecordPtr& record);

 private:
  RestCalls& rest_;
  ServiceUrls& urls_;
  ChannelSubscriptions& subscriptions_;
};

}  // namespace parley::detail
