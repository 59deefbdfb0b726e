#include "chat_sdk/src/model/channel_opener.hpp"

#include <algorithm>
#include <utility>

#include "chat_sdk/src/model/checks.hpp"
#include "chat_sdk/src/model/item_pages.hpp"
#include "chat_sdk/src/model/translation.hpp"

namespace parley::detail {
namespace {

// Opening costs a handful of requests; a user with a thousand channels must not look like a flood.
constexpr std::size_t kOpeningsAtOnce = 8;
constexpr Duration kAttemptTimeout = std::chrono::seconds(30);
constexpr BackoffSettings kRetryBackoff{std::chrono::seconds(2), std::chrono::seconds(64)};

// The service has said no. Other errors are about the connection: the next one may bring the channel.
bool is_final(const Error& error) {
  const bool of_the_connection =
      error.http_status == 0 && (error.code == Errc::outcome_unknown || error.code == Errc::denied ||
                                 error.code == Errc::invalid_token || error.code == Errc::cancelled ||
                                 error.code == Errc::client_closed);
  return !error.retryable() && !of_the_connection;
}

Error not_in_time() {
  return {.code = Errc::timed_out, .message = "the channel could not be opened in time"};
}

}  // namespace

ChannelOpener::ChannelOpener(const ServiceAccess& service, ChannelSubscriptions& subscriptions,
                             ChannelRegistry& registry, UnreadCounts& unread, HoleHealer& healer,
                             MakeRecord make_record)
    : timers_(service.timers),
      rest_(service.rest),
      urls_(service.urls),
      subscriptions_(subscriptions),
      registry_(registry),
      unread_(unread),
      healer_(healer),
      make_record_(std::move(make_record)) {}

std::optional<ChannelOpener::State> ChannelOpener::state(const std::string& sid) const {
  const auto at = openings_.find(sid);
  if (at == openings_.end()) return std::nullopt;
  return at->second.state;
}

ChannelOpener::Opening* ChannelOpener::current(const Attempt& attempt) {
  const auto at = openings_.find(attempt.sid);
  const bool runs = at != openings_.end() && at->second.attempt == attempt.number && at->second.record;
  return runs ? &at->second : nullptr;
}

void ChannelOpener::open_known(const std::string& sid, Done<RecordPtr> done) {
  if (!registry_.by_sid(sid)) return done(not_a_member());
  open(sid, {}, std::move(done));
}

void ChannelOpener::open(const std::string& sid, Options options, Done<RecordPtr> done) {
  if (auto record = registry_.by_sid(sid); record && record->is_loaded()) return done(std::move(record));
  const auto [at, fresh] =
      openings_.try_emplace(sid, Opening{.options = options, .backoff = Backoff(kRetryBackoff)});
  Opening& opening = at->second;
  const bool hurried = opening.options.background && !options.background;
  if (hurried) opening.options.background = false;
  opening.options.announce |= options.announce;
  opening.options.new_member |= options.new_member;
  if (fresh || opening.state == State::waiting || (hurried && opening.state == State::queued))
    queue(sid, opening);
  opening.waiters.push_back(std::move(done));
  start_queued();
}

void ChannelOpener::queue(const std::string& sid, Opening& opening) {
  // The channel may have been missing when async_connect completed, so its arrival is announced. A channel
  // that is in the list already is not announced again.
  if (opening.state == State::waiting) opening.options.announce = true;
  opening.state = State::queued;
  (opening.options.background ? background_queue_ : queue_).push_back(sid);
}

void ChannelOpener::start_queued() {
  while (running_ < kOpeningsAtOnce && (start_first_of(queue_) || start_first_of(background_queue_))) {
  }
}

// An opening that was moved to the front queue or forgotten is still in its old queue; it is skipped here.
bool ChannelOpener::start_first_of(std::deque<std::string>& queue) {
  while (!queue.empty()) {
    const std::string sid = std::move(queue.front());
    queue.pop_front();
    const auto at = openings_.find(sid);
    if (at == openings_.end() || at->second.state != State::queued) continue;
    start(at->first, at->second);
    return true;
  }
  return false;
}

void ChannelOpener::start(const std::string& sid, Opening& opening) {
  ++running_;
  opening.state = State::document;
  opening.attempt = ++last_attempt_;
  opening.roster_read = opening.own_state_read = false;
  opening.roster_keys.clear();
  opening.record = registry_.by_sid(sid);
  if (!opening.record) opening.record = make_record_(sid);
  const Attempt attempt{sid, opening.attempt};
  opening.heard_at = timers_.now();
  watch(attempt);
  read_document(attempt);
}

// An attempt of which nothing is heard ends, whatever the service leaves unanswered.
void ChannelOpener::watch(const Attempt& attempt) {
  timers_.after(kAttemptTimeout, [this, attempt](const Result<void>& time) {
    const auto* opening = current(attempt);
    if (!opening) return;
    if (!time) return fail(attempt, time.error());
    timers_.now() - opening->heard_at < kAttemptTimeout ? watch(attempt) : fail(attempt, not_in_time());
  });
}

void ChannelOpener::get(const Attempt& attempt, const std::string& url, http::Fields params, Decoded then) {
  RestRequest request{.method = "GET", .url = url, .params = std::move(params)};
  request.background = current(attempt)->options.background;
  rest_.send(std::move(request), [this, attempt, then = std::move(then)](Result<http::Response> reply) {
    auto* opening = current(attempt);
    if (!opening) return;
    opening->heard_at = timers_.now();
    reply ? then(*opening, *reply) : fail(attempt, reply.error());
  });
}

void ChannelOpener::read_object(const Attempt& attempt, Part part, const std::string& url,
                                std::function<void(Opening&, const conversations::SyncObject&)> then) {
  get(attempt, url, {}, [this, attempt, part, then](Opening& opening, const http::Response& reply) {
    const auto object = conversations::decode_sync_object(reply.body);
    if (!object) return fail(attempt, object.error());
    subscriptions_.add(opening.record, part, *object);
    then(opening, *object);
  });
}

void ChannelOpener::read_document(const Attempt& attempt) {
  const auto url = urls_.sync_document(attempt.sid + ".channel");
  read_object(attempt, Part::document, url, [this, attempt](Opening& opening, const auto& object) {
    const auto document = conversations::decode_document(object.data);
    if (!document) return fail(attempt, document.error());
    opening.state = State::parts;
    opening.last_message = document->last_message_index;
    opening.last_message_at = document->last_message_at;
    const std::string name = opening.record->state().name;
    opening.record->set_document(*document);
    registry_.renamed(opening.record, name);
    read_roster(attempt, document->roster);
    read_messages(attempt, document->messages);
  });
}

void ChannelOpener::read_roster(const Attempt& attempt, const std::string& name) {
  read_object(attempt, Part::roster, urls_.sync_map(name),
              [this, attempt](Opening& opening, const auto& object) {
                opening.record->roster_items_url = object.items_url;
                opening.record->begin_roster();
                read_roster_items(attempt, "");
              });
}

// A page without a member that is new would lead in a circle, for as long as the service answers.
void ChannelOpener::read_roster_items(const Attempt& attempt, const std::string& from) {
  const auto& url = current(attempt)->record->roster_items_url;
  get(attempt, url, items_query(from), [this, attempt](Opening& opening, const http::Response& reply) {
    const auto page = conversations::decode_sync_page(reply.body);
    if (!page) return fail(attempt, page.error());
    opening.record->set_roster(page->items);
    bool brings_news = false;
    for (const auto& item : page->items) brings_news |= opening.roster_keys.insert(item.key).second;
    if (page->has_next && brings_news) return read_roster_items(attempt, page->items.back().key);
    opening.roster_keys.clear();
    opening.roster_read = true;
    continue_if_read(attempt);
  });
}

void ChannelOpener::read_messages(const Attempt& attempt, const std::string& name) {
  read_object(attempt, Part::messages, urls_.sync_list(name), [](Opening& opening, const auto& object) {
    opening.record->messages_items_url = object.items_url;
  });
}

void ChannelOpener::on_messages_established(const std::string& sid) {
  const auto at = openings_.find(sid);
  if (at == openings_.end() || at->second.state != State::parts) return;
  const Opening& opening = at->second;
  if (!opening.own_state_read || opening.record->unread().wants_recount())
    read_own_state({sid, opening.attempt});
}

void ChannelOpener::read_own_state(const Attempt& attempt) {
  const auto url = urls_.my_conversation(attempt.sid);
  get(attempt, url, {}, [this, attempt](Opening& opening, const http::Response& reply) {
    const auto own_state = conversations::decode_conversation(reply.body);
    if (!own_state) return fail(attempt, own_state.error());
    unread_.apply(opening.record, *own_state);
    opening.own_state_read = true;
    continue_if_read(attempt);
  });
}

void ChannelOpener::continue_if_read(const Attempt& attempt) {
  auto& opening = *current(attempt);
  if (opening.state != State::parts || !opening.roster_read || !opening.own_state_read) return;
  if (may_miss_messages(opening)) return read_history(attempt);
  opening.record->begin_messages(opening.last_message.value_or(-1));
  complete(attempt);
}

// Somebody who adds this user to a channel may write at once: before the channel is subscribed, but since
// this user is a member.
bool ChannelOpener::may_miss_messages(const Opening& opening) const {
  const auto* self = opening.record->member(urls_.configuration().identity);
  const bool is_new = opening.options.new_member && !opening.record->messages_begun();
  return is_new && opening.last_message && self && opening.last_message_at >= self->joined_at;
}

void ChannelOpener::read_history(const Attempt& attempt) {
  auto& opening = *current(attempt);
  opening.state = State::history;
  const WallTime joined_at = opening.record->member(urls_.configuration().identity)->joined_at;
  const std::int64_t newest = *opening.last_message;
  const GetMessages query{.page_size = limits::kPageSize, .anchor = Anchor::at(newest)};
  get(attempt, opening.record->messages_items_url, *page_query(query),
      [this, attempt, newest, joined_at](Opening& reading, const http::Response& reply) {
        const auto page = conversations::decode_sync_page(reply.body);
        if (!page) return fail(attempt, page.error());
        auto messages = to_messages(*page);
        const auto old = std::find_if(messages.rbegin(), messages.rend(),
                                      [&](const Message& one) { return one.created_at < joined_at; });
        std::int64_t last_old = -1;
        if (old != messages.rend()) last_old = old->index;
        if (old == messages.rend() && page->has_next && !messages.empty())
          last_old = messages.front().index - 1;
        messages.erase(messages.begin(), old.base());
        reading.record->begin_messages(last_old);
        reading.record->fill_hole(std::move(messages), newest);
        complete(attempt);
      });
}

void ChannelOpener::complete(const Attempt& attempt) {
  const auto at = openings_.find(attempt.sid);
  const Opening done = std::move(at->second);
  openings_.erase(at);
  --running_;
  registry_.add(done.record);
  done.record->mark_loaded(done.options.announce);
  healer_.check(done.record);
  unread_.check(done.record);
  for (const auto& waiter : done.waiters) waiter(done.record);
  start_queued();
}

void ChannelOpener::on_subscription_failed(const std::string& sid, const Error& error) {
  const auto at = openings_.find(sid);
  if (at != openings_.end()) fail({sid, at->second.attempt}, error);
}

void ChannelOpener::fail(const Attempt& attempt, const Error& error) {
  auto* opening = current(attempt);
  if (!opening) return;
  if (is_final(error)) return forget(std::string(attempt.sid), error);
  end_attempt(*opening);
  const auto waiters = std::exchange(opening->waiters, {});
  timers_.after(opening->backoff.after_failure(0), [this, attempt](const Result<void>& time) {
    const auto at = openings_.find(attempt.sid);
    const bool same = at != openings_.end() && at->second.attempt == attempt.number;
    if (!time || !same || at->second.state != State::waiting) return;
    queue(attempt.sid, at->second);
    start_queued();
  });
  for (const auto& waiter : waiters) waiter(error);
  start_queued();
}

void ChannelOpener::forget(const std::string& sid, const Error& reason) {
  const auto at = openings_.find(sid);
  if (at == openings_.end()) return;
  end_attempt(at->second);
  const auto waiters = std::move(at->second.waiters);
  openings_.erase(at);
  for (const auto& waiter : waiters) waiter(reason);
  start_queued();
}

void ChannelOpener::end_attempt(Opening& opening) {
  if (opening.state != State::queued && opening.state != State::waiting) --running_;
  if (opening.record) {
    subscriptions_.remove(opening.record);
    opening.record->interrupt_history();
    opening.record.reset();
  }
  opening.state = State::waiting;
}

void ChannelOpener::retry_now() {
  for (auto& [sid, opening] : openings_)
    if (opening.state == State::waiting) queue(sid, opening);
  start_queued();
}

void ChannelOpener::give_up(const Error& reason) {
  std::vector<Done<RecordPtr>> waiters;
  for (auto& [sid, opening] : openings_) {
    end_attempt(opening);
    for (auto& waiter : opening.waiters) waiters.push_back(std::move(waiter));
    opening.waiters.clear();
  }
  queue_.clear();
  background_queue_.clear();
  for (const auto& waiter : waiters) waiter(reason);
}

}  // namespace parley::detail
