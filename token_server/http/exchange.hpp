#pragma once
#include <memory>
#include <string>

#include "common/base/http.hpp"
#include "common/net/http_server.hpp"
#include "token_server/http/request_log.hpp"
#include "token_server/http/routes.hpp"
#include "token_server/site.hpp"

namespace parley::token_server {

/// One request on its way to its answer.
struct Exchange {
  http::Request request;
  std::string address;  ///< the client's
  net::HttpReply reply;
  const Route* route = nullptr;
  /// The configuration as it was when the request came: a reload changes nothing for it. (Not the
  /// authenticator: the last owner of an exchange may be a thread of the sessions.)
  std::shared_ptr<const Site> held_site;
  TimePoint started{};
  RequestRecord record{};
  bool is_rate_limited = false;  ///< by its identity, on a thread of the sessions

  const Site& site() const { return *held_site; }
};

using ExchangePtr = std::shared_ptr<Exchange>;

}  // namespace parley::token_server
