#include "chat_sdk/src/model/my_conversations.hpp"

#include "chat_sdk/src/model/item_pages.hpp"

namespace parley::detail {
namespace {

Error no_longer_member() {
  return {.code = Errc::not_found, .message = "no member of that channel any more"};
}

}  // namespace

MyConversations::MyConversations(RestCalls& rest, ServiceUrls& urls, sync::Subscriber& subscriber,
                                 ChannelSubscriptions& subscriptions, ChannelRegistry& registry,
                                 ChannelOpener& opener, UnreadCounts& unread)
    : rest_(rest),
      urls_(urls),
      subscriber_(subscriber),
      subscriptions_(subscriptions),
      registry_(registry),
      opener_(opener),
      unread_(unread) {}

void MyConversations::load(Done<void> done) {
  const auto name = urls_.configuration().my_conversations_map;
  rest_.get(urls_.sync_map(name), {}, [this, done](Result<http::Response> reply) {
    if (!reply) return done(reply.error());
    const auto map = conversations::decode_sync_object(reply->body);
    if (!map) return done(map.error());
    object_sid_ = map->sid;
    items_url_ = map->items_url;
    subscriber_.add(map->sid, sync::ObjectType::map, map->last_event_id);
    load_items("", done);
  });
}

void MyConversations::load_items(const std::string& from, Done<void> done) {
  rest_.get(items_url_, items_query(from), [this, from, done](Result<http::Response> reply) {
    if (!reply) return done(reply.error());
    const auto page = conversations::decode_sync_page(reply->body);
    if (!page) return done(page.error());
    // Counts the page's channels and the pages behind it; whichever ends last completes the load.
    auto left = std::make_shared<std::size_t>(page->items.size() + 1);
    const auto one_done = [left, done] {
      if (--*left == 0) done({});
    };
    for (const auto& item : page->items) {
      const auto own = conversations::decode_my_conversation(item.data);
      if (own && own->status == "joined")
        opener_.open(item.key, /*announce=*/false, [one_done](const Result<RecordPtr>&) { one_done(); });
      else
        one_done();
    }
    if (!goes_on(*page, from)) return one_done();
    load_items(page->items.back().key,
               [one_done, done](Result<void> rest) { rest ? one_done() : done(rest.error()); });
  });
}

void MyConversations::apply(const sync::Event& event) {
  const auto own = conversations::decode_my_conversation(event.data);
  const bool member = event.change != sync::Change::item_removed && own && own->status == "joined";
  if (!member) return drop(event.item_key);
  const auto record = registry_.by_sid(event.item_key);
  if (!record) return opener_.open(event.item_key, /*announce=*/true, [](const Result<RecordPtr>&) {});
  if (record->apply_my_conversation(*own)) unread_.recount(record);
}

void MyConversations::drop(const std::string& sid) {
  opener_.forget(sid, no_longer_member());
  const auto record = registry_.remove(sid);
  if (!record) return;
  subscriptions_.remove(record);
  record->left();
}

}  // namespace parley::detail
