#pragma once
#include "common/net/src/proxy_handshake.hpp"

namespace parley::net {

/// HTTP CONNECT (RFC 9110, 9.3.6) with Basic authentication.
///
///   state     begin()    take(): head not whole   whole head of 1xx   of 2xx   of another status, no HTTP
///   idle      asking     -                        -                   -        -
///   asking    -          asking [1]               asking              open     failed
///
/// [1] failed when the heads together exceed kMaxHeadBytes.
class HttpConnect final : public ProxyHandshake {
 public:
  static constexpr std::size_t kMaxHeadBytes = 16 * 1024;

  HttpConnect(const Proxy& proxy, const std::string& host, std::uint16_t port);

  Result<Step> begin() override;
  Result<Step> take(std::string_view bytes) override;

 private:
  Error refusal(int status, std::string_view head) const;

  std::string authority_;
  std::string credentials_;  ///< as the header carries them; "" without
  std::string in_;           ///< heads, the last one not whole
  std::size_t searched_ = 0;
  std::size_t heads_bytes_ = 0;  ///< of interim answers
};

}  // namespace parley::net
