#include "chat_sdk/src/model/directory.hpp"

#include "common/base/limits.hpp"

namespace parley::detail {
namespace {

// Opening costs a handful of requests; a user with a thousand channels must not look like a flood.
constexpr std::size_t kOpeningsAtOnce = 16;
constexpr Duration kOpeningTime = std::chrono::seconds(30);
constexpr Duration kFirstRetry = std::chrono::seconds(2);
constexpr int kMostDoublings = 5;

http::Fields items_query(const std::string& from) {
  http::Fields query{
      {"HideExpired", "true"}, {"PageSize", std::to_string(limits::kPageSize)}, {"Order", "asc"}};
  if (!from.empty()) query.emplace_back("From", from);
  return query;
}

// Whether the next page is worth asking for; one that would begin where this one did leads in a circle.
bool goes_on(const conversations::SyncPage& page, const std::string& from) {
  return page.has_next && !page.items.empty() && page.items.back().key != from;
}

Error no_longer_member() {
  return {.code = Errc::not_found, .message = "no member of that channel any more"};
}

}  // namespace

Directory::Directory(Context& context, Timers& timers, RestCalls& rest, sync::Subscriber& subscriber,
                     ServiceUrls& urls)
    : context_(context), timers_(timers), rest_(rest), subscriber_(subscriber), urls_(urls) {}

RecordPtr Directory::by_sid(const std::string& sid) const {
  const auto at = records_.find(sid);
  return at == records_.end() ? nullptr : at->second;
}

RecordPtr Directory::by_name(std::string_view name) const {
  for (const auto& [sid, record] : records_)
    if (record->state().name == name) return record;
  return nullptr;
}

Directory::Opening* Directory::opening(const std::string& sid) {
  const auto at = openings_.find(sid);
  return at == openings_.end() ? nullptr : &at->second;
}

void Directory::load(std::weak_ptr<ClientRuntime> runtime, Done<void> done) {
  runtime_ = std::move(runtime);
  const auto name = urls_.configuration().my_conversations_map;
  rest_.get(urls_.sync_map(name), {}, [this, done](Result<http::Response> reply) {
    if (!reply) return done(reply.error());
    const auto map = conversations::decode_sync_object(reply->body);
    if (!map) return done(map.error());
    my_map_sid_ = map->sid;
    my_items_url_ = map->items_url;
    subscriber_.add(map->sid, sync::ObjectType::map, map->last_event_id);
    load_my_items("", done);
  });
}

// Pages follow each other by `From`, which is inclusive: the last item of a page comes again, harmlessly.
void Directory::load_my_items(std::string from, Done<void> done) {
  rest_.get(my_items_url_, items_query(from), [this, from, done](Result<http::Response> reply) {
    if (!reply) return done(reply.error());
    const auto page = conversations::decode_sync_page(reply->body);
    if (!page) return done(page.error());
    // Counts the page's channels and the pages behind it; whichever ends last completes the load.
    auto left = std::make_shared<std::size_t>(page->items.size() + 1);
    const auto one_done = [left, done] {
      if (--*left == 0) done({});
    };
    for (const auto& item : page->items) {
      const auto mine = conversations::decode_my_conversation(item.data);
      if (mine && mine->status == "joined")
        begin(item.key, /*announce=*/false, [one_done](const Result<RecordPtr>&) { one_done(); });
      else
        one_done();
    }
    if (!goes_on(*page, from)) return one_done();
    load_my_items(page->items.back().key,
                  [one_done, done](Result<void> rest) { rest ? one_done() : done(rest.error()); });
  });
}

void Directory::open(const std::string& sid, Done<RecordPtr> done) {
  begin(sid, /*announce=*/true, std::move(done));
}

void Directory::begin(const std::string& sid, bool announce, Done<RecordPtr> done) {
  if (auto record = by_sid(sid)) return done(record);
  auto* known = opening(sid);
  if (!known) {
    auto record = std::make_shared<ChannelRecord>(context_, sid, urls_.configuration().identity, runtime_);
    known =
        &openings_.emplace(sid, Opening{std::move(record), announce, false, false, false, {}}).first->second;
    queue_.push_back(sid);
  }
  known->waiters.push_back(std::move(done));
  start_openings();
}

void Directory::start_openings() {
  std::size_t running = 0;
  for (const auto& [sid, opening] : openings_) running += opening.started ? 1 : 0;
  while (!queue_.empty() && running < kOpeningsAtOnce) {
    const std::string sid = std::move(queue_.front());
    queue_.pop_front();
    auto* next = opening(sid);
    if (!next || next->started) continue;
    next->started = true;
    ++running;
    watch(sid, next->record);
    fetch_document(sid);
  }
}

// An opening ends in time, whatever the service leaves unanswered.
void Directory::watch(const std::string& sid, const RecordPtr& record) {
  timers_.after(kOpeningTime, [this, sid, record](Result<void>) {
    const auto* current = opening(sid);
    const bool same = current && current->record == record;
    if (same) fail(sid, {.code = Errc::timed_out, .message = "the channel could not be opened in time"});
  });
}

void Directory::subscribe(const RecordPtr& record, Part part, sync::ObjectType type,
                          const conversations::SyncObject& object) {
  places_[object.sid] = {record->state().sid, part};
  subscriber_.add(object.sid, type, object.last_event_id);
}

void Directory::fetch_document(const std::string& sid) {
  rest_.get(urls_.sync_document(sid + ".channel"), {}, [this, sid](Result<http::Response> reply) {
    if (!opening(sid)) return;
    if (!reply) return fail(sid, reply.error());
    const auto object = conversations::decode_sync_object(reply->body);
    if (!object) return fail(sid, object.error());
    const auto document = conversations::decode_document(object->data);
    if (!document) return fail(sid, document.error());
    const auto& record = opening(sid)->record;
    record->document_sid = object->sid;
    record->set_document(*document);
    subscribe(record, Part::document, sync::ObjectType::document, *object);
    fetch_roster(sid, document->roster);
    fetch_messages(sid, document->messages);
  });
}

void Directory::fetch_roster(const std::string& sid, const std::string& name) {
  rest_.get(urls_.sync_map(name), {}, [this, sid](Result<http::Response> reply) {
    if (!opening(sid)) return;
    if (!reply) return fail(sid, reply.error());
    const auto object = conversations::decode_sync_object(reply->body);
    if (!object) return fail(sid, object.error());
    const auto& record = opening(sid)->record;
    record->roster_sid = object->sid;
    record->roster_items_url = object->items_url;
    subscribe(record, Part::roster, sync::ObjectType::map, *object);
    fetch_roster_items(sid, "");
  });
}

void Directory::fetch_roster_items(const std::string& sid, std::string from) {
  const auto& record = opening(sid)->record;
  rest_.get(record->roster_items_url, items_query(from), [this, sid, from](Result<http::Response> reply) {
    auto* current = opening(sid);
    if (!current) return;
    if (!reply) return fail(sid, reply.error());
    const auto page = conversations::decode_sync_page(reply->body);
    if (!page) return fail(sid, page.error());
    current->record->set_roster(page->items);
    if (goes_on(*page, from)) return fetch_roster_items(sid, page->items.back().key);
    current->roster_done = true;
    finish_if_complete(sid);
  });
}

// The unread count is asked for once the list is subscribed (on_established): only then is it known which
// messages it contains.
void Directory::fetch_messages(const std::string& sid, const std::string& name) {
  rest_.get(urls_.sync_list(name), {}, [this, sid](Result<http::Response> reply) {
    if (!opening(sid)) return;
    if (!reply) return fail(sid, reply.error());
    const auto object = conversations::decode_sync_object(reply->body);
    if (!object) return fail(sid, object.error());
    const auto& record = opening(sid)->record;
    record->messages_sid = object->sid;
    record->messages_items_url = object->items_url;
    subscribe(record, Part::messages, sync::ObjectType::list, *object);
  });
}

void Directory::fetch_mine(const std::string& sid) {
  rest_.get(urls_.my_conversation(sid), {}, [this, sid](Result<http::Response> reply) {
    auto* current = opening(sid);
    if (!current) return;
    if (!reply) return fail(sid, reply.error());
    const auto mine = conversations::decode_conversation(reply->body);
    if (!mine) return fail(sid, mine.error());
    set_mine(current->record, *mine);
    current->mine_done = true;
    finish_if_complete(sid);
  });
}

void Directory::set_mine(const RecordPtr& record, const conversations::Conversation& mine) {
  record->set_mine(mine, subscriber_.established(record->messages_sid));
}

void Directory::recount(const RecordPtr& record) {
  rest_.get(urls_.my_conversation(record->state().sid), {}, [this, record](Result<http::Response> reply) {
    if (!reply) return;  // the next change of the horizon asks again
    if (const auto mine = conversations::decode_conversation(reply->body)) set_mine(record, *mine);
  });
}

void Directory::finish_if_complete(const std::string& sid) {
  auto* current = opening(sid);
  if (!current->roster_done || !current->mine_done) return;
  const Opening done = std::move(*current);
  openings_.erase(sid);
  to_retry_.erase(sid);
  records_.emplace(sid, done.record);
  list_.add(done.record->handle());
  done.record->loaded(done.announce);
  for (const auto& waiter : done.waiters) waiter(done.record);
  start_openings();
}

void Directory::fail(const std::string& sid, const Error& error) {
  const auto at = openings_.find(sid);
  if (at == openings_.end()) return;
  const Opening failed = std::move(at->second);
  openings_.erase(at);
  forget(failed.record);
  if (error.retryable()) retry_later(sid);
  for (const auto& waiter : failed.waiters) waiter(error);
  start_openings();
}

void Directory::retry_later(const std::string& sid) {
  const int failures = to_retry_[sid]++;
  timers_.after(kFirstRetry * (1 << std::min(failures, kMostDoublings)), [this, sid](Result<void> time) {
    if (time && to_retry_.contains(sid)) open(sid, [](const Result<RecordPtr>&) {});
  });
}

void Directory::forget(const RecordPtr& record) {
  for (const auto& object : {record->document_sid, record->roster_sid, record->messages_sid}) {
    places_.erase(object);
    subscriber_.remove(object);
  }
}

void Directory::drop(const std::string& sid) {
  to_retry_.erase(sid);
  fail(sid, no_longer_member());
  const auto at = records_.find(sid);
  if (at == records_.end()) return;
  const RecordPtr record = std::move(at->second);
  records_.erase(at);
  forget(record);
  list_.remove(record->handle());
  record->left();
}

void Directory::on_applied(const sync::Event& event) {
  if (event.object_sid == my_map_sid_) return apply_my_conversation(event);
  const auto place = places_.find(event.object_sid);
  if (place == places_.end()) return;
  RecordPtr record = by_sid(place->second.channel_sid);
  if (!record)
    if (const auto* current = opening(place->second.channel_sid)) record = current->record;
  if (!record) return;
  switch (place->second.part) {
    case Part::document:
      return record->apply_document(event);
    case Part::roster:
      return record->apply_roster(event);
    case Part::messages:
      return record->apply_message(event);
  }
}

void Directory::apply_my_conversation(const sync::Event& event) {
  const auto mine = conversations::decode_my_conversation(event.data);
  const bool member = event.change != sync::Change::item_removed && mine && mine->status == "joined";
  if (!member) return drop(event.item_key);
  if (const auto record = by_sid(event.item_key)) {
    if (record->apply_mine(*mine)) recount(record);
    return;
  }
  open(event.item_key, [](const Result<RecordPtr>&) {});
}

void Directory::on_established(const std::string& object_sid) {
  if (object_sid == my_map_sid_) {
    const auto retry = to_retry_;
    for (const auto& [sid, failures] : retry) open(sid, [](const Result<RecordPtr>&) {});
    return;
  }
  const auto place = places_.find(object_sid);
  if (place == places_.end() || place->second.part != Part::messages) return;
  const auto* current = opening(place->second.channel_sid);
  if (current && !current->mine_done) return fetch_mine(place->second.channel_sid);
  const auto record = by_sid(place->second.channel_sid);
  if (record && record->wants_recount()) recount(record);
}

void Directory::on_gone(const std::string& object_sid) {
  const auto place = places_.find(object_sid);
  if (place == places_.end()) return;
  const std::string sid = place->second.channel_sid;
  if (place->second.part == Part::document || opening(sid)) drop(sid);
}

// Of an open channel: silent until the next connection asks again. Of one being opened: it cannot be.
void Directory::on_failed(const std::string& object_sid, const Error& error) {
  const auto place = places_.find(object_sid);
  if (place != places_.end()) fail(std::string(place->second.channel_sid), error);
}

void Directory::fail_openings(const Error& reason) {
  auto openings = std::move(openings_);
  openings_.clear();
  queue_.clear();
  for (const auto& [sid, opening] : openings) {
    forget(opening.record);
    to_retry_.try_emplace(sid, 0);
    for (const auto& waiter : opening.waiters) waiter(reason);
  }
}

}  // namespace parley::detail
