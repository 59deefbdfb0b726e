#pragma once
#include "chat_sdk/src/model/hole_healer.hpp"
#include "chat_sdk/src/model/my_conversations.hpp"

namespace parley::detail {

/// Brings what the subscriptions deliver to the channel, the opener or the map it is about.
class SyncRouter {
 public:
  SyncRouter(ChannelSubscriptions& subscriptions, ChannelRegistry& registry, ChannelOpener& opener,
             MyConversations& my_conversations, UnreadCounts& unread, HoleHealer& healer);

  void on_applied(const sync::Event& event);
  void on_established(const std::string& object_sid);
  void on_gone(const std::string& object_sid);
  void on_failed(const std::string& object_sid, const Error& error);

 private:
  void apply_document(const RecordPtr& record, const sync::Event& event);
  void apply_message(const RecordPtr& record, const sync::Event& event);

  ChannelSubscriptions& subscriptions_;
  ChannelRegistry& registry_;
  ChannelOpener& opener_;
  MyConversations& my_conversations_;
  UnreadCounts& unread_;
  HoleHealer& healer_;
};

}  // namespace parley::detail
