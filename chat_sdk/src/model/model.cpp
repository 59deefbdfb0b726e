#include "chat_sdk/src/model/model.hpp"

namespace parley::detail {

Model::Model(const ServiceAccess& service, MakeHandle make_handle, OutboxSettings outbox_settings,
             CacheSettings cache_settings)
    : rest(service.rest),
      urls(service.urls),
      subscriptions(service.subscriber),
      unread(service, subscriptions, registry),
      make_record([&context = service.context, this, make_handle](const std::string& sid) {
        return std::make_shared<ChannelRecord>(context, sid, urls.configuration().identity, make_handle);
      }),
      healer(service, registry, unread),
      opener(service, subscriptions, registry, unread, healer, make_record),
      my_conversations(service, subscriptions, registry, opener, unread, make_record),
      router(subscriptions, registry, opener, my_conversations, unread, healer),
      joining(service, registry, opener),
      direct_channels(service, registry, joining),
      history(service, opener),
      cache(service.context, service.timers, std::move(cache_settings),
            [this](std::vector<StoredOutgoing> stored) { outbox.restore(std::move(stored)); }),
      outbox(service, outbox_settings, cache, history, registry, std::move(make_handle)) {}

void Model::load(Done<void> done) {
  cache.open(urls.configuration().identity, [this, done](const Result<void>& opened) {
    opened ? my_conversations.load(done) : done(opened.error());
  });
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

void Model::on_given_up(const Error& reason, bool final) {
  outbox.on_given_up(reason, final);  // first: it waits for what fails below
  opener.give_up(reason);
  healer.give_up();
  unread.give_up();
  if (reason.code == Errc::client_closed) cache.close();
}

}  // namespace parley::detail
