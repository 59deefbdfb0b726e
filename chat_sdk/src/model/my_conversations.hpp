#pragma once
#include <set>
#include <string>
#include <vector>

#include "chat_sdk/src/model/channel_opener.hpp"

namespace parley::detail {

/// The channels this user is a member of: read from the list "my conversations" at the start, then followed
/// by the map of that name. What is gained is opened, what is lost is dropped.
class MyConversations {
 public:
  MyConversations(const ServiceAccess& service, ChannelSubscriptions& subscriptions,
                  ChannelRegistry& registry, ChannelOpener& opener, UnreadCounts& unread,
                  MakeRecord make_record);

  /// Reads the list and opens the channels that changed last; `done` when each of those was opened or could
  /// not be. All others are opened in the background.
  void load(Done<void> done);
  /// This user is no member any more.
  void drop(const std::string& sid);
  /// A change of the map.
  void apply(const sync::Event& event);

  /// The map's Sync object; "" before it was read.
  const std::string& object_sid() const { return object_sid_; }

 private:
  void read_list(const std::string& page_token, Done<void> done);
  void add_listed(const conversations::Conversation& entry);
  void open_listed(const Done<void>& done);
  void drop_unlisted();
  void open_new(const std::string& sid);

  RestCalls& rest_;
  ServiceUrls& urls_;
  sync::Subscriber& subscriber_;
  ChannelSubscriptions& subscriptions_;
  ChannelRegistry& registry_;
  ChannelOpener& opener_;
  UnreadCounts& unread_;
  MakeRecord make_record_;
  std::string object_sid_;
  bool reading_list_ = false;
  // While the list is read: what it has, each once, and the pages that were asked for.
  std::vector<RecordPtr> listed_;
  std::set<std::string> listed_sids_, page_tokens_;
  std::set<std::string> gained_;  // what the map told of meanwhile; the list may have it, too
};

}  // namespace parley::detail
