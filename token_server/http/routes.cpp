#include "token_server/http/routes.hpp"

namespace parley::token_server {
namespace {

constexpr Route kRoutes[] = {
    {"/v1/token", "POST", Action::mint},          {"/v1/token", "GET", Action::mint_by_query},
    {"/v1/login", "POST", Action::log_in},        {"/v1/token/refresh", "POST", Action::renew},
    {"/v1/token/revoke", "POST", Action::revoke}, {"/auth", "POST", Action::mint, true},
    {"/auth/", "POST", Action::mint, true},       {"/healthz", "GET", Action::tell_health},
    {"/readyz", "GET", Action::tell_readiness},   {"/openapi.json", "GET", Action::describe},
};

}  // namespace

std::span<const Route> all_routes() { return kRoutes; }

bool is_offered(const Route& route, const Offer& offer) {
  switch (route.action) {
    case Action::log_in:
      return offer.users;
    case Action::renew:
    case Action::revoke:
      return offer.sessions;
    case Action::mint_by_query:
      return offer.users && offer.query_credentials;
    default:
      return true;
  }
}

const Route* find_route(std::string_view path, std::string_view method, const Offer& offer) {
  if (method == "HEAD") method = "GET";
  for (const auto& route : kRoutes)
    if (route.path == path && route.method == method && is_offered(route, offer)) return &route;
  return nullptr;
}

std::string methods_of(std::string_view path, const Offer& offer) {
  std::string methods;
  for (const auto& route : kRoutes)
    if (route.path == path && is_offered(route, offer)) methods.append(route.method).append(", ");
  return methods.empty() ? methods : methods + "OPTIONS";
}

}  // namespace parley::token_server
