#include "common/protocol/token/keeper.hpp"

#include <algorithm>

#include "common/protocol/token/verifier.hpp"

namespace parley::token {
namespace {

constexpr double kLeadJitter = 0.1;
constexpr double kSettleShare = 0.1;
constexpr double kMinBackoffShare = 0.5;
// Between two questions, whoever hurries.
constexpr Duration kShortestGap = std::chrono::milliseconds(250);
// A source that mints by the second gives the same token again if it is asked twice within one.
constexpr int kMaxEarlyTries = 3;
constexpr Duration kLongestRetryAfter = std::chrono::hours(1);
// What seems to be left is a minute at least: a clock that is wrong must not have new tokens fetched all the
// time.
constexpr Duration kShortestPlan = std::chrono::minutes(1);

Duration scaled(Duration duration, double factor) {
  return std::chrono::duration_cast<Duration>(duration * factor);
}

bool is_refusal(const Error& error) {
  if (error.code == Errc::proxy_failed) return false;  // the status is the proxy's: the source was not asked
  return error.code == Errc::denied || error.code == Errc::forbidden || error.code == Errc::invalid_token ||
         error.code == Errc::cancelled || error.http_status == 401 || error.http_status == 403;
}

// An option of the source that is wrong stays wrong; but one that was right, say a file that is gone now, may
// come right again, and ends nobody's connection.
bool is_misuse(const Error& error) {
  return error.code == Errc::invalid_argument || error.code == Errc::invalid_config;
}

// The two clocks may differ: a token never lives longer from now than its issuer meant it to live in all. One
// that seems to be over may be good, and this clock ahead: the service, whose clock counts, tells them apart.
Duration remaining_life(const UnverifiedClaims& claims, WallTime wall_now) {
  const Duration whole = claims.expires_at - claims.issued_at;
  const Duration left = claims.expires_at - wall_now;
  return left > Duration::zero() ? std::min(whole, std::max(left, kShortestPlan)) : whole;
}

std::string no_answer(Duration limit) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(limit).count();
  return "the token source did not answer within " + std::to_string(seconds) + " s";
}

}  // namespace

Keeper::Keeper(KeeperSettings settings, Random& random)
    : settings_(settings),
      random_(random),
      backoff_({settings.first_retry, settings.max_retry, kMinBackoffShare, 1}) {}

void Keeper::start(TimePoint now) {
  if (state_ != KeeperState::idle && state_ != KeeperState::refused) return;
  stop();
  if (not_before_ <= now) return fetch(now);
  state_ = KeeperState::waiting;
  wake_ = not_before_;
}

void Keeper::stop() {
  state_ = KeeperState::idle;
  backoff_.reset();
  held_.reset();
  actions_.clear();
}

void Keeper::want(Wanted why, TimePoint now) {
  is_early_ = false;  // the same token again would not do
  if (state_ != KeeperState::holding) return;
  const bool fresh = now - held_->received < held_->settle;
  if (fresh && why == Wanted::about_to_expire) return;
  if (fresh)
    return fail({.code = Errc::token_expired,
                 .message = "the service calls a new token expired; compare the machines' clocks"},
                now);
  backoff_.reset();
  fetch(now);
  is_early_ = false;
}

void Keeper::refresh(TimePoint now) {
  if (state_ == KeeperState::waiting) return hurry(now);
  if (state_ != KeeperState::holding && state_ != KeeperState::refused) return;
  backoff_.reset();
  early_tries_ = 0;
  if (not_before_ <= now) return fetch(now);
  wake_ = not_before_;
  if (state_ == KeeperState::refused) state_ = KeeperState::waiting;
}

void Keeper::hurry(TimePoint now) {
  if (state_ != KeeperState::waiting) return;
  backoff_.reset();
  wake_ = std::min(wake_, std::max(now, not_before_));
  if (wake_ <= now) fetch(now);
}

void Keeper::on_slept(Duration time, TimePoint now) {
  if (state_ != KeeperState::holding) return;
  wake_ -= time;
  if (wake_ > now) return;
  backoff_.reset();
  early_tries_ = 0;
  fetch(now);
}

void Keeper::on_fetched(std::uint64_t fetch_id, Result<std::string> token, TimePoint now, WallTime wall_now) {
  if (state_ != KeeperState::fetching || fetch_id != last_fetch_id_) return;
  if (token) return accept(std::move(*token), now, wall_now);
  if (is_refusal(token.error()) || (!held_ && is_misuse(token.error())))
    return refuse(std::move(token.error()));
  fail(std::move(token.error()), now);
}

void Keeper::accept(std::string token, TimePoint now, WallTime wall_now) {
  auto claims = peek(token);
  if (!claims) return refuse(claims.error());
  if (held_ && (held_->identity != claims->identity || held_->service_sid != claims->service_sid))
    return refuse({.code = Errc::denied,
                   .message = "the token source gave a token for another identity or service than before"});
  if (held_ && held_->token == token) {
    Error same{.code = Errc::token_expired, .message = "the token source gave the same token again"};
    const bool may_wait = is_early_ && ++early_tries_ > kMaxEarlyTries;
    return may_wait ? keep(std::move(same), now) : fail(std::move(same), now);
  }
  if (held_ && claims->expires_at <= held_->issued_at + (now - held_->received))
    return fail({.code = Errc::token_expired, .message = "the token source gave a token that is over"}, now);
  const Duration remaining = remaining_life(*claims, wall_now);
  if (remaining <= Duration::zero())
    return fail({.code = Errc::token_expired, .message = "the token source gave a token without a life"},
                now);
  hold({.token = std::move(token),
        .identity = std::move(claims->identity),
        .service_sid = std::move(claims->service_sid),
        .received = now,
        .expires = now + remaining,
        .issued_at = claims->issued_at,
        .settle = std::min(settings_.settle, scaled(remaining, kSettleShare)),
        .refresh_at = now});
}

void Keeper::hold(Held held) {
  const Duration life = held.expires - held.received;
  const Duration lead = std::min(settings_.max_lead, scaled(life, settings_.lead_share));
  held.refresh_at = held.expires - scaled(lead, 1 - kLeadJitter * random_.uniform());
  wake_ = held.refresh_at;
  held_ = std::move(held);
  state_ = KeeperState::holding;
  actions_.push_back(Deliver{held_->token, life});
}

void Keeper::fetch(TimePoint now) {
  is_early_ = held_ && now < held_->refresh_at;
  state_ = KeeperState::fetching;
  wake_ = now + settings_.fetch_timeout;
  actions_.push_back(Fetch{++last_fetch_id_});
}

// A source that has no newer token yet is asked again when one is due.
void Keeper::keep(Error error, TimePoint now) {
  state_ = KeeperState::holding;
  wake_ = held_->refresh_at;
  not_before_ = now + kShortestGap;
  actions_.push_back(SourceFailed{std::move(error), wake_ - now});
}

void Keeper::fail(Error error, TimePoint now) {
  Duration wait = backoff_.after_failure(random_.uniform());
  const Duration asked =
      error.retry_after ? std::min<Duration>(*error.retry_after, kLongestRetryAfter) : kShortestGap;
  if (error.retry_after) wait = std::max(wait, asked);
  not_before_ = now + std::max(asked, kShortestGap);
  state_ = KeeperState::waiting;
  wake_ = now + wait;
  actions_.push_back(SourceFailed{std::move(error), wait});
}

void Keeper::refuse(Error error) {
  state_ = KeeperState::refused;
  actions_.push_back(Refused{std::move(error)});
}

void Keeper::on_time(TimePoint now) {
  if (state_ == KeeperState::idle || state_ == KeeperState::refused) return;
  if (held_ && !held_->over && now >= held_->expires) {
    held_->over = true;
    actions_.push_back(Expired{{.code = Errc::token_expired, .message = "the token's life is over"}});
  }
  if (now < wake_) return;
  if (state_ == KeeperState::fetching)
    return fail({.code = Errc::timed_out, .message = no_answer(settings_.fetch_timeout)}, now);
  if (state_ == KeeperState::holding) backoff_.reset();
  fetch(now);
}

std::optional<TimePoint> Keeper::next_deadline() const {
  if (state_ == KeeperState::idle || state_ == KeeperState::refused) return std::nullopt;
  return held_ && !held_->over ? std::min(wake_, held_->expires) : wake_;
}

std::optional<KeeperAction> Keeper::next() {
  if (actions_.empty()) return std::nullopt;
  auto action = std::move(actions_.front());
  actions_.pop_front();
  return action;
}

const std::string& Keeper::token() const {
  static const std::string none;
  return held_ && !held_->over ? held_->token : none;
}

}  // namespace parley::token
