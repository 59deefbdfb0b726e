#pragma once
#include <parley/error.hpp>
#include <parley/seams.hpp>

#include "common/protocol/token/minter.hpp"
#include "token_server/options.hpp"

namespace parley::token_server {

/// An account ready to mint. Immutable; any thread.
struct Account {
  AccountOptions options;
  token::Minter minter;
};

/// Fails with Errc::invalid_config if the key, a SID or the life cannot make a token that works: one is
/// minted and verified on trial, so that a mistake is found before the first user finds it.
Result<Account> make_account(AccountOptions options, std::chrono::seconds ttl, WallTime now);

}  // namespace parley::token_server
