#include "token_server/sessions/address_group.hpp"

#include <algorithm>
#include <boost/asio/ip/address.hpp>

namespace parley::token_server {

std::string address_group(std::string_view address) {
  namespace ip = boost::asio::ip;
  boost::system::error_code failed;
  const auto parsed = ip::make_address_v6(std::string(address), failed);
  if (failed) return std::string(address);
  if (parsed.is_v4_mapped()) return ip::make_address_v4(ip::v4_mapped, parsed).to_string();
  auto bytes = parsed.to_bytes();
  std::fill(bytes.begin() + 8, bytes.end(), std::uint8_t{0});
  return ip::address_v6(bytes).to_string() + "/64";
}

}  // namespace parley::token_server
