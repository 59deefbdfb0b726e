#include "chat_sdk/src/model/cache.hpp"

#include <iterator>
#include <utility>

namespace parley::detail {
namespace {

constexpr BackoffSettings kRetryBackoff{std::chrono::seconds(1), std::chrono::seconds(60), 0.8, 1.2};

Error not_open() { return {.code = Errc::storage_error, .message = "the cache is not open"}; }

}  // namespace

Cache::Cache(Context& context, Timers& timers, CacheSettings settings, Restore restore)
    : context_(context),
      timers_(timers),
      settings_(std::move(settings)),
      restore_(std::move(restore)),
      backoff_(kRetryBackoff) {
  if (settings_.enabled && !settings_.identity.empty()) open(settings_.identity, [](Result<void>) {});
}

void Cache::open(const std::string& identity, Done<void> done) {
  if (!is_enabled()) return done({});
  if (!settings_.identity.empty() && settings_.identity != identity)
    return done(Error{.code = Errc::invalid_argument,
                      .message = "cache.identity: expected the identity of the access token"});
  if (state_ == State::idle || state_ == State::writing) return done({});
  settings_.identity = identity;
  opening_.push_back(std::move(done));
  if (state_ == State::opening) return;
  state_ = State::opening;
  open_wanted_ = true;
}

void Cache::on_opened(Result<CacheContents> contents) {
  if (closed_) return;
  const auto opening = std::exchange(opening_, {});
  state_ = contents ? State::idle : State::closed;
  if (contents) {
    trouble_.reset();
    log_opened(*contents);
    if (contents->damage) context_.emit(CacheFailed{*contents->damage});
    restore_(std::move(*contents));
  } else {
    fail(contents.error());
    fail_reads(contents.error());
    const Batch refused = std::exchange(waiting_, {});
    for (const auto& done : refused.waiters)
      if (done) done(contents.error());
  }
  for (const auto& done : opening) contents ? done({}) : done(contents.error());
}

void Cache::log_opened(const CacheContents& contents) const {
  context_.tell(LogLevel::debug, "cache", [&](LogLine& line) {
    line.add("state", contents.damage ? "rebuilt" : "opened").add("channels", contents.channels.size());
    line.add("outgoing", contents.outgoing.size());
  });
}

// What is lost are histories: what is asked of them is asked of the service instead.
void Cache::on_verified(const Result<void>& outcome) {
  if (!closed_ && !outcome) context_.emit(CacheFailed{outcome.error()});
}

void Cache::write(CacheChange change, Done<void> done) {
  if (!is_enabled() || closed_) return done ? done({}) : void();
  if (state_ == State::closed && trouble_) return done ? done(*trouble_) : void();
  if (done) rests_ = false;
  waiting_.add(std::move(change), std::move(done));
}

void Cache::read(HistoryQuery query, Done<CachedMessages> done) {
  const bool is_possible = is_enabled() && !closed_ && state_ != State::closed;
  if (!is_possible) return done(trouble_.value_or(not_open()));
  reads_.push_back({++last_read_, std::move(query)});
  readers_.emplace(last_read_, std::move(done));
}

void Cache::on_read(std::uint64_t read, Result<CachedMessages> found) {
  const auto reader = readers_.extract(read);
  if (!reader.empty()) reader.mapped()(std::move(found));
}

void Cache::fail_reads(const Error& error) {
  reads_.clear();
  for (const auto& [read, done] : std::exchange(readers_, {})) done(error);
}

void Cache::Batch::add(CacheChange change, Done<void> waiter) {
  changes.push_back(std::move(change));
  waiters.push_back(std::move(waiter));
}

void Cache::on_written(const Result<void>& outcome) {
  if (closed_) return;
  state_ = State::idle;
  const auto batch = std::exchange(batch_, nullptr);
  if (outcome) {
    trouble_.reset();
    backoff_.reset();
  } else {
    keep_for_next_try(*batch);
    fail(outcome.error());
  }
  for (const auto& done : batch->waiters)
    if (done) done(outcome);
}

// What nobody waits for stays, before what has come meanwhile.
void Cache::keep_for_next_try(const Batch& batch) {
  Batch kept;
  for (std::size_t i = 0; i < batch.changes.size(); ++i)
    if (!batch.waiters[i]) kept.add(batch.changes[i], {});
  for (std::size_t i = 0; i < waiting_.changes.size(); ++i)
    kept.add(std::move(waiting_.changes[i]), std::move(waiting_.waiters[i]));
  waiting_ = std::move(kept);
  rests_ = true;
  timers_.after(backoff_.after_failure(context_.random.uniform()),
                [this](const Result<void>&) { rests_ = false; });
}

void Cache::fail(const Error& error) {
  const bool is_news = !trouble_;
  trouble_ = error;
  if (is_news) context_.emit(CacheFailed{error});
}

// What was given before the end is written, though nobody hears of it any more.
void Cache::close() {
  closed_ = true;
  opening_.clear();
  fail_reads(client_closed());
  waiting_.waiters.clear();
}

// What is on its way to the disk is there before what is asked of it behind that.
std::optional<CacheAction> Cache::next_read() {
  const bool is_open = state_ == State::idle || state_ == State::writing;
  const bool in_order = waiting_.changes.empty() || state_ == State::idle;
  if (reads_.empty() || !is_open || !in_order) return std::nullopt;
  ReadCache read = std::move(reads_.front());
  reads_.pop_front();
  return read;
}

std::optional<CacheAction> Cache::next() {
  if (std::exchange(open_wanted_, false)) return OpenCache{settings_.identity};
  const bool may_write = state_ == State::idle && !rests_;
  if (waiting_.changes.empty() || !(may_write || (closed_ && state_ != State::closed))) return next_read();
  state_ = State::writing;
  batch_ = std::make_shared<const Batch>(std::exchange(waiting_, {}));
  return WriteCache{{batch_, &batch_->changes}};
}

}  // namespace parley::detail
