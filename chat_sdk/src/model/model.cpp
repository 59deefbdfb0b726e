#include "chat_sdk/src/model/model.hpp"

namespace parley::detail {

Model::Model(const ServiceAccess& service, MakeHandle make_handle, ModelSettings settings)
    : rest(service.rest),
      urls(service.urls),
      cache(service.context, service.timers, std::move(settings.cache),
            [this](CacheContents contents) { restore(std::move(contents)); }),
      channel_cache(service.timers, cache, registry),
      history_cache(service.timers, cache, registry),
      subscriptions(service.subscriber),
      cached_history(service.timers, cache, history_cache, registry, subscriptions),
      unread(service, subscriptions, registry),
      make_record([&context = service.context, this, make_handle,
                   counts_own = settings.counts_own](const std::string& sid) {
        // Only the cache knows whose it is without a connection.
        const auto& connected = urls.configuration().identity;
        const auto& self = connected.empty() ? cache.identity() : connected;
        auto record = std::make_shared<ChannelRecord>(context, sid, self, make_handle, counts_own);
        if (cache.is_enabled()) record->keep_in(channel_cache, history_cache);
        return record;
      }),
      healer(service, registry, unread),
      opener(service, subscriptions, registry, unread, healer, make_record),
      my_conversations(service, subscriptions, registry, opener, unread, make_record),
      router(subscriptions, registry, opener, my_conversations, unread, healer),
      joining(service, registry, opener),
      direct_channels(service, registry, joining),
      history(service, opener),
      read_horizons(service, cache, registry, unread),
      outbox(service, settings.outbox, cache, history, registry, std::move(make_handle)),
      context_(service.context) {}

void Model::load(Done<void> done) {
  cache.open(urls.configuration().identity, [this, done](const Result<void>& opened) {
    opened ? my_conversations.load(done) : done(opened.error());
  });
}

void Model::restore(CacheContents contents) {
  if (!history_cache.is_enabled()) history_cache.drop(contents);
  for (auto& channel : contents.channels) {
    const auto record = make_record(channel.sid);
    record->restore(std::move(channel));
    registry.add(record);
  }
  read_horizons.restore(contents.horizons);
  outbox.restore(std::move(contents.outgoing));
  context_.emit(CacheRestored{});
}

void Model::on_sync(const sync::SubscriberAction& action) {
  if (const auto* apply = std::get_if<sync::Apply>(&action)) {
    router.on_applied(apply->event);
  } else if (const auto* established = std::get_if<sync::Established>(&action)) {
    router.on_established(established->object_sid);
  } else if (const auto* gone = std::get_if<sync::Gone>(&action)) {
    router.on_gone(gone->object_sid);
  } else if (const auto* failed = std::get_if<sync::SubscriptionFailed>(&action)) {
    router.on_failed(failed->object_sid, failed->error);
  }
}

void Model::on_ready() {
  cached_history.on_ready();
  read_horizons.on_ready();
  outbox.on_ready();
}

void Model::on_disconnected() {
  cached_history.on_disconnected();
  read_horizons.on_disconnected();
  outbox.on_disconnected();
}

void Model::on_given_up(const Error& reason, bool final) {
  cached_history.on_disconnected();
  outbox.on_given_up(reason, final);  // first, with the horizons: they wait for what fails below
  read_horizons.on_given_up(reason, final);
  opener.give_up(reason);
  healer.give_up();
  unread.give_up();
  if (reason.code != Errc::client_closed) return;
  channel_cache.flush();
  history_cache.close();
  cache.close();
}

}  // namespace parley::detail
