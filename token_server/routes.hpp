#pragma once
#include <chrono>
#include <parley/seams.hpp>
#include <string>

#include "common/base/http.hpp"
#include "common/protocol/token/access_token.hpp"
#include "token_server/request_log.hpp"

namespace parley::token_server {

/// What every token of a server has in common.
struct MintPolicy {
  token::ApiKey key;
  std::string chat_service_sid;
  std::chrono::seconds ttl = token::kDefaultLife;
};

struct Answer {
  http::Response response;
  RequestRecord record;
};

/// The whole server but its sockets:
///   POST /v1/token           who -> 200 {"token","identity","expires_at"}
///   POST /auth and /auth/    the same; nobody named -> 403 with the text "Forbidden"
///   GET  /healthz            200 {"status":"ok"}
/// Everything else, and every failure, is answered with a JSON body {"status","code","message"}. Nothing may
/// be cached. While callers are not authenticated, requests that came through a proxy, for another host
/// name or from a foreign page are refused with 403: they may come from another machine, or from a web page.
Answer answer(const http::Request& request, const MintPolicy& policy, WallTime now);

}  // namespace parley::token_server
