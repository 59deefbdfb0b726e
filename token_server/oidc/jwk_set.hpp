#pragma once
#include <cstddef>
#include <optional>
#include <parley/error.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "token_server/oidc/signature.hpp"

namespace parley::token_server {

/// The published keys of one issuer (RFC 7517 §5). A plain value; copies share the keys.
class JwkSet {
 public:
  /// A token is tried with no more keys than these.
  static constexpr std::size_t kMaxCandidates = 16;

  /// Keys that cannot verify RS256 or ES256 are left out: other types, curves and uses, too short ones,
  /// and such whose private half is there for all to read.
  ///
  /// Fails with Errc::protocol_error on text that is no set, and with Errc::limit_exceeded beyond
  /// limits::kJwksBytes and limits::kJwksKeys. The messages contain nothing of the text.
  static Result<JwkSet> parse(std::string_view text);

  /// The keys that may have signed a token, the likeliest first and kMaxCandidates at most: those of its
  /// `kid`, then those without one; every key of the algorithm if the token has no `kid`. Valid as long as
  /// the set.
  std::vector<const PublicKey*> candidates(const std::optional<std::string>& kid,
                                           SignatureAlgorithm algorithm) const;
  /// True if a key of that `kid` is there, for whatever algorithm.
  bool has(std::string_view kid) const;
  bool empty() const { return entries_.empty(); }

  /// A line for each key that was left out: which it is, and why.
  const std::vector<std::string>& skipped() const { return skipped_; }

 private:
  struct Entry {
    std::string kid;  ///< empty if the key has none
    PublicKey key;
  };

  std::vector<Entry> entries_;
  std::vector<std::string> skipped_;
};

}  // namespace parley::token_server
