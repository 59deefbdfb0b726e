#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <parley/error.hpp>
#include <parley/seams.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace parley::token_server {

/// One trusted issuer. Everything is pinned: what a token says of itself decides nothing.
struct OidcSettings {
  std::string issuer;  ///< equals `iss`
  /// One of them must be in `aud`. With several in the `aud` of an ID token, `azp` (the client that asked for
  /// it), where it is present, must be one of them too.
  std::vector<std::string> audiences{};
  std::vector<std::string> algorithms{};  ///< of "RS256" and "ES256"
  std::string jwks_file{};                ///< read once; this or the next
  std::string jwks_url{};                 ///< https, or http on loopback
  std::string jwks_ca_file{};             ///< PEM; empty: the system's authorities
  /// Its text becomes the chat identity. "email" and "phone_number" count only with the issuer's word that
  /// they are verified (`email_verified`, `phone_number_verified`).
  std::string identity_claim = "sub";
  std::chrono::seconds clock_skew{30};  ///< 0 to 300; for `exp`, `nbf` and `iat`

  friend bool operator==(const OidcSettings&, const OidcSettings&) = default;
};

/// What a verified token says.
struct OidcSubject {
  std::string identity;  ///< passes check_identity()
  std::string subject;   ///< `sub`
};

/// Verifies the ID and access tokens of one issuer with its published keys. Keys of a URL are fetched at the
/// start, kept fresh for what Cache-Control says (5 minutes to 24 hours, else one hour) and used for up to
/// 24 hours more while the issuer is down or publishes none. A key that a fetch of others does not bring any
/// more is not accepted any more. A `kid` that is not known makes one fetch, at most one in a minute.
///
/// All calls on the executor (a strand or single-threaded). Destroying it cancels a fetch; completions then
/// never run. `clock` must outlive it.
class OidcVerifier {
 public:
  using Done = std::function<void(Result<OidcSubject>)>;
  /// Told, in words without secrets, of each fetch that fails, of the first that works again, and of each
  /// published key that is not used.
  using Warn = std::function<void(const std::string&)>;

  OidcVerifier(boost::asio::any_io_executor executor, OidcSettings settings, const Clock& clock,
               Warn warn = {});
  ~OidcVerifier();
  OidcVerifier(const OidcVerifier&) = delete;
  OidcVerifier& operator=(const OidcVerifier&) = delete;

  /// Reads jwks_file, or looks at jwks_url. Comes first, once; any thread may call it, and until begin() any
  /// may destroy this. Fails with Errc::invalid_config: the file has no usable key, the URL is not as above,
  /// not just one of both is set.
  Result<void> start();
  /// Starts the first fetch, which otherwise the first token to verify would start and wait for.
  void begin();
  /// Fetches the keys of a URL now, also in the pause after a failure. Those that are there stay in use.
  void refresh();

  /// `done` runs exactly once, on the executor; at once, inside this call, if the key is known. Fails with
  /// Errc::denied (the reason in words, nothing of the token); Errc::unreachable with retry_after if the keys
  /// cannot be had now; Errc::too_many_requests if limits::kJwksWaiting tokens wait for a fetch already.
  void verify(std::string token, Done done);

  const OidcSettings& settings() const;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

/// `iss` of a token that nobody has verified, to choose the verifier; empty if there is none, or if the token
/// is longer than limits::kTokenBytes. Decides nothing else: anybody may have written it.
std::string unverified_issuer(std::string_view token);

}  // namespace parley::token_server
