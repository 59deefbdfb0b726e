#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <parley/error.hpp>
#include <parley/seams.hpp>
#include <string>
#include <vector>

#include "common/base/random.hpp"
#include "common/net/http_client.hpp"
#include "token_server/oidc/jwk_set.hpp"
#include "token_server/oidc/jwks_answer.hpp"
#include "token_server/oidc/key_schedule.hpp"
#include "token_server/oidc/oidc_verifier.hpp"

namespace parley::token_server {

/// Has the keys of one issuer: read once from a file, or fetched and kept fresh from a URL by KeySchedule.
/// One fetch at a time. A set without a key that can be used counts as a fetch that failed.
///
/// All calls on the executor. Nothing runs after its destruction. `settings` and `clock` must outlive it.
class KeySource {
 public:
  struct Listener {
    /// After each fetch, whether it brought keys or not; may destroy the source.
    std::function<void()> settled;
    /// OidcVerifier::Warn; may be empty.
    std::function<void(const std::string&)> warn;
  };

  /// The listener is called on the executor.
  KeySource(boost::asio::any_io_executor executor, const OidcSettings& settings, const Clock& clock,
            Listener listener);
  KeySource(const KeySource&) = delete;
  KeySource& operator=(const KeySource&) = delete;

  /// Reads the file and looks at the URL; the executor is not used, so any thread may call it. Fails with
  /// Errc::invalid_config: no or two sources, a file without a usable key, a URL that is neither https nor on
  /// loopback, a CA file that cannot be read.
  Result<void> start();
  /// Starts the first fetch, if the keys come from a URL.
  void begin();
  /// Fetches now, whatever the schedule says, if the keys come from a URL and no fetch is under way. The keys
  /// that are there stay in use meanwhile.
  void refresh();

  /// The keys that may be used now; null if there are none. Valid until the next fetch settles.
  const JwkSet* keys();
  /// True while a fetch runs, so that `settled` will come.
  bool fetching() const { return schedule_.fetching(); }
  /// True if the last fetch failed: what the keys do not know may still be good.
  bool failing() const { return schedule_.failing(); }
  /// A key is not in the set: true if a fetch is under way, or was started, that may bring it.
  bool search();
  /// Errc::unreachable with the last failure's words and `retry_after`.
  Error unavailable() const;

 private:
  Result<void> read_file();
  Result<void> read_url();
  void fetch_if_due();
  void fetch();
  void on_answer(Result<http::Response> response);
  void take(Result<FetchedKeys> fetched);
  void fail(const char* doing, std::string why);
  void warn_of_skipped(const JwkSet& keys);
  void warn(const std::string& what) const;
  void wait_for_next();

  boost::asio::any_io_executor executor_;
  const OidcSettings& settings_;
  const Clock& clock_;
  Listener listener_;
  net::Url url_{};  ///< without a host: the keys come from a file
  JwkSet keys_;
  std::vector<std::string> skipped_;  ///< what was told of the last set
  KeySchedule schedule_;
  std::string last_failure_;
  SecureRandom random_;
  boost::asio::steady_timer timer_;
  std::unique_ptr<net::PendingCall> pending_;
  std::shared_ptr<KeySource*> self_;  ///< the timer's handler may be on its way when this ends
};

}  // namespace parley::token_server
