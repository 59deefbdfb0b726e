#include "chat_service/src/authenticate.hpp"

namespace parley::chat_service {

twilsock::Authenticate make_authenticate(const CoreOptions& options) {
  return [&options, policy = token::VerifyPolicy{.service_sids = {options.service_sid}}](
             std::string_view text, WallTime now) -> Result<twilsock::Principal> {
    auto claims = token::verify(text, options.keys, policy, now);
    if (!claims) return claims.error();
    return twilsock::Principal{.identity = std::move(claims->identity),
                               .account_sid = std::move(claims->account_sid),
                               .service_sid = std::move(claims->service_sid),
                               .role_sid = std::move(claims->role_sid),
                               .expires_at = claims->expires_at};
  };
}

}  // namespace parley::chat_service
