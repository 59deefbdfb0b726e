#include "chat_sdk/src/io/cache_thread.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <mutex>
#include <optional>
#include <utility>

namespace parley::detail {
namespace {

Error no_component() {
  return {
      .code = Errc::invalid_argument,
      .message =
          "cache: this program has no parley::cache_sqlite; link it and include <parley/cache_sqlite.hpp>"};
}

Error no_identity() {
  return {.code = Errc::invalid_argument, .message = "cache.identity: expected the identity to be forgotten"};
}

Error not_open() { return {.code = Errc::storage_error, .message = "the cache is not open"}; }

}  // namespace

struct CacheThread::Way {
  std::mutex mutex;
  std::optional<boost::asio::any_io_executor> executor;  ///< nothing: it may be gone
  int under_way = 0;
  /// While something is, the executor has work to wait for.
  std::optional<boost::asio::any_io_executor> work;
};

CacheThread::CacheThread(CachePlace place, CacheComponent component, boost::asio::any_io_executor executor)
    : place_(std::move(place)), component_(component), way_(std::make_shared<Way>()) {
  way_->executor = std::move(executor);
}

void CacheThread::let_go() {
  const std::lock_guard lock(way_->mutex);
  way_->executor.reset();
  way_->work.reset();
}

void CacheThread::begin() {
  const std::lock_guard lock(way_->mutex);
  ++way_->under_way;
  if (way_->executor)
    way_->work = boost::asio::prefer(*way_->executor, boost::asio::execution::outstanding_work.tracked);
}

template <class T>
void CacheThread::finish(Way& way, Done<T> done, Result<T> outcome) {
  const std::lock_guard lock(way.mutex);
  --way.under_way;
  if (!way.executor) return;
  boost::asio::post(*way.executor, [outcome = std::move(outcome), done = std::move(done)]() mutable {
    done(std::move(outcome));
  });
  if (way.under_way == 0) way.work.reset();
}

template <class T>
void CacheThread::run(std::function<Result<T>()> work, Done<T> done) {
  begin();
  boost::asio::post(pool_, [way = way_, work = std::move(work), done = std::move(done)]() mutable {
    finish<T>(*way, std::move(done), work());
  });
}

// The store is verified before anybody uses it: behind nothing in the queue of the thread that opens it.
void CacheThread::open(const std::string& identity, Done<CacheContents> done, Done<void> verified) {
  const auto work = [this, identity, verified = std::move(verified)]() -> Result<CacheContents> {
    if (!component_.open) return no_component();
    place_.identity = identity;
    auto opened = component_.open(place_);
    if (!opened) return opened.error();
    store_ = std::move(opened->store);
    run<void>([this] { return store_ ? store_->verify() : Result<void>(); }, verified);
    return std::move(opened->contents);
  };
  run<CacheContents>(work, std::move(done));
}

void CacheThread::write(std::shared_ptr<const std::vector<CacheChange>> changes, Done<void> done) {
  const auto work = [this, changes = std::move(changes)]() -> Result<void> {
    return store_ ? store_->write(*changes) : not_open();
  };
  run<void>(work, std::move(done));
}

void CacheThread::read(HistoryQuery query, Done<CachedMessages> done) {
  const auto work = [this, query = std::move(query)]() -> Result<CachedMessages> {
    if (!store_) return not_open();
    return store_->read(query);
  };
  run<CachedMessages>(work, std::move(done));
}

void CacheThread::close(Done<void> done) {
  const auto work = [this]() -> Result<void> { return store_.reset(), Result<void>(); };
  run<void>(work, std::move(done));
}

void CacheThread::remove(Done<void> done) {
  const auto work = [this]() -> Result<void> {
    store_.reset();
    if (place_.identity.empty()) return no_identity();
    return component_.remove ? component_.remove(place_) : no_component();
  };
  run<void>(work, std::move(done));
}

}  // namespace parley::detail
