#pragma once
#include "common/net/src/proxy_handshake.hpp"

namespace parley::net {

/// SOCKS 5 (RFC 1928) with or without name and password (RFC 1929). Names are sent as they are: the proxy
/// resolves them. Errors carry the reply code as server_code.
///
///   state            event                              next
///   idle             begin()                            greeting
///   greeting         method 0 (no authentication)       requesting
///                    method 2 (name and password)       authenticating; failed if it was not offered
///                    any other, or not version 5        failed
///   authenticating   status 0                           requesting
///                    any other                          failed
///   requesting       reply 0 and the address bound      open
///                    any other                          failed
class Socks5 final : public ProxyHandshake {
 public:
  Socks5(const Proxy& proxy, const std::string& host, std::uint16_t port);

  Result<Step> begin() override;
  Result<Step> take(std::string_view bytes) override;

 private:
  enum class State {
    idle,            ///< nothing was sent
    greeting,        ///< the methods were offered, the choice is to come
    authenticating,  ///< name and password were sent
    requesting,      ///< the server was named, the reply is to come
  };

  Result<Step> on_method();
  Result<Step> on_authenticated();
  Result<Step> on_reply();
  Step request();

  std::string host_;
  std::uint16_t port_;
  std::string user_;
  std::string password_;
  State state_ = State::idle;
  std::string in_;
};

}  // namespace parley::net
