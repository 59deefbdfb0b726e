#include "chat_service/src/tenants.hpp"

#include <algorithm>

#include "common/protocol/token/claims.hpp"

namespace parley::chat_service {
namespace {

bool contains(const std::vector<std::string>& list, const std::string& text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

twilsock::Principal to_principal(token::Claims claims) {
  return {.identity = std::move(claims.identity),
          .account_sid = std::move(claims.account_sid),
          .service_sid = std::move(claims.service_sid),
          .role_sid = std::move(claims.role_sid),
          .expires_at = claims.expires_at};
}

}  // namespace

Tenants::Tenants(const std::vector<Tenant>& tenants, const std::string& public_url) {
  for (const Tenant& tenant : tenants) {
    rooms_.emplace(tenant.service_sid, Room{tenant, Links(public_url, tenant.service_sid)});
    for (const token::ApiKey* key : tenant.keys.all()) all_keys_.add(*key);
    all_algorithms_.insert(all_algorithms_.end(), tenant.algorithms.begin(), tenant.algorithms.end());
  }
  first_ = find(tenants.front().service_sid);
}

const Tenants::Room* Tenants::find(std::string_view service_sid) const {
  const auto found = rooms_.find(service_sid);
  return found == rooms_.end() ? nullptr : &found->second;
}

Result<twilsock::Principal> Tenants::authenticate(std::string_view token, WallTime now,
                                                  WallTime latest_now) const {
  const auto seen = token::peek(token);
  const Room* room = seen ? find(seen->service_sid) : nullptr;
  if (!room) return refusal(token, now, latest_now);
  const auto& [tenant, links] = *room;
  auto claims = token::verify(
      token, tenant.keys,
      {.service_sids = {tenant.service_sid}, .algorithms = tenant.algorithms, .latest_now = latest_now}, now);
  if (claims) return to_principal(std::move(*claims));
  if (claims.error().server_code == token::kInvalidIssuer) return refusal(token, now, latest_now);
  return claims.error();
}

// Nothing is served under this policy: at the latest the grant is wrong.
Error Tenants::refusal(std::string_view token, WallTime now, WallTime latest_now) const {
  const token::VerifyPolicy policy{
      .service_sids = {}, .algorithms = all_algorithms_, .latest_now = latest_now};
  return token::verify(token, all_keys_, policy, now).error();
}

Caller Tenants::caller(const twilsock::Principal& principal) const {
  Caller caller{.service_sid = principal.service_sid, .identity = principal.identity};
  const Room* room = find(principal.service_sid);
  caller.is_admin = room && (contains(room->tenant.admins, principal.identity) ||
                             contains(room->tenant.admin_role_sids, principal.role_sid));
  return caller;
}

}  // namespace parley::chat_service
