#pragma once
#include "chat_sdk/src/connection/connection.hpp"
#include "chat_sdk/src/model/direct_channels.hpp"
#include "chat_sdk/src/model/joining.hpp"
#include "chat_sdk/src/model/my_conversations.hpp"
#include "chat_sdk/src/model/sync_router.hpp"

namespace parley::detail {

/// The parts of which channels, members and unread counts are made, tied together; each says what it does.
struct Model final : ConnectionObserver {
  Model(const ServiceAccess& service, MakeHandle make_handle);

  void load(Done<void> done) override { my_conversations.load(std::move(done)); }
  void on_sync(const sync::SubscriberAction& action) override;
  void on_given_up(const Error& reason) override;

  RestCalls& rest;
  ServiceUrls& urls;
  ChannelRegistry registry;
  ChannelSubscriptions subscriptions;
  UnreadCounts unread;
  MakeRecord make_record;
  HoleHealer healer;
  ChannelOpener opener;
  MyConversations my_conversations;
  SyncRouter router;
  Joining joining;
  DirectChannels direct_channels;
};

}  // namespace parley::detail
