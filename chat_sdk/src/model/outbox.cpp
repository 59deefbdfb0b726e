#include "chat_sdk/src/model/outbox.hpp"

#include <utility>

#include "chat_sdk/src/model/checks.hpp"
#include "chat_sdk/src/model/outbox_outcomes.hpp"
#include "chat_sdk/src/model/send_outcome.hpp"
#include "chat_sdk/src/model/translation.hpp"
#include "common/base/random.hpp"
#include "common/protocol/conversations/message_key.hpp"

namespace parley::detail {
namespace {

constexpr int kMaxFailures =
    8;  // of the service: a message that breaks it must not hold its channel for a day
constexpr int kMaxPagesSearched = 10;         // for a message that somebody else may have sent
constexpr int kMaxPagesIfMaybeStored = 1000;  // for one of which the page where it can be found is known
constexpr std::size_t kPageSearched = 100;
constexpr Duration kMaxRetryAfter = std::chrono::minutes(5);
constexpr auto kServiceRemembers = std::chrono::hours(47);  // mutation ids; see ADR 004
constexpr Duration kMaxLifetime = std::chrono::hours(24 * 365);

Error not_queued() {
  return {.code = Errc::not_found,
          .message = "local_id: expected a message of this channel that is not sent"};
}

}  // namespace

Outbox::Outbox(const ServiceAccess& service, OutboxSettings settings, Cache& cache, History& history,
               const ChannelRegistry& registry, MakeHandle make_handle)
    : context_(service.context),
      timers_(service.timers),
      rest_(service.rest),
      urls_(service.urls),
      history_(history),
      registry_(registry),
      make_handle_(std::move(make_handle)),
      settings_(settings),
      journal_(context_, cache) {
  settings_.options.lifetime = std::min(settings_.options.lifetime, kMaxLifetime);
}

// --- what the user wants

std::string Outbox::submit(const std::string& channel_sid, NewMessage message, Done<Message> done) {
  const auto refused = [&](Error error) { return done(std::move(error)), std::string(); };
  if (closed_) return refused(client_closed());
  if (auto error = check(message, settings_.knows_mutation_ids)) return refused(std::move(*error));
  if (auto error = journal_.is_durable() ? check_storable(message) : std::nullopt)
    return refused(std::move(*error));
  if (const Entry* known = queue_.find(message.key)) {
    if (known->state != State::erasing && is_same(*known, channel_sid, message))
      return submit_again(message.key, std::move(done));
    return refused(key_is_taken());
  }
  if (queue_.queued().size() >= settings_.options.max_messages)
    return refused({.code = Errc::limit_exceeded, .message = "too many messages wait to be sent"});
  if (queue_.bytes() + bytes_of(message) > settings_.max_bytes)
    return refused({.code = Errc::limit_exceeded, .message = "the messages that wait take too much room"});
  const bool named = !message.key.empty();
  std::string id = named ? message.key : random_uuid(context_.random);
  Entry& entry = queue_.add(channel_sid, id, std::make_shared<const NewMessage>(std::move(message)));
  entry.named = named;
  entry.created_at = context_.wall_now;
  entry.waiters.push_back(std::move(done));
  entry.wanted = 1;
  enqueue(entry);
  return id;
}

std::string Outbox::submit_again(const std::string& id, Done<Message> done) {
  Entry& entry = *queue_.find(id);
  std::string copy = id;
  if (entry.is_refused()) {
    retry(std::string(entry.lane->channel_sid), copy, std::move(done));
  } else {
    entry.waiters.push_back(std::move(done));
    entry.wanted = entry.unwanted ? 1 : entry.wanted + 1;
    entry.unwanted = false;
  }
  return copy;
}

void Outbox::retry(const std::string& channel_sid, const std::string& id, Done<Message> done) {
  if (closed_) return done(client_closed());
  Entry* entry = queue_.find(channel_sid, id);
  if (!entry) return done(not_queued());
  if (!entry->is_refused())
    return done(Error{.code = Errc::conflict, .message = "the message has not failed"});
  entry->waiters = {std::move(done)};
  entry->wanted = 1;
  if (is_forgotten_by_service(*entry)) entry->maybe_stored = false;  // its user wants it all the same
  if (!entry->maybe_stored) {
    entry->attempts().media_sids.clear();  // the service may have removed what no message named
    entry->sendable_since.reset();
  }
  enqueue(*entry);
}

void Outbox::discard(const std::string& channel_sid, const std::string& id, Done<void> done) {
  if (closed_) return done(client_closed());
  Entry* entry = queue_.find(channel_sid, id);
  if (!entry) return done(not_queued());
  if (!may_leave(*entry))
    return done(
        Error{.code = Errc::conflict, .message = "the message is being sent, or may have been stored"});
  if (entry->state != State::saving) return withdraw(*entry, std::move(done));
  abandon(*entry, discarded());
  done({});
}

void Outbox::cancel(const std::string& id) {
  Entry* entry = queue_.find(id);
  if (!entry || --entry->wanted != 0 || !may_leave(*entry)) return;
  entry->state == State::saving ? abandon(*entry, discarded()) : withdraw(*entry, [](Result<void>) {});
}

bool Outbox::may_leave(const Entry& entry) {
  if (entry.is_refused()) return true;
  if (entry.state == State::saving) return !entry.saved;
  return entry.state != State::erasing && entry.state != State::sending && entry.state != State::checking &&
         !entry.maybe_stored;
}

void Outbox::flush(Duration deadline, Done<void> done) {
  if (closed_) return done(client_closed());
  flushes_.wait(std::min(deadline, kMaxLifetime), std::move(done));
}

// --- what the world does

void Outbox::on_ready() {
  ready_ = true;
  mark_sendable();
  proceed_all();
}

void Outbox::proceed_all() {
  for (auto& [sid, lane] : queue_.lanes()) {
    lane.backoff.reset();
    lane.wait = 0;
    proceed(lane);
  }
}

void Outbox::on_given_up(const Error& reason, bool final) {
  ready_ = false;
  if (!final) return;
  if (reason.code == Errc::client_closed) return close(reason);
  for (Entry* entry : queue_.all_queued()) {
    if (entry->state == State::saving && !entry->saved) abandon(*entry, reason);
    if (entry->state == State::saving) complete(std::exchange(entry->waiters, {}), reason);
    if (entry->state == State::blocked || entry->is_on_its_way_to_disk()) continue;
    entry->maybe_stored = entry->maybe_stored || entry->state == State::sending;
    fail(*entry, entry->maybe_stored ? outcome_unknown() : reason);
  }
}

void Outbox::close(const Error& reason) {
  closed_ = true;
  for (Entry* entry : queue_.all_queued()) {
    const auto waiters = std::move(entry->waiters);
    if (entry->unwanted) journal_.erase(entry->id);
    queue_.forget(*entry);
    complete(waiters, reason);
  }
  flushes_.close(reason);
}

void Outbox::on_uploaded(const std::string& id, std::uint64_t upload, Result<std::string> media_sid) {
  Entry* entry = queue_.find(id);
  if (!entry || entry->state != State::uploading || entry->attempts().upload != upload) return;
  entry->state = State::queued;
  if (!media_sid) {
    const Error& error = media_sid.error();
    return outcome_of_upload(error) == SendOutcome::refused ? refuse(*entry, error)
                                                            : try_again(*entry, error);
  }
  entry->lane->backoff.reset();
  entry->attempts().media_sids.push_back(std::move(*media_sid));
  journal_.update(*entry);
  proceed(*entry->lane);
}

void Outbox::stop_upload(Entry& entry) {
  if (entry.state == State::uploading) actions_.push_back(StopUpload{entry.attempts().upload});
}

std::optional<OutboxAction> Outbox::next() {
  if (actions_.empty()) return std::nullopt;
  auto action = std::move(actions_.front());
  actions_.pop_front();
  return action;
}

// --- one message after the other

// What is started may end at once, and the next one is started then: here, and not within the other.
void Outbox::proceed(Lane& lane) {
  if (std::exchange(lane.proceeding, true)) return;
  while (may_send() && !lane.wait && !lane.queue.empty()) {
    Entry& first = *lane.queue.begin();
    if (first.state != State::queued) break;
    start(first);
  }
  lane.proceeding = false;
}

void Outbox::start(Entry& entry) {
  if (entry.maybe_stored && is_forgotten_by_service(entry)) return fail(entry, outcome_unknown());
  if (!settings_.knows_mutation_ids && (entry.maybe_stored || entry.named)) {
    if (entry.attempts().search_not_before > context_.now)
      return wait(*entry.lane, entry.attempts().search_not_before - context_.now);
    return search_history(entry, {.page_size = kPageSearched}, 1);
  }
  entry.attempts().media_sids.size() < entry.message->files.size() ? upload(entry) : send(entry);
}

// Once the service may have forgotten the mutation id, sending the message again may double it.
bool Outbox::is_forgotten_by_service(const Entry& entry) const {
  return settings_.knows_mutation_ids && entry.attempts().newest_before &&
         context_.wall_now - entry.attempts().first_sent_at > kServiceRemembers;
}

void Outbox::upload(Entry& entry) {
  entry.state = State::uploading;
  entry.attempts().upload = ++last_upload_;
  actions_.push_back(
      UploadFile{entry.attempts().upload, entry.id, entry.message, entry.attempts().media_sids.size()});
}

void Outbox::send(Entry& entry) {
  entry.state = State::sending;
  const std::string& channel_sid = entry.lane->channel_sid;
  if (!entry.maybe_stored) {
    entry.attempts().newest_before = newest_index(channel_sid);
    entry.attempts().first_sent_at = context_.wall_now;
  }
  RestRequest request{.method = "POST", .url = urls_.messages(channel_sid)};
  request.body = conversations::encode_new_message(entry.message->text, attributes_of(entry),
                                                   entry.attempts().media_sids);
  request.mutation_id = entry.id;
  request.repeatable = settings_.knows_mutation_ids;
  rest_.send(std::move(request), [this, number = entry.number](const Result<http::Response>& reply) {
    if (auto* sent = queue_.find(number, State::sending)) on_answer(*sent, reply);
  });
}

std::string Outbox::attributes_of(const Entry& entry) const {
  const std::string& given = entry.message->attributes;
  if (settings_.knows_mutation_ids) return given;
  return conversations::attributes_with_key(given, entry.id).value_or(given);
}

void Outbox::on_answer(Entry& entry, const Result<http::Response>& reply) {
  entry.state = State::queued;
  auto stored = decoded(reply, conversations::decode_message);
  if (stored) return on_sent(entry, to_message(std::move(*stored)));
  const Error& error = stored.error();
  const SendOutcome meaning = outcome_of(error);
  if (meaning == SendOutcome::refused) {
    entry.maybe_stored = false;
    return refuse(entry, error);
  }
  if (meaning == SendOutcome::not_done) return try_again(entry, error);
  entry.maybe_stored = true;
  const bool known_as_done = error.code == Errc::outcome_unknown && error.http_status != 0;
  const bool has_key =
      settings_.knows_mutation_ids || conversations::key_of(attributes_of(entry)) == entry.id;
  if (known_as_done || !has_key) return refuse(entry, outcome_unknown());
  entry.attempts().search_not_before = context_.now + kSettles;
  try_again(entry, error);
}

void Outbox::search_history(Entry& entry, const GetMessages& query, int pages) {
  entry.state = State::checking;
  history_.read(entry.lane->channel_sid, query,
                [this, number = entry.number, pages](const Result<MessagePage>& page) {
                  if (auto* checked = queue_.find(number, State::checking)) on_history(*checked, page, pages);
                });
}

void Outbox::on_history(Entry& entry, const Result<MessagePage>& page, int pages) {
  entry.state = State::queued;
  if (!page) {
    const Error& error = page.error();
    if (outcome_of(error) != SendOutcome::refused) return try_again(entry, error);
    return refuse(entry, entry.maybe_stored ? outcome_unknown() : error);
  }
  const std::string& self = urls_.configuration().identity;
  for (const auto& message : page->messages)
    if (message.author == self && conversations::key_of(message.attributes) == entry.id)
      return on_sent(entry, message);
  const std::int64_t oldest_possible = entry.attempts().newest_before.value_or(-1) + 1;
  const bool older = page->older && !page->messages.empty() && page->messages.front().index > oldest_possible;
  const int most = entry.maybe_stored ? kMaxPagesIfMaybeStored : kMaxPagesSearched;
  if (older && pages < most) return search_history(entry, *page->older, pages + 1);
  if (older && entry.maybe_stored) return refuse(entry, outcome_unknown());
  entry.maybe_stored = entry.named = false;
  if (entry.over) return on_over(entry);
  proceed(*entry.lane);
}

void Outbox::try_again(Entry& entry, const Error& error) {
  if (entry.over) return on_over(entry);
  if (is_failing(error) && ++entry.attempts().failures >= kMaxFailures)
    return refuse(entry, entry.maybe_stored ? outcome_unknown() : error);
  const Duration own = entry.lane->backoff.after_failure(context_.random.uniform());
  const Duration asked =
      std::min(Duration(error.retry_after.value_or(std::chrono::milliseconds(0))), kMaxRetryAfter);
  wait(*entry.lane, std::max(own, asked));
}

void Outbox::wait(Lane& lane, Duration time) {
  lane.wait = ++last_wait_;
  timers_.after(time, [this, &lane, wait = lane.wait](const Result<void>&) {
    if (lane.wait != wait) return;
    lane.wait = 0;
    proceed(lane);
  });
}

// --- outcomes

void Outbox::on_sent(Entry& entry, Message message) {
  Lane& lane = *entry.lane;
  lane.backoff.reset();
  const auto waiters = std::move(entry.waiters);
  context_.emit(MessageSent{channel_of(entry), entry.id, message});
  journal_.erase(entry.id);
  queue_.forget(entry);
  complete(waiters, std::move(message));
  go_on(lane);
}

void Outbox::refuse(Entry& entry, Error error) {
  if (!settings_.options.block_on_refusal) return fail(entry, std::move(error));
  queue_.forget_deadline(entry);
  entry.state = State::blocked;
  entry.attempts().error = std::make_unique<const Error>(error);
  journal_.update(entry);
  const auto waiters = std::exchange(entry.waiters, {});
  context_.emit(MessageFailed{channel_of(entry), entry.shown()});
  complete(waiters, std::move(error));
  flushes_.on_outcome();
}

void Outbox::fail(Entry& entry, Error error) {
  Lane& lane = *entry.lane;
  end(entry, error);
  const auto waiters = std::exchange(entry.waiters, {});
  context_.emit(MessageFailed{channel_of(entry), entry.shown()});
  journal_.update(entry);
  if (const auto forgotten = queue_.move_to_failed(entry)) journal_.erase(*forgotten);
  complete(waiters, std::move(error));
  go_on(lane);
}

// Those behind it do not wait for its next try.
void Outbox::end(Entry& entry, const Error& error) {
  stop_upload(entry);
  Lane& lane = *entry.lane;
  if (!lane.queue.empty() && &*lane.queue.begin() == &entry) lane.wait = 0;
  entry.state = State::failed;
  entry.attempts().error = std::make_unique<const Error>(error);
}

void Outbox::go_on(Lane& lane) {
  flushes_.on_outcome();
  proceed(lane);
}

// --- the end of a message's life

void Outbox::wait_for_deadline() {
  const auto next = queue_.next_deadline();
  if (!next || (waits_for_ && *waits_for_ <= *next)) return;
  waits_for_ = next;
  timers_.after(std::max(*next - context_.now, Duration::zero()), [this, at = *next](const Result<void>&) {
    if (waits_for_ == at) waits_for_.reset();
    on_deadline();
    wait_for_deadline();
  });
}

void Outbox::on_deadline() {
  while (Entry* entry = queue_.take_expired(context_.now)) {
    entry->over = true;
    if (entry->state == State::saving && !entry->saved)
      abandon(*entry, not_in_time());
    else if (entry->state == State::uploading || entry->state == State::queued)
      on_over(*entry);
  }
}

void Outbox::on_over(Entry& entry) {
  if (entry.maybe_stored) return fail(entry, outcome_unknown());
  fail(entry, not_in_time());
}

// --- look-ups

Channel Outbox::channel_of(const Entry& entry) const {
  const std::string& sid = entry.lane->channel_sid;
  if (const auto record = registry_.by_sid(sid)) return record->handle();
  ChannelState unknown;
  unknown.sid = sid;
  auto slot = std::make_shared<ChannelSlot>();
  slot->store(std::move(unknown));
  return make_handle_(std::move(slot));
}

std::int64_t Outbox::newest_index(const std::string& channel_sid) const {
  const auto record = registry_.by_sid(channel_sid);
  return record ? record->state().last_message_index.value_or(-1) : -1;
}

}  // namespace parley::detail
