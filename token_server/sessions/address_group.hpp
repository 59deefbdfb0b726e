#pragma once
#include <string>
#include <string_view>

namespace parley::token_server {

/// What counts as one address for limits: an IPv4 address, also as "::ffff:192.0.2.1", or the /64 of an IPv6
/// address, since whoever has one has them all. Other texts stay as they are.
std::string address_group(std::string_view address);

}  // namespace parley::token_server
