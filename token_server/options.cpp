#include "token_server/options.hpp"

namespace parley::token_server {

TokenServerOptions TokenServerOptions::development(net::ListenAddress listen, token::ApiKey key,
                                                   std::string chat_service_sid, std::chrono::seconds ttl) {
  return {.listen = std::move(listen),
          .policy = {.accounts = {{.key = std::move(key), .chat_service_sid = std::move(chat_service_sid)}},
                     .callers = {{.who = DevelopmentCallers{}}},
                     .ttl = ttl}};
}

}  // namespace parley::token_server
