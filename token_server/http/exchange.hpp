#pragma once
#include <memory>
#include <string>

#include "common/base/http.hpp"
#include "common/net/http_server.hpp"
#include "token_server/callers/authenticator.hpp"
#include "token_server/http/request_log.hpp"
#include "token_server/http/routes.hpp"

namespace parley::token_server {

/// One request on its way to its answer.
struct Exchange {
  http::Request request;
  std::string address;  ///< the client's
  net::HttpReply reply;
  const Route* route = nullptr;
  /// The configuration as it was when the request came: a reload changes nothing for it.
  std::shared_ptr<Authenticator> desk;
  TimePoint started{};
  RequestRecord record{};

  const Site& site() const { return desk->site(); }
};

using ExchangePtr = std::shared_ptr<Exchange>;

}  // namespace parley::token_server
