#include "chat_sdk/src/model/channel_opener.hpp"

#include "chat_sdk/src/model/item_pages.hpp"

namespace parley::detail {
namespace {

// Opening costs a handful of requests; a user with a thousand channels must not look like a flood.
constexpr std::size_t kOpeningsAtOnce = 16;
constexpr Duration kAttemptTimeout = std::chrono::seconds(30);
constexpr BackoffSettings kRetryBackoff{std::chrono::seconds(2), std::chrono::seconds(64)};

Error not_in_time() {
  return {.code = Errc::timed_out, .message = "the channel could not be opened in time"};
}

}  // namespace

ChannelOpener::ChannelOpener(Context& context, Timers& timers, RestCalls& rest, ServiceUrls& urls,
                             ChannelSubscriptions& subscriptions, ChannelRegistry& registry,
                             UnreadCounts& unread, MakeHandle make_handle)
    : context_(context),
      timers_(timers),
      rest_(rest),
      urls_(urls),
      subscriptions_(subscriptions),
      registry_(registry),
      unread_(unread),
      make_handle_(std::move(make_handle)) {}

std::optional<ChannelOpener::State> ChannelOpener::state(const std::string& sid) const {
  const auto at = openings_.find(sid);
  if (at == openings_.end()) return std::nullopt;
  return at->second.state;
}

ChannelOpener::Opening* ChannelOpener::current(const Attempt& attempt) {
  const auto at = openings_.find(attempt.sid);
  return at != openings_.end() && at->second.attempt == attempt.number ? &at->second : nullptr;
}

void ChannelOpener::open(const std::string& sid, bool announce, Done<RecordPtr> done) {
  if (auto record = registry_.by_sid(sid)) return done(std::move(record));
  auto at = openings_.find(sid);
  if (at == openings_.end()) {
    at = openings_.emplace(sid, Opening{.announce = announce, .backoff = Backoff(kRetryBackoff)}).first;
    queue_.push_back(sid);
  } else if (at->second.state == State::waiting) {
    queue(sid, at->second);
  }
  at->second.waiters.push_back(std::move(done));
  start_queued();
}

void ChannelOpener::queue(const std::string& sid, Opening& opening) {
  opening.state = State::queued;
  opening.announce = true;  // it was not there when the user was told that all channels are
  queue_.push_back(sid);
}

void ChannelOpener::start_queued() {
  while (!queue_.empty() && running_ < kOpeningsAtOnce) {
    const std::string sid = std::move(queue_.front());
    queue_.pop_front();
    const auto at = openings_.find(sid);
    if (at != openings_.end() && at->second.state == State::queued) start(at->first, at->second);
  }
}

// An attempt ends in time, whatever the service leaves unanswered.
void ChannelOpener::start(const std::string& sid, Opening& opening) {
  ++running_;
  opening.state = State::document;
  opening.attempt = ++last_attempt_;
  opening.roster_read = opening.own_state_read = false;
  opening.record =
      std::make_shared<ChannelRecord>(context_, sid, urls_.configuration().identity, make_handle_);
  const Attempt attempt{sid, opening.attempt};
  timers_.after(kAttemptTimeout, [this, attempt](const Result<void>&) { fail(attempt, not_in_time()); });
  read_document(attempt);
}

void ChannelOpener::get(const Attempt& attempt, const std::string& url, http::Fields params, Decoded then) {
  rest_.get(url, std::move(params), [this, attempt, then = std::move(then)](Result<http::Response> reply) {
    auto* opening = current(attempt);
    if (!opening) return;
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
    opening.record->set_document(*document);
    read_roster(attempt, document->roster);
    read_messages(attempt, document->messages);
  });
}

void ChannelOpener::read_roster(const Attempt& attempt, const std::string& name) {
  read_object(attempt, Part::roster, urls_.sync_map(name),
              [this, attempt](Opening& opening, const auto& object) {
                opening.record->roster_items_url = object.items_url;
                read_roster_items(attempt, "");
              });
}

void ChannelOpener::read_roster_items(const Attempt& attempt, const std::string& from) {
  const auto& url = current(attempt)->record->roster_items_url;
  get(attempt, url, items_query(from), [this, attempt, from](Opening& opening, const http::Response& reply) {
    const auto page = conversations::decode_sync_page(reply.body);
    if (!page) return fail(attempt, page.error());
    opening.record->set_roster(page->items);
    if (goes_on(*page, from)) return read_roster_items(attempt, page->items.back().key);
    opening.roster_read = true;
    complete_if_read(attempt);
  });
}

void ChannelOpener::read_messages(const Attempt& attempt, const std::string& name) {
  read_object(attempt, Part::messages, urls_.sync_list(name), [](Opening& opening, const auto& object) {
    opening.record->messages_items_url = object.items_url;
  });
}

void ChannelOpener::on_messages_established(const std::string& sid) {
  const auto at = openings_.find(sid);
  if (at == openings_.end() || at->second.state != State::parts || at->second.own_state_read) return;
  read_own_state({sid, at->second.attempt});
}

void ChannelOpener::read_own_state(const Attempt& attempt) {
  const auto url = urls_.my_conversation(attempt.sid);
  get(attempt, url, {}, [this, attempt](Opening& opening, const http::Response& reply) {
    const auto own_state = conversations::decode_conversation(reply.body);
    if (!own_state) return fail(attempt, own_state.error());
    unread_.apply(opening.record, *own_state);
    opening.own_state_read = true;
    complete_if_read(attempt);
  });
}

void ChannelOpener::complete_if_read(const Attempt& attempt) {
  const auto at = openings_.find(attempt.sid);
  if (!at->second.roster_read || !at->second.own_state_read) return;
  const Opening done = std::move(at->second);
  openings_.erase(at);
  --running_;
  registry_.add(done.record);
  done.record->loaded(done.announce);
  for (const auto& waiter : done.waiters) waiter(done.record);
  start_queued();
}

void ChannelOpener::on_subscription_failed(const std::string& sid, const Error& error) {
  const auto at = openings_.find(sid);
  if (at != openings_.end()) fail({sid, at->second.attempt}, error);
}

void ChannelOpener::fail(const Attempt& attempt, const Error& error) {
  auto* opening = current(attempt);
  if (!opening || opening->state == State::waiting) return;
  if (!error.retryable()) return forget(std::string(attempt.sid), error);
  end_attempt(*opening);
  const auto waiters = std::exchange(opening->waiters, {});
  timers_.after(opening->backoff.after_failure(0), [this, attempt](const Result<void>& time) {
    auto* same = current(attempt);
    if (!time || !same || same->state != State::waiting) return;
    queue(attempt.sid, *same);
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
  if (opening.state == State::document || opening.state == State::parts) --running_;
  if (opening.record) subscriptions_.remove(opening.record);
  opening.record.reset();
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
  for (const auto& waiter : waiters) waiter(reason);
}

}  // namespace parley::detail
