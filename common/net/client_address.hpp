#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "common/base/http.hpp"

/// Where a request comes from, also behind proxies, and what counts as one address for limits. Any thread.
namespace parley::net {

/// The address a request comes from: the peer's, or, if the peer is a trusted proxy, the last one in
/// X-Forwarded-For that is not. What an untrusted peer says of itself counts nothing.
std::string client_address(const http::Request& request, const std::string& peer,
                           const std::vector<std::string>& trusted_proxies);

/// True if `peer` is one of these addresses, however either is spelled.
bool is_trusted_proxy(const std::string& peer, const std::vector<std::string>& trusted_proxies);

/// What counts as one address for limits: an IPv4 address, also as "::ffff:192.0.2.1", or the /64 of an IPv6
/// address, since whoever has one has them all. Other texts stay as they are.
std::string address_group(std::string_view address);

/// The network that an address shares a queue with: the /24 of an IPv4 address, also as "::ffff:192.0.2.1",
/// or the /56 of an IPv6 address, which is what one customer usually gets. Other texts stay as they are.
std::string address_network(std::string_view address);

/// True for 127.0.0.0/8 and ::1. False for a text that is no address.
bool is_loopback(std::string_view address);

}  // namespace parley::net
