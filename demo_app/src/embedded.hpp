#pragma once
#include <chrono>
#include <memory>
#include <string>

#include <parley/error.hpp>
#include <parley/runtime.hpp>

#include "common/protocol/token/access_token.hpp"

namespace parley {
class Service;
}
namespace parley::token_server {
class TokenServer;
}

namespace parley::demo {

/// A token server of our own on a loopback port, run on the runtime's thread.
class LocalTokenServer {
 public:
  static Result<std::unique_ptr<LocalTokenServer>> start(Runtime& runtime, const token::ApiKey& key,
                                                         const std::string& service_sid,
                                                         std::chrono::seconds token_ttl);
  ~LocalTokenServer();

  const std::string& url() const { return url_; }

 private:
  explicit LocalTokenServer(Runtime& runtime);

  Runtime& runtime_;
  std::unique_ptr<token_server::TokenServer> server_;
  std::string url_;
};

/// Everything a chat needs inside this process: a service in memory and a token server, with an account made
/// up for the occasion. No network, no files.
class Embedded {
 public:
  static Result<std::unique_ptr<Embedded>> start(Runtime& runtime);
  ~Embedded();

  std::string chat_url() const;
  const std::string& token_url() const { return tokens_->url(); }
  const token::ApiKey& key() const { return key_; }
  const std::string& service_sid() const { return service_sid_; }

 private:
  Embedded();

  token::ApiKey key_;
  std::string service_sid_;
  std::unique_ptr<Service> service_;
  std::unique_ptr<LocalTokenServer> tokens_;
};

}  // namespace parley::demo
