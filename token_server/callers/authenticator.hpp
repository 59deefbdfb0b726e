#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <memory>
#include <parley/error.hpp>
#include <parley/seams.hpp>
#include <vector>

#include "common/base/http.hpp"
#include "token_server/oidc/oidc_verifier.hpp"
#include "token_server/site.hpp"

namespace parley::token_server {

/// Who sent a request? The one place that decides it for requests with an Authorization header, or none.
///
/// Belongs to one worker: all calls on its executor, but for the constructor and start(). One that did not
/// begin() may be destroyed anywhere. `clock` must outlive it.
class Authenticator {
 public:
  using CallerPtr = std::shared_ptr<const Caller>;
  using Done = std::function<void(Result<CallerPtr>)>;

  /// `warn`: of issuers whose keys cannot be fetched.
  Authenticator(boost::asio::any_io_executor executor, std::shared_ptr<const Site> site, const Clock& clock,
                const OidcVerifier::Warn& warn = {});

  /// Reads the issuers' key files. Comes first, on any thread. Fails with Errc::invalid_config.
  Result<void> start();
  /// From now on it is asked. All issuers are asked for their keys at once; those that `before` (may be null)
  /// knows in the same way go on with the keys that were fetched for them until new ones come.
  void begin(const Authenticator* before);

  /// The back end whose key a request shows, or null. Costs one SHA-256 and never a signature.
  CallerPtr find_backend(const http::Request& request) const;
  /// `done` runs once, inside this call unless an issuer's keys have to be fetched first; the authenticator
  /// must live until then. Errc::denied (401): nobody we know; Errc::forbidden (403): a development caller
  /// that may come from elsewhere; Errc::unreachable (503): an issuer's keys cannot be had.
  void authenticate(const http::Request& request, Done done);

  const std::shared_ptr<const Site>& site() const { return site_; }

 private:
  struct Issuer {
    CallerPolicy policy;
    std::shared_ptr<OidcVerifier> verifier;
  };

  std::shared_ptr<OidcVerifier> verifier_of(const OidcSettings& settings) const;
  Result<CallerPtr> development_caller(const http::Request& request) const;
  void check_bearer(std::string_view credential, Done done);

  std::shared_ptr<const Site> site_;
  std::vector<Issuer> issuers_;
};

}  // namespace parley::token_server
