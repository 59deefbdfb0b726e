#include "chat_sdk/src/model/read_horizons.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "chat_sdk/src/model/checks.hpp"
#include "chat_sdk/src/model/send_outcome.hpp"

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
  if (newest && move.to > newest) move.to = newest;
  if (!is_moving(channel_sid) && move.is_done(record->state().last_read_index))
    return done(record->state().unread);
  Move& moving = want(record, move);
  moving.waiters.push_back(std::move(done));
  cache_.write(PutHorizon{channel_sid, moving.wanted.to, moving.wanted.back});
  send(channel_sid);
}

ReadHorizons::Move& ReadHorizons::want(const RecordPtr& record, HorizonMove wanted) {
  const auto [at, fresh] =
      moves_.try_emplace(record->state().sid, Move{.wanted = wanted, .backoff = Backoff(kReadBackoff)});
  Move& move = at->second;
  if (!fresh) move.wanted = merged(move.wanted, wanted);
  record->want_horizon(move.wanted);
  return move;
}

void ReadHorizons::restore(const std::vector<PutHorizon>& horizons) {
  for (const auto& one : horizons)
    if (const auto record = registry_.by_sid(one.channel_sid)) want(record, {one.to, one.back});
}

void ReadHorizons::on_ready() {
  ready_ = true;
  std::vector<std::string> sids;
  for (auto& [sid, move] : moves_) {
    move.resting = false;
    sids.push_back(sid);
  }
  for (const auto& sid : sids) send(sid);
}

// Another device of this user's may have moved it further meanwhile: it is never moved back unless asked.
void ReadHorizons::send(const std::string& sid) {
  const auto at = moves_.find(sid);
  if (at == moves_.end() || !ready_ || at->second.sending || at->second.resting) return;
  Move& move = at->second;
  const auto record = registry_.by_sid(sid);
  if (!record) return finish(at, not_a_member());
  if (record->unread().is_counted() && move.wanted.is_done(record->unread().service_horizon())) {
    record->want_horizon(std::nullopt);
    unread_.check(record);
    return finish(at, record->state().unread);
  }
  move.sending = true;
  rest_.post(urls_.my_conversation(sid), conversations::encode_read_horizon(move.wanted.to),
             [this, sid, sent = move.wanted, waiters = move.waiters.size()](
                 const Result<http::Response>& reply) { on_answer(sid, sent, waiters, reply); });
}

void ReadHorizons::on_answer(const std::string& sid, HorizonMove sent, std::size_t waiters,
                             const Result<http::Response>& reply) {
  const auto at = moves_.find(sid);
  if (at == moves_.end()) return;
  Move& move = at->second;
  move.sending = false;
  if (!ready_) return;  // it is sent again with the next connection
  const auto record = registry_.by_sid(sid);
  const auto own = decoded(reply, conversations::decode_conversation);
  if (!record) return finish(at, not_a_member());
  if (!own && outcome_of(own.error()) != SendOutcome::refused) return rest(sid, move);
  const bool moved_on = move.wanted.to != sent.to || move.wanted.back != sent.back;
  if (!moved_on || !own) record->want_horizon(std::nullopt);
  if (!own) {
    unread_.recount(record);  // what was shown is not so
    return finish(at, own.error());
  }
  unread_.apply(record, *own);
  if (!moved_on) return finish(at, record->state().unread);
  const auto answered = move.waiters.begin() + static_cast<std::ptrdiff_t>(waiters);
  const std::vector<Done<Unread>> told(move.waiters.begin(), answered);
  move.waiters.erase(move.waiters.begin(), answered);
  send(sid);
  for (const auto& done : told) done(record->state().unread);
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

void ReadHorizons::finish(Moves::iterator at, const Result<Unread>& outcome) {
  cache_.write(EraseHorizon{at->first});
  const auto waiters = std::move(at->second.waiters);
  moves_.erase(at);
  for (const auto& done : waiters) done(outcome);
}

void ReadHorizons::on_given_up(const Error& reason, bool final) {
  ready_ = false;
  std::vector<Done<Unread>> waiters;
  if (!final) return;
  for (auto& [sid, move] : moves_) {
    std::move(move.waiters.begin(), move.waiters.end(), std::back_inserter(waiters));
    move.waiters.clear();
  }
  for (const auto& done : waiters) done(reason);
}

}  // namespace parley::detail
