#pragma once
#include "chat_sdk/src/connection/connection.hpp"
#include "chat_sdk/src/model/cache.hpp"
#include "chat_sdk/src/model/cached_history.hpp"
#include "chat_sdk/src/model/channel_cache.hpp"
#include "chat_sdk/src/model/direct_channels.hpp"
#include "chat_sdk/src/model/history.hpp"
#include "chat_sdk/src/model/history_cache.hpp"
#include "chat_sdk/src/model/joining.hpp"
#include "chat_sdk/src/model/my_conversations.hpp"
#include "chat_sdk/src/model/outbox.hpp"
#include "chat_sdk/src/model/read_horizons.hpp"
#include "chat_sdk/src/model/sync_router.hpp"

namespace parley::detail {

struct ModelSettings {
  OutboxSettings outbox{};
  CacheSettings cache{};
  bool counts_own = false;  ///< one's own messages may be unread
};

/// The parts of which channels, members and unread counts are made, tied together; each says what it does.
struct Model final : ConnectionObserver {
  Model(const ServiceAccess& service, MakeHandle make_handle, ModelSettings settings = {});

  void load(Done<void> done) override;
  void on_sync(const sync::SubscriberAction& action) override;
  void on_ready() override;
  void on_disconnected() override;
  void on_given_up(const Error& reason, bool final) override;

  RestCalls& rest;
  ServiceUrls& urls;
  Cache cache;
  ChannelRegistry registry;
  ChannelCache channel_cache;
  HistoryCache history_cache;
  ChannelSubscriptions subscriptions;
  CachedHistory cached_history;
  UnreadCounts unread;
  MakeRecord make_record;
  HoleHealer healer;
  ChannelOpener opener;
  MyConversations my_conversations;
  SyncRouter router;
  Joining joining;
  DirectChannels direct_channels;
  History history;
  ReadHorizons read_horizons;
  Outbox outbox;

 private:
  void restore(CacheContents contents);

  Context& context_;
};

}  // namespace parley::detail
