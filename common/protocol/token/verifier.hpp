#pragma once
#include <chrono>
#include <map>
#include <optional>
#include <parley/error.hpp>
#include <parley/seams.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "common/protocol/token/access_token.hpp"

namespace parley::token {

/// The API keys a service accepts, found by a token's issuer. A key that is removed is revoked.
/// Not thread-safe: one owner.
class KeyRing {
 public:
  KeyRing() = default;
  explicit KeyRing(ApiKey key) { add(std::move(key)); }

  /// Replaces a key with the same SID.
  void add(ApiKey key);
  void remove(std::string_view key_sid);
  /// Null if unknown. Valid until the ring changes.
  const ApiKey* find(std::string_view key_sid) const;
  bool empty() const { return keys_.empty(); }
  /// Each key, by SID. Valid until the ring changes.
  std::vector<const ApiKey*> all() const;

 private:
  std::map<std::string, ApiKey, std::less<>> keys_;
};

/// What a verifier insists on. The defaults refuse every service: name yours.
struct VerifyPolicy {
  std::vector<std::string> service_sids{};  ///< chat services that are served here
  std::vector<Algorithm> algorithms{Algorithm::hs256};
  std::chrono::seconds leeway{10};  ///< by how much the minting machine's clock may be ahead of ours
  std::chrono::seconds max_life = kMaxLife;
  bool check_identity = true;  ///< also apply the rules of check_identity()
  /// The latest that our clock would show if nobody had set it back (see SteadyWall): a token that was good
  /// before it was set back is not from the future. Earlier than now: as now.
  WallTime latest_now{};
};

/// What a verified token says.
struct Claims {
  std::string identity;
  std::string account_sid;
  std::string key_sid;
  std::string token_id;  ///< `jti`; may be empty, may repeat
  std::string service_sid;
  std::string role_sid;             ///< empty if absent
  std::string endpoint_id;          ///< empty if absent
  std::string push_credential_sid;  ///< empty if absent
  WallTime issued_at{};             ///< the epoch if the token does not say
  WallTime expires_at{};
  std::optional<WallTime> not_before{};
};

/// Decides whether a token lets its bearer into the chat service.
///
/// Checks in this order: structure (20101), header (20102), issuer and subject (20103), signature (20107),
/// not-before (20105), expiry (20104, 20157), grants (20106). The number is in Error::server_code; the code
/// is Errc::token_expired for a life that is over, else Errc::invalid_token. Nothing of the token is in the
/// message. Expiry is exact; the leeway is for clocks that are ahead (`nbf`, `iat`).
Result<Claims> verify(std::string_view token, const KeyRing& keys, const VerifyPolicy& policy, WallTime now);

/// What a token claims about itself, for a client that holds it and cannot verify it.
struct UnverifiedClaims {
  std::string identity;
  std::string service_sid;  ///< empty without a chat grant
  WallTime issued_at{};     ///< the epoch if the token does not say
  WallTime expires_at{};
};

/// Reads a token without verifying it, to plan its refresh and to tell a bad one before any connection.
/// Fails as verify() does where structure, header, `exp` or the identity are not those of an access token;
/// an expired token is read all the same.
Result<UnverifiedClaims> peek(std::string_view token);

}  // namespace parley::token
