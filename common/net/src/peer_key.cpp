#include "common/net/src/peer_key.hpp"

namespace parley::net {

namespace ip = boost::asio::ip;

PeerKey PeerKey::of(const ip::address& peer) {
  if (peer.is_v4()) return {false, peer.to_v4().to_uint()};
  const auto v6 = peer.to_v6();
  if (v6.is_v4_mapped()) return {false, ip::make_address_v4(ip::v4_mapped, v6).to_uint()};
  const auto bytes = v6.to_bytes();
  std::uint64_t network = 0;
  for (std::size_t i = 0; i < 8; ++i) network = network << 8 | bytes[i];
  return {true, network};
}

}  // namespace parley::net
