#include "chat_sdk/src/model/my_conversations.hpp"

#include <algorithm>
#include <utility>

#include "common/base/limits.hpp"

namespace parley::detail {
namespace {

// So many channels are complete when the client is ready; a start with more must not look like a flood.
constexpr std::size_t kOpenedAtStart = 50;

Error no_longer_member() {
  return {.code = Errc::not_found, .message = "no member of that channel any more"};
}

}  // namespace

MyConversations::MyConversations(const ServiceAccess& service, ChannelSubscriptions& subscriptions,
                                 ChannelRegistry& registry, ChannelOpener& opener, UnreadCounts& unread,
                                 MakeRecord make_record)
    : rest_(service.rest),
      urls_(service.urls),
      subscriber_(service.subscriber),
      subscriptions_(subscriptions),
      registry_(registry),
      opener_(opener),
      unread_(unread),
      make_record_(std::move(make_record)) {}

// The map comes first: what changes while the list is read is heard from it.
void MyConversations::load(Done<void> done) {
  reading_list_ = true;
  const auto name = urls_.configuration().my_conversations_map;
  rest_.get(urls_.sync_map(name), {}, [this, done](Result<http::Response> reply) {
    const auto map = decoded(reply, conversations::decode_sync_object);
    if (!map) return done(map.error());
    object_sid_ = map->sid;
    subscriber_.add(map->sid, sync::ObjectType::map, map->last_event_id);
    listed_.clear();
    listed_sids_.clear();
    page_tokens_.clear();
    read_list("", done);
  });
}

void MyConversations::read_list(const std::string& page_token, Done<void> done) {
  http::Fields query{{"PageSize", std::to_string(limits::kPageSize)}};
  if (!page_token.empty()) query.emplace_back("PageToken", page_token);
  const auto& url = urls_.configuration().my_conversations_url;
  rest_.get(url, std::move(query), [this, done](Result<http::Response> reply) {
    const auto page = decoded(reply, conversations::decode_conversation_page);
    if (!page) return done(page.error());
    for (const auto& entry : page->conversations)
      if (entry.status == "joined") add_listed(entry);
    const std::string& next = page->next_token;
    const bool last = next.empty() || page->conversations.empty() || !page_tokens_.insert(next).second;
    if (last && page->next_token.empty()) drop_unlisted();
    last ? open_listed(done) : read_list(page->next_token, done);
  });
}

void MyConversations::add_listed(const conversations::Conversation& entry) {
  auto record = registry_.by_sid(entry.sid);
  if (record) record->confirm();
  if (opener_.state(entry.sid) || (record && record->is_loaded())) return;
  if (!record) record = make_record_(entry.sid);
  const std::string name = record->state().name;
  record->set_listed(entry);
  registry_.add(record);  // changes nothing for one that an interrupted load brought
  registry_.renamed(record, name);
  if (listed_sids_.insert(entry.sid).second) listed_.push_back(record);
}

void MyConversations::open_listed(const Done<void>& done) {
  reading_list_ = false;
  listed_sids_.clear();
  page_tokens_.clear();
  auto listed = std::exchange(listed_, {});
  std::erase_if(listed, [](const RecordPtr& record) { return !record->state().joined; });  // left meanwhile
  std::stable_sort(listed.begin(), listed.end(), [](const RecordPtr& a, const RecordPtr& b) {
    return a->state().updated_at > b->state().updated_at;
  });
  const std::size_t at_start = std::min(listed.size(), kOpenedAtStart);
  // Counts the channels that are waited for and the queueing itself; whichever ends last completes the load.
  const auto left = std::make_shared<std::size_t>(at_start + 1);
  const auto one_done = [left, done] {
    if (--*left == 0) done({});
  };
  for (std::size_t i = 0; i < at_start; ++i)
    opener_.open(listed[i]->state().sid, {}, [one_done, record = listed[i]](const Result<RecordPtr>&) {
      if (record->state().joined) record->mark_listed();
      one_done();
    });
  for (std::size_t i = at_start; i < listed.size(); ++i) {
    listed[i]->mark_listed();
    opener_.open(listed[i]->state().sid, {.background = true}, [](const Result<RecordPtr>&) {});
  }
  for (const auto& sid : std::exchange(gained_, {}))
    if (!registry_.by_sid(sid)) open_new(sid);
  one_done();
}

// Of those that the cache had and the list has not, this user is no member any more, or is one again.
void MyConversations::drop_unlisted() {
  for (const auto& record : registry_.all()) {
    if (!record->is_from_cache()) continue;
    const std::string sid = record->state().sid;
    const bool again = gained_.contains(sid);
    drop(sid);
    if (again) gained_.insert(sid);
  }
}

void MyConversations::apply(const sync::Event& event) {
  const auto own = conversations::decode_my_conversation(event.data);
  const bool member = event.change != sync::Change::item_removed && own && own->status == "joined";
  if (!member) return drop(event.item_key);
  const auto record = registry_.by_sid(event.item_key);
  if ((!record || record->is_from_cache()) && reading_list_) return void(gained_.insert(event.item_key));
  if (!record) return open_new(event.item_key);
  if (record->apply_my_conversation(*own)) unread_.recount(record);
}

void MyConversations::open_new(const std::string& sid) {
  opener_.open(sid, {.announce = true, .new_member = true}, [](const Result<RecordPtr>&) {});
}

void MyConversations::drop(const std::string& sid) {
  gained_.erase(sid);
  if (const auto record = registry_.remove(sid)) {
    subscriptions_.remove(record);
    record->mark_left();
  }
  opener_.forget(sid, no_longer_member());
}

}  // namespace parley::detail
