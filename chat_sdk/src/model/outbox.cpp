#include "chat_sdk/src/model/outbox.hpp"

#include <utility>

#include "chat_sdk/src/model/checks.hpp"
#include "chat_sdk/src/model/translation.hpp"
#include "common/base/random.hpp"
#include "common/protocol/conversations/message_key.hpp"

namespace parley::detail {
namespace {

constexpr int kMaxServerErrors = 8;  // a message that breaks the service must not hold its channel for a day
constexpr int kMaxPagesSearched = 10;
constexpr std::size_t kPageSearched = 100;

/// What an answer that is no success means for the message.
enum class Meaning { not_done, unclear, refused };

Meaning meaning_of(Errc code) {
  switch (code) {
    case Errc::connection_lost:
    case Errc::unreachable:
    case Errc::too_many_requests:
    case Errc::token_expired:
    case Errc::invalid_token:
    case Errc::denied:  // the connection's business: it gives up, or has a new token next time
    case Errc::cancelled:
      return Meaning::not_done;
    case Errc::outcome_unknown:
    case Errc::timed_out:
    case Errc::server_error:
    case Errc::protocol_error:
      return Meaning::unclear;
    default:
      return Meaning::refused;
  }
}

Error not_queued() {
  return {.code = Errc::not_found,
          .message = "local_id: expected a message of this channel that is not sent"};
}

Error outcome_unknown() {
  return {.code = Errc::outcome_unknown, .message = "the message may have been stored; its answer was lost"};
}

template <class T>
Done<T> both(Done<T> first, Done<T> second) {
  if (!first) return second;
  if (!second) return first;
  return [first = std::move(first), second = std::move(second)](Result<T> outcome) {
    first(outcome);
    second(std::move(outcome));
  };
}

}  // namespace

Outbox::Outbox(const ServiceAccess& service, OutboxSettings settings, History& history,
               const ChannelRegistry& registry, MakeHandle make_handle)
    : context_(service.context),
      timers_(service.timers),
      rest_(service.rest),
      urls_(service.urls),
      history_(history),
      registry_(registry),
      make_handle_(std::move(make_handle)),
      settings_(settings) {}

// --- what the user wants

std::string Outbox::submit(const std::string& channel_sid, NewMessage message, Done<Message> done) {
  const auto refused = [&](Error error) { return done(std::move(error)), std::string(); };
  if (auto error = check(message, settings_.knows_mutation_ids)) return refused(std::move(*error));
  if (auto* known = queue_.find(message.key)) {
    std::string id = known->id;
    if (known->state == State::failed || known->state == State::blocked)
      retry(known->lane->channel_sid, id, std::move(done));
    else
      known->done = both(std::move(known->done), std::move(done));
    return id;
  }
  if (queue_.queued().size() >= settings_.options.max_messages)
    return refused({.code = Errc::limit_exceeded, .message = "too many messages wait to be sent"});
  const bool named = !message.key.empty();
  std::string id = named ? message.key : random_uuid(context_.random);
  Entry& entry = queue_.add(channel_sid, id, std::move(message));
  entry.created_at = context_.wall_now;
  entry.maybe_stored = named;  // its caller may have given it to another client before
  entry.done = std::move(done);
  enqueue(entry);
  return id;
}

void Outbox::enqueue(Entry& entry) {
  entry.state = State::queued;
  entry.error.reset();
  entry.over = false;
  entry.server_errors = 0;
  queue_.enqueue(entry, context_.now + settings_.options.lifetime);
  wait_for_deadline();
  context_.emit(MessagePending{channel_of(entry), entry.shown()});
  proceed(*entry.lane);
}

void Outbox::retry(const std::string& channel_sid, const std::string& id, Done<Message> done) {
  Entry* entry = queue_.find(channel_sid, id);
  if (!entry) return done(not_queued());
  if (entry->state != State::blocked && entry->state != State::failed)
    return done(Error{.code = Errc::conflict, .message = "the message has not failed"});
  entry->done = std::move(done);
  enqueue(*entry);
}

void Outbox::discard(const std::string& channel_sid, const std::string& id, Done<void> done) {
  Entry* entry = queue_.find(channel_sid, id);
  if (!entry) return done(not_queued());
  if (!may_leave(*entry))
    return done(
        Error{.code = Errc::conflict, .message = "the message is being sent, or may have been stored"});
  cancel(id);
  done({});
}

void Outbox::cancel(const std::string& id) {
  Entry* entry = queue_.find(id);
  if (!entry || !may_leave(*entry)) return;
  if (entry->state == State::uploading) actions_.push_back(StopUpload{id});
  Error error{.code = Errc::cancelled, .message = "discarded before it was sent"};
  entry->state = State::failed;
  entry->error = error;
  const auto done = std::move(entry->done);
  Lane& lane = *entry->lane;
  context_.emit(MessageFailed{channel_of(*entry), entry->shown()});
  queue_.forget(*entry);
  if (done) done(std::move(error));
  go_on(lane);
}

bool Outbox::may_leave(const Entry& entry) const {
  if (entry.state == State::failed || entry.state == State::blocked) return true;
  return entry.state != State::sending && entry.state != State::checking && !entry.newest_before;
}

void Outbox::flush(Duration deadline, Done<void> done) {
  const auto number = ++last_flush_;
  flushes_.emplace(number, Flush{queue_.last_number(), std::move(done)});
  timers_.after(deadline, [this, number](const Result<void>& time) {
    auto waiting = flushes_.extract(number);
    if (waiting.empty()) return;
    waiting.mapped().done(time ? Error{.code = Errc::timed_out, .message = "some messages are not sent yet"}
                               : time.error());
  });
  finish_flushes();
}

void Outbox::finish_flushes() {
  const auto& queued = queue_.queued();
  while (!flushes_.empty()) {
    const auto first = flushes_.begin();
    if (!queued.empty() && queued.begin()->first <= first->second.through) return;
    const auto done = std::move(first->second.done);
    flushes_.erase(first);
    done({});
  }
}

// --- what the world does

void Outbox::on_ready() {
  ready_ = true;
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
  const auto all = queue_.queued();
  for (const auto& [number, entry] : all) {
    const bool under_way = entry->state == State::sending || entry->state == State::checking;
    entry->maybe_stored = entry->maybe_stored || under_way;
    fail(*entry, under_way ? outcome_unknown() : reason);
  }
}

void Outbox::close(const Error& reason) {
  const auto all = queue_.queued();
  for (const auto& [number, entry] : all) {
    const auto done = std::move(entry->done);
    queue_.forget(*entry);
    if (done) done(reason);
  }
}

void Outbox::on_uploaded(const std::string& id, Result<std::string> media_sid) {
  Entry* entry = queue_.find(id);
  if (!entry || entry->state != State::uploading) return;
  entry->state = State::queued;
  if (!media_sid) {
    const Error& error = media_sid.error();
    return meaning_of(error.code) == Meaning::refused ? refuse(*entry, error) : try_again(*entry, error);
  }
  entry->lane->backoff.reset();
  entry->media_sids.push_back(std::move(*media_sid));
  proceed(*entry->lane);
}

std::optional<OutboxAction> Outbox::next() {
  if (actions_.empty()) return std::nullopt;
  auto action = std::move(actions_.front());
  actions_.pop_front();
  return action;
}

// --- one message after the other

void Outbox::proceed(Lane& lane) {
  if (!ready_ || lane.wait || lane.queue.empty()) return;
  Entry& first = *lane.queue.begin()->second;
  if (first.state != State::queued) return;
  if (first.maybe_stored && !settings_.knows_mutation_ids)
    return search_history(first, {.page_size = kPageSearched}, 1);
  first.media_sids.size() < first.message->files.size() ? upload(first) : send(first);
}

void Outbox::upload(Entry& entry) {
  entry.state = State::uploading;
  actions_.push_back(UploadFile{entry.id, entry.message, entry.media_sids.size()});
}

void Outbox::send(Entry& entry) {
  entry.state = State::sending;
  const std::string& channel_sid = entry.lane->channel_sid;
  if (!entry.newest_before) entry.newest_before = newest_index(channel_sid);
  RestRequest request{.method = "POST", .url = urls_.messages(channel_sid)};
  request.body =
      conversations::encode_new_message(entry.message->text, attributes_of(entry), entry.media_sids);
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
  const Meaning meaning = meaning_of(error.code);
  if (meaning == Meaning::refused) return refuse(entry, error);
  if (meaning == Meaning::unclear) entry.maybe_stored = true;
  if (error.code == Errc::server_error && ++entry.server_errors >= kMaxServerErrors)
    return refuse(entry, error);
  const bool has_key =
      settings_.knows_mutation_ids || conversations::key_of(attributes_of(entry)) == entry.id;
  if (entry.maybe_stored && !has_key) return refuse(entry, outcome_unknown());
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
    return meaning_of(error.code) == Meaning::refused ? refuse(entry, outcome_unknown())
                                                      : try_again(entry, error);
  }
  for (const auto& message : page->messages)
    if (conversations::key_of(message.attributes) == entry.id) return on_sent(entry, message);
  const std::int64_t oldest_possible = entry.newest_before.value_or(-1) + 1;
  const bool older = page->older && !page->messages.empty() && page->messages.front().index > oldest_possible;
  if (older && pages < kMaxPagesSearched) return search_history(entry, *page->older, pages + 1);
  entry.maybe_stored = false;
  if (entry.over) return on_over(entry);
  proceed(*entry.lane);
}

void Outbox::try_again(Entry& entry, const Error& error) {
  if (entry.over) return on_over(entry);
  Lane& lane = *entry.lane;
  const Duration own = lane.backoff.after_failure(context_.random.uniform());
  lane.wait = ++last_wait_;
  timers_.after(std::max(own, Duration(error.retry_after.value_or(std::chrono::milliseconds(0)))),
                [this, &lane, wait = lane.wait](const Result<void>&) {
                  if (lane.wait != wait) return;
                  lane.wait = 0;
                  proceed(lane);
                });
}

// --- outcomes

void Outbox::on_sent(Entry& entry, Message message) {
  Lane& lane = *entry.lane;
  lane.backoff.reset();
  const auto done = std::move(entry.done);
  context_.emit(MessageSent{channel_of(entry), entry.id, message});
  queue_.forget(entry);
  if (done) done(std::move(message));
  go_on(lane);
}

void Outbox::refuse(Entry& entry, Error error) {
  if (!settings_.options.block_on_refusal) return fail(entry, std::move(error));
  queue_.forget_deadline(entry);
  entry.state = State::blocked;
  entry.error = error;
  const auto done = std::exchange(entry.done, {});
  context_.emit(MessageFailed{channel_of(entry), entry.shown()});
  if (done) done(std::move(error));
}

void Outbox::fail(Entry& entry, Error error) {
  Lane& lane = *entry.lane;
  entry.state = State::failed;
  entry.error = error;
  const auto done = std::exchange(entry.done, {});
  context_.emit(MessageFailed{channel_of(entry), entry.shown()});
  queue_.move_to_failed(entry);
  if (done) done(std::move(error));
  go_on(lane);
}

void Outbox::go_on(Lane& lane) {
  finish_flushes();
  proceed(lane);
}

// --- the end of a message's life

void Outbox::wait_for_deadline() {
  const auto next = queue_.next_deadline();
  if (waits_for_deadline_ || !next) return;
  waits_for_deadline_ = true;
  timers_.after(std::max(*next - context_.now, Duration::zero()), [this](const Result<void>&) {
    waits_for_deadline_ = false;
    on_deadline();
    wait_for_deadline();
  });
}

void Outbox::on_deadline() {
  while (Entry* entry = queue_.take_expired(context_.now)) {
    entry->over = true;
    if (entry->state == State::uploading) actions_.push_back(StopUpload{entry->id});
    if (entry->state == State::uploading || entry->state == State::queued) on_over(*entry);
  }
}

void Outbox::on_over(Entry& entry) {
  if (entry.maybe_stored && entry.newest_before) return fail(entry, outcome_unknown());
  fail(entry, {.code = Errc::timed_out, .message = "the message could not be sent within its lifetime"});
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
