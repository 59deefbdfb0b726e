#pragma once
#include <array>
#include <functional>
#include <memory>
#include <string>

#include "common/net/src/byte_stream.hpp"
#include "common/net/src/proxy_handshake.hpp"

namespace parley::net {

/// The socket of a ProxyHandshake.
///
/// `done` runs once, never inside a call, and not after cancel(). The owner watches the deadline.
class ProxyTunnel : public std::enable_shared_from_this<ProxyTunnel> {
 public:
  struct Open {
    tcp::socket socket;
    std::string early;  ///< what the server has said already
  };
  using Done = std::function<void(Result<Open>)>;

  ProxyTunnel(tcp::socket socket, std::unique_ptr<ProxyHandshake> handshake);

  void start(Done done);
  void cancel();

 private:
  void proceed(Result<ProxyHandshake::Step> step);
  void read();
  void on_ended(ErrorCode error);
  void finish(Result<Open> result);

  tcp::socket socket_;
  std::unique_ptr<ProxyHandshake> handshake_;
  Done done_;
  std::string out_;
  std::array<char, 1024> in_;
};

}  // namespace parley::net
