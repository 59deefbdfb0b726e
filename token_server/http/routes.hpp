#pragma once
#include <span>
#include <string>
#include <string_view>

#include "token_server/site.hpp"

namespace parley::token_server {

enum class Action { mint, mint_by_query, log_in, renew, revoke, tell_health, tell_readiness, describe };

/// One thing that can be asked of the server. openapi.json describes the same list; a test compares them.
struct Route {
  std::string_view path;
  std::string_view method;
  Action action;
  bool is_seed = false;  ///< "/auth": a missing user is 403 "Forbidden", as old clients of that route expect
};

std::span<const Route> all_routes();

bool is_offered(const Route& route, const Offer& offer);
/// Null if there is none; HEAD finds GET.
const Route* find_route(std::string_view path, std::string_view method, const Offer& offer);
/// "GET, POST, OPTIONS": the methods of a path; empty if nothing is there.
std::string methods_of(std::string_view path, const Offer& offer);

}  // namespace parley::token_server
