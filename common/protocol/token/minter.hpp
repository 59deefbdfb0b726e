#pragma once
#include <chrono>
#include <parley/error.hpp>
#include <parley/seams.hpp>
#include <span>
#include <string>
#include <string_view>

#include "common/base/crypto.hpp"
#include "common/protocol/token/access_token.hpp"
#include "common/protocol/token/payload.hpp"

namespace parley::token {

/// Mints many tokens that differ in identity, moment and life only: all else is prepared once. What it gives
/// is byte for byte what token::mint() gives.
///
/// Any thread may mint, several at once; nothing changes after make(). Owns all it needs; copies are cheap
/// enough to replace a minter whose key was changed.
class Minter {
 public:
  /// `spec` without its identity and ttl, which are given to each token. Fails as token::mint() does for a
  /// bad key, region or grant.
  static Result<Minter> make(const ApiKey& key, const TokenSpec& spec);

  /// `ttl`: 1 s to kMaxLife. `now` becomes `iat`, in whole seconds. `endpoint_id`: goes into the chat grant
  /// in place of the spec's; empty: the spec's; ignored without a chat grant. Fails with
  /// Errc::invalid_argument naming the field, as token::mint() does.
  Result<std::string> mint(std::string_view identity, std::chrono::seconds ttl, WallTime now,
                           std::string_view endpoint_id = {}) const;

 private:
  struct Piece;

  Minter(const ApiKey& key, const TokenSpec& spec, std::string_view header, GrantPieces grants);
  std::string assemble(std::span<const Piece> payload) const;

  HmacKey key_;
  std::string header_;  ///< encoded, with the dot behind it
  std::string open_;    ///< the payload up to the moment in `jti`
  GrantPieces grants_;
  std::string before_iat_;  ///< from the end of the grants
  std::string close_;       ///< what follows `exp`
};

}  // namespace parley::token
