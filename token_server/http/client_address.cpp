#include "token_server/http/client_address.hpp"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <optional>
#include <string_view>

#include "common/base/trim.hpp"

namespace parley::token_server {
namespace {

namespace ip = boost::asio::ip;

// Some proxies write "192.0.2.1:4711" or "[2001:db8::1]:4711".
std::string_view without_port(std::string_view text) {
  if (text.starts_with('[')) return text.substr(1, text.find(']') - 1);
  return std::count(text.begin(), text.end(), ':') == 1 ? text.substr(0, text.find(':')) : text;
}

/// One spelling for each address; nothing for what is none.
std::optional<std::string> normal(std::string_view text) {
  boost::system::error_code error;
  const auto address = ip::make_address(without_port(trim_blanks(text)), error);
  if (error) return std::nullopt;
  if (address.is_v6() && address.to_v6().is_v4_mapped())
    return ip::make_address_v4(ip::v4_mapped, address.to_v6()).to_string();
  return address.to_string();
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
  const auto is_trusted = [&](const std::string& address) {
    return std::any_of(trusted_proxies.begin(), trusted_proxies.end(),
                       [&](const auto& proxy) { return normal(proxy) == address; });
  };
  const auto list = forwarded_for(request);
  std::string address = normal(peer).value_or(peer);
  for (std::string_view rest = list; !rest.empty() && is_trusted(address);) {
    const auto comma = rest.rfind(',');
    auto hop = normal(comma == rest.npos ? rest : rest.substr(comma + 1));
    if (!hop) break;
    address = std::move(*hop);
    rest = comma == rest.npos ? std::string_view() : rest.substr(0, comma);
  }
  return address;
}

}  // namespace parley::token_server
