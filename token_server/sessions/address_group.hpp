#pragma once
#include <string>
#include <string_view>

namespace parley::token_server {

/// What counts as one address for limits: an IPv4 address, also as "::ffff:192.0.2.1", or the /64 of an IPv6
/// address, since whoever has one has them all. Other texts stay as they are.
std::string address_group(std::string_view address);

/// The network that an address shares a queue with: the /24 of an IPv4 address, also as "::ffff:192.0.2.1",
/// or the /56 of an IPv6 address, which is what one customer usually gets. Other texts stay as they are.
std::string address_network(std::string_view address);

}  // namespace parley::token_server
