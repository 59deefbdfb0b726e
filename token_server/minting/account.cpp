#include "token_server/minting/account.hpp"

#include "common/base/sid.hpp"
#include "common/protocol/token/verifier.hpp"

namespace parley::token_server {
namespace {

Error bad_config(const AccountOptions& options, const std::string& what) {
  return {.code = Errc::invalid_config, .message = "account \"" + options.name + "\": " + what};
}

std::vector<token::Grant> grants_of(const AccountOptions& options) {
  std::vector<token::Grant> grants{token::ChatGrant{.service_sid = options.chat_service_sid,
                                                    .deployment_role_sid = options.deployment_role_sid,
                                                    .push_credential_sid = options.push_credential_sid}};
  grants.insert(grants.end(), options.other_grants.begin(), options.other_grants.end());
  return grants;
}

Result<void> try_minting(const Account& account, std::chrono::seconds ttl, WallTime now) {
  const auto& options = account.options;
  const auto token = account.minter.mint("trial", ttl, now);
  if (!token) return bad_config(options, token.error().message);
  const auto claims =
      token::verify(*token, token::KeyRing(options.key),
                    {.service_sids = {options.chat_service_sid}, .algorithms = {options.algorithm}}, now);
  if (!claims) return bad_config(options, "a token made on trial was refused: " + claims.error().message);
  return {};
}

}  // namespace

Result<Account> make_account(AccountOptions options, std::chrono::seconds ttl, WallTime now) {
  if (!is_sid(options.chat_service_sid, "IS"))
    return bad_config(options, "chat_service_sid: expected \"IS\" and 32 lower-case hex digits");
  auto minter = token::Minter::make(options.key, {.identity = {},
                                                  .region = options.region,
                                                  .algorithm = options.algorithm,
                                                  .grants = grants_of(options)});
  if (!minter) return bad_config(options, minter.error().message);
  Account account{std::move(options), std::move(*minter)};
  if (auto tried = try_minting(account, ttl, now); !tried) return tried.error();
  return {boost::system::in_place_value, std::move(account)};
}

}  // namespace parley::token_server
