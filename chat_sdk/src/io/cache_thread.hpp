#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/thread_pool.hpp>
#include <functional>
#include <memory>
#include <vector>

#include <parley/detail/cache_store.hpp>
#include <parley/detail/done.hpp>

namespace parley::detail {

/// The cache on a thread of its own, so that nobody waits for the disk: one thing after the other, in the
/// order of the calls. Outcomes come on the executor. One thread at a time may call it, any one let_go().
///
/// The destructor waits until everything that was asked for is done.
class CacheThread {
 public:
  CacheThread(CachePlace place, CacheComponent component, boost::asio::any_io_executor executor);
  ~CacheThread() { pool_.join(); }

  /// `identity` replaces that of the place.
  /// `verified` is told later what CacheStore::verify() found; nothing if it is not open.
  void open(const std::string& identity, Done<CacheContents> done, Done<void> verified);
  void write(std::shared_ptr<const std::vector<CacheChange>> changes, Done<void> done);
  void read(HistoryQuery query, Done<CachedMessages> done);
  /// Others may open it from now on.
  void close(Done<void> done);
  /// The same, and nothing is left of it.
  void remove(Done<void> done);
  /// No outcome comes from now on, and the executor may be gone.
  void let_go();

 private:
  struct Way;
  void begin();
  template <class T>
  static void finish(Way& way, Done<T> done, Result<T> outcome);
  /// `work` is run on the thread, `done` gets what it returns.
  template <class T>
  void run(std::function<Result<T>()> work, Done<T> done);

  CachePlace place_;  // of the thread, as is the store
  const CacheComponent component_;
  std::unique_ptr<CacheStore> store_;
  std::shared_ptr<Way> way_;  ///< back to the executor
  boost::asio::thread_pool pool_{1};
};

}  // namespace parley::detail
