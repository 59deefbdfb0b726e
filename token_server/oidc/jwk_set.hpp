#pragma once
#include <parley/error.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "token_server/oidc/signature.hpp"

namespace parley::token_server {

/// The published keys of one issuer (RFC 7517 §5). A plain value; copies share the keys.
class JwkSet {
 public:
  /// Keys that cannot verify RS256 or ES256 are left out: other types, curves and uses, too short ones,
  /// and such whose private half is there for all to read.
  ///
  /// Fails with Errc::protocol_error on text that is no set, and with Errc::limit_exceeded beyond
  /// limits::kJwksBytes and limits::kJwksKeys. The messages contain nothing of the text.
  static Result<JwkSet> parse(std::string_view text);

  /// Null if there is none; the first of several. Valid as long as the set.
  const PublicKey* find(std::string_view kid, SignatureAlgorithm algorithm) const;
  /// The one key for that algorithm; null if there are none or several.
  const PublicKey* only(SignatureAlgorithm algorithm) const;
  /// True if a key of that `kid` is there, for whatever algorithm.
  bool has(std::string_view kid) const;
  bool empty() const { return entries_.empty(); }

 private:
  struct Entry {
    std::string kid;  ///< empty if the key has none
    PublicKey key;
  };

  std::vector<Entry> entries_;
};

}  // namespace parley::token_server
