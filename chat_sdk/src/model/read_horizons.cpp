#include "chat_sdk/src/model/read_horizons.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "chat_sdk/src/model/checks.hpp"
#include "chat_sdk/src/model/send_outcome.hpp"
#include "common/base/random.hpp"

namespace parley::detail {
namespace {

// A move back counts from where it leads to; later ones go on from there.
HorizonMove merged(const HorizonMove& first, const HorizonMove& second) {
  if (second.back) return second;
  return {std::max(first.to, second.to), first.back};
}

}  // namespace

ReadHorizons::ReadHorizons(const ServiceAccess& service, Cache& cache, ChannelRegistry& registry,
                           UnreadCounts& unread)
    : context_(service.context),
      timers_(service.timers),
      rest_(service.rest),
      urls_(service.urls),
      cache_(cache),
      registry_(registry),
      unread_(unread) {}

void ReadHorizons::move(const std::string& channel_sid, HorizonMove move, Done<Unread> done) {
  const auto record = registry_.by_sid(channel_sid);
  if (!record) return done(not_a_member());
  // What comes later than this is not read.
  const auto newest = record->state().last_message_index;
  if (move.to && *move.to > newest.value_or(-1)) move.to = newest;
  const UnreadCounter& unread = record->unread();
  const Horizon known = unread.is_counted() ? unread.service_horizon() : unread.horizon();
  const bool fresh = !is_moving(channel_sid);
  if (fresh && move.is_done(known)) return done(record->state().unread);
  Move& moving = want(channel_sid, move);
  // While the channel is followed, whoever moves the horizon is heard of.
  if (fresh) moving.unclear = !unread_.is_current(record);
  moving.waiters.push_back(std::move(done));
  save(channel_sid);
  send(channel_sid);
}

ReadHorizons::Move& ReadHorizons::want(const std::string& sid, HorizonMove wanted) {
  const auto [at, fresh] = moves_.try_emplace(sid, Move{.backoff = Backoff(kReadBackoff)});
  Move& move = at->second;
  const HorizonMove to = fresh ? wanted : merged(move.wanted, wanted);
  if (fresh || to != move.wanted) move.mutation_id = random_uuid(context_.random);
  move.wanted = to;
  if (const auto record = registry_.by_sid(sid)) record->want_horizon(to);
  return move;
}

void ReadHorizons::restore(const std::vector<PutHorizon>& horizons) {
  for (const auto& one : horizons)
    if (!one.to || conversations::is_message_index(*one.to)) want(one.channel_sid, {one.to, one.back});
}

// Another device of this user's may have moved one meanwhile.
void ReadHorizons::on_ready() {
  ready_ = true;
  std::vector<std::string> sids;
  for (auto& [sid, move] : moves_) {
    move.resting = false;
    move.repeated = move.repeated || move.under_way != 0;
    move.under_way = 0;
    move.unclear = true;
    sids.push_back(sid);
  }
  for (const auto& sid : sids) send(sid);
}

// It is never moved back unless asked.
void ReadHorizons::send(const std::string& sid) {
  const auto at = moves_.find(sid);
  if (at == moves_.end() || !ready_ || at->second.under_way || at->second.resting) return;
  Move& move = at->second;
  const auto record = registry_.by_sid(sid);
  if (!record) return finish(sid, not_a_member());
  if (move.unclear || !record->unread().is_counted()) return ask(sid, move);
  if (move.wanted.is_done(record->unread().service_horizon())) {
    record->want_horizon(std::nullopt);
    unread_.check(record);
    return finish(sid, record->state().unread);
  }
  post(sid, move);
}

void ReadHorizons::ask(const std::string& sid, Move& move) {
  move.under_way = ++last_request_;
  rest_.get(urls_.my_conversation(sid), {},
            [this, sid, request = move.under_way](const Result<http::Response>& reply) {
              on_asked(sid, request, reply);
            });
}

void ReadHorizons::post(const std::string& sid, Move& move) {
  move.under_way = ++last_request_;
  RestRequest request{.method = "POST",
                      .url = urls_.my_conversation(sid),
                      .body = conversations::encode_read_horizon(move.wanted.to),
                      .mutation_id = move.mutation_id,
                      .repeatable = false};  // behind a lost connection another device may come before
  const Sent sent{move.under_way, move.wanted, move.waiters.size()};
  rest_.send(std::move(request),
             [this, sid, sent](const Result<http::Response>& reply) { on_answer(sid, sent, reply); });
}

// nullptr if there is nothing more to do with it. Behind a lost connection everything is sent again.
ReadHorizons::Move* ReadHorizons::answered(const std::string& sid, std::uint64_t request) {
  const auto at = moves_.find(sid);
  if (at == moves_.end() || !ready_ || at->second.under_way != request) return nullptr;
  at->second.under_way = 0;
  if (registry_.by_sid(sid)) return &at->second;
  finish(sid, not_a_member());
  return nullptr;
}

void ReadHorizons::on_asked(const std::string& sid, std::uint64_t request,
                            const Result<http::Response>& reply) {
  Move* move = answered(sid, request);
  if (!move) return;
  const auto own = decoded(reply, conversations::decode_conversation);
  if (!own) return rest(sid, *move);
  move->unclear = false;
  unread_.apply(registry_.by_sid(sid), *own);
  send(sid);
}

void ReadHorizons::on_answer(const std::string& sid, const Sent& sent, const Result<http::Response>& reply) {
  Move* move = answered(sid, sent.request);
  if (!move) return;
  const auto record = registry_.by_sid(sid);
  const auto own = decoded(reply, conversations::decode_conversation);
  if (!own && outcome_of(own.error()) != SendOutcome::refused) {
    move->unclear = move->repeated = true;
    return rest(sid, *move);
  }
  const bool moved_on = move->wanted != sent.move;
  if (!own || !moved_on) record->want_horizon(std::nullopt);
  if (own) unread_.apply(record, *own);
  // What was shown is not so; or the answer is that of an earlier try, and old.
  if (!own || move->repeated) unread_.recount(record);
  if (!own) return finish(sid, own.error());
  if (!moved_on) return finish(sid, record->state().unread);
  const auto told =
      move->waiters.begin() + static_cast<std::ptrdiff_t>(std::min(sent.waiters, move->waiters.size()));
  const std::vector<Done<Unread>> done(move->waiters.begin(), told);
  move->waiters.erase(move->waiters.begin(), told);
  send(sid);
  for (const auto& one : done) one(record->state().unread);
}

void ReadHorizons::rest(const std::string& sid, Move& move) {
  move.resting = true;
  timers_.after(move.backoff.after_failure(context_.random.uniform()), [this, sid](const Result<void>& time) {
    const auto at = moves_.find(sid);
    if (!time || at == moves_.end()) return;
    at->second.resting = false;
    send(sid);
  });
}

void ReadHorizons::finish(const std::string& sid, const Result<Unread>& outcome) {
  const auto move = moves_.extract(sid);
  save(sid);
  for (const auto& done : move.mapped().waiters) done(outcome);
}

// As it is when its turn comes, so that many moves take no more room than one.
void ReadHorizons::save(const std::string& sid) {
  if (!cache_.is_enabled() || !saving_.insert(sid).second) return;
  const auto at = moves_.find(sid);
  CacheChange change = EraseHorizon{sid};
  const bool wanted = at != moves_.end();
  const HorizonMove saved = wanted ? at->second.wanted : HorizonMove();
  if (wanted) change = PutHorizon{sid, saved.to, saved.back};
  cache_.write(std::move(change), [this, sid, wanted, saved](const Result<void>& outcome) {
    const auto again = [this, sid](const Result<void>&) {
      saving_.erase(sid);
      save(sid);
    };
    if (!outcome) return timers_.after(kCacheRetryDelay, again);
    const auto now = moves_.find(sid);
    const bool is_so = wanted ? now != moves_.end() && now->second.wanted == saved : now == moves_.end();
    is_so ? static_cast<void>(saving_.erase(sid)) : again({});
  });
}

void ReadHorizons::on_given_up(const Error& reason, bool final) {
  ready_ = false;
  if (!final) return;
  std::vector<Done<Unread>> waiters;
  for (auto& [sid, move] : moves_) {
    std::move(move.waiters.begin(), move.waiters.end(), std::back_inserter(waiters));
    move.waiters.clear();
  }
  for (const auto& done : waiters) done(reason);
}

}  // namespace parley::detail
