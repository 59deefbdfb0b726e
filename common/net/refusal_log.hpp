#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <parley/seams.hpp>

namespace parley::net {

/// Brings lines about refusals to a log: a few of each kind and address one by one, the rest as a sum when a
/// minute is over (see RepeatedEvents), a line of its own:
///
///     {"time":"…","level":"warning","event":"refusals","what":"media 404","address":"192.0.2.1","count":731}
///
/// Without an address where they came from more addresses than are told apart.
///
/// Thread rule: any thread may add; `log` is called on the thread that adds and on the executor, and must
/// stand that. Lifetime: the destructor, which belongs to the executor, logs the sums so far; nothing is
/// logged after it.
class RefusalLog {
 public:
  using Log = std::function<void(std::string line)>;

  RefusalLog(boost::asio::any_io_executor executor, const Clock& clock, Log log);
  ~RefusalLog();
  RefusalLog(const RefusalLog&) = delete;
  RefusalLog& operator=(const RefusalLog&) = delete;

  /// `what` is one of few kinds, `line` what is logged of this one.
  void add(std::string_view what, std::string_view address, std::string line);

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace parley::net
