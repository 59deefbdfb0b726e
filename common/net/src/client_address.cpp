#include "common/net/client_address.hpp"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <optional>
#include <string_view>

#include "common/base/trim.hpp"

namespace parley::net {
namespace {

namespace ip = boost::asio::ip;

// Some proxies write "192.0.2.1:4711" or "[2001:db8::1]:4711".
std::string_view without_port(std::string_view text) {
  if (text.starts_with('[')) return text.substr(1, text.find(']') - 1);
  return std::count(text.begin(), text.end(), ':') == 1 ? text.substr(0, text.find(':')) : text;
}

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

/// One spelling for each address; nothing for what is none.
std::optional<std::string> normal(std::string_view text) {
  const auto address = parse(without_port(trim_blanks(text)));
  if (!address) return std::nullopt;
  return address->to_string();
}

// Several headers of the name are one list.
std::string forwarded_for(const http::Request& request) {
  std::string list;
  for (const auto& [name, value] : request.headers)
    if (http::equal_ignoring_case(name, "X-Forwarded-For")) list += (list.empty() ? "" : ",") + value;
  return list;
}

}  // namespace

std::string client_address(const http::Request& request, const std::string& peer,
                           const std::vector<std::string>& trusted_proxies) {
  if (trusted_proxies.empty()) return peer;
  const auto list = forwarded_for(request);
  std::string address = normal(peer).value_or(peer);
  for (std::string_view rest = list; !rest.empty() && is_trusted_proxy(address, trusted_proxies);) {
    const auto comma = rest.rfind(',');
    auto hop = normal(comma == rest.npos ? rest : rest.substr(comma + 1));
    if (!hop) break;
    address = std::move(*hop);
    rest = comma == rest.npos ? std::string_view() : rest.substr(0, comma);
  }
  return address;
}

bool is_trusted_proxy(const std::string& peer, const std::vector<std::string>& trusted_proxies) {
  if (trusted_proxies.empty()) return false;
  const auto address = normal(peer);
  return address && std::any_of(trusted_proxies.begin(), trusted_proxies.end(),
                                [&](const auto& proxy) { return normal(proxy) == address; });
}

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

bool is_loopback(std::string_view address) {
  const auto parsed = parse(address);
  return parsed && parsed->is_loopback();
}

}  // namespace parley::net
