#include "token_server/sessions/address_group.hpp"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <optional>

namespace parley::token_server {
namespace {

namespace ip = boost::asio::ip;

constexpr std::size_t kIpv4NetworkBytes = 3;  // /24
constexpr std::size_t kIpv6NetworkBytes = 7;  // /56
constexpr std::size_t kIpv6SubnetBytes = 8;   // /64

/// "192.0.2.0/24": the address with all but the first `kept` bytes zero.
template <class Address>
std::string prefix_of(const Address& address, std::size_t kept) {
  auto bytes = address.to_bytes();
  std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(kept), bytes.end(), std::uint8_t{0});
  return Address(bytes).to_string() + "/" + std::to_string(kept * 8);
}

/// Nothing if it is no address; an IPv4 address in IPv6 form becomes one.
std::optional<ip::address> parse(std::string_view text) {
  boost::system::error_code failed;
  const auto parsed = ip::make_address(std::string(text), failed);
  if (failed) return std::nullopt;
  if (parsed.is_v6() && parsed.to_v6().is_v4_mapped())
    return ip::make_address_v4(ip::v4_mapped, parsed.to_v6());
  return parsed;
}

}  // namespace

std::string address_group(std::string_view address) {
  const auto parsed = parse(address);
  if (!parsed) return std::string(address);
  return parsed->is_v4() ? parsed->to_string() : prefix_of(parsed->to_v6(), kIpv6SubnetBytes);
}

std::string address_network(std::string_view address) {
  const auto parsed = parse(address);
  if (!parsed) return std::string(address);
  return parsed->is_v4() ? prefix_of(parsed->to_v4(), kIpv4NetworkBytes)
                         : prefix_of(parsed->to_v6(), kIpv6NetworkBytes);
}

}  // namespace parley::token_server
