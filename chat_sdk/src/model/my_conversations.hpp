#pragma once
#include <string>

#include "chat_sdk/src/model/channel_opener.hpp"

namespace parley::detail {

/// Follows the map "my conversations", which names the channels this user is a member of: opens what it
/// gains, drops what it loses.
class MyConversations {
 public:
  MyConversations(RestCalls& rest, ServiceUrls& urls, sync::Subscriber& subscriber,
                  ChannelSubscriptions& subscriptions, ChannelRegistry& registry, ChannelOpener& opener,
                  UnreadCounts& unread);

  /// Reads the whole map; `done` when each channel was opened or could not be.
  void load(Done<void> done);
  /// This user is no member any more.
  void drop(const std::string& sid);
  /// A change of the map.
  void apply(const sync::Event& event);

  /// The map's Sync object; "" before it was read.
  const std::string& object_sid() const { return object_sid_; }

 private:
  void load_items(const std::string& from, Done<void> done);

  RestCalls& rest_;
  ServiceUrls& urls_;
  sync::Subscriber& subscriber_;
  ChannelSubscriptions& subscriptions_;
  ChannelRegistry& registry_;
  ChannelOpener& opener_;
  UnreadCounts& unread_;
  std::string object_sid_;
  std::string items_url_;
};

}  // namespace parley::detail
