#pragma once
#include <boost/asio/ip/address.hpp>
#include <compare>
#include <cstdint>

namespace parley::net {

/// What counts as one peer: an IPv4 address (also where it is mapped into IPv6), or 64 bits of IPv6, because
/// whoever has one such address usually has them all.
struct PeerKey {
  bool is_v6 = false;
  std::uint64_t bits = 0;

  static PeerKey of(const boost::asio::ip::address& peer);
  auto operator<=>(const PeerKey&) const = default;
};

}  // namespace parley::net
