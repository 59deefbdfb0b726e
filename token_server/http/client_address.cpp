#include "token_server/http/client_address.hpp"

#include <algorithm>
#include <string_view>

namespace parley::token_server {
namespace {

constexpr std::size_t kLongestAddress = 45;  // IPv6 with an IPv4 tail

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool looks_like_address(std::string_view text) {
  return !text.empty() && text.size() <= kLongestAddress &&
         text.find_first_not_of("0123456789abcdefABCDEF.:") == text.npos;
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
  const auto is_trusted = [&](std::string_view address) {
    return std::find(trusted_proxies.begin(), trusted_proxies.end(), address) != trusted_proxies.end();
  };
  if (!is_trusted(peer)) return peer;
  const auto list = forwarded_for(request);
  std::string address = peer;
  for (std::string_view rest = list; !rest.empty() && is_trusted(address);) {
    const auto comma = rest.rfind(',');
    const auto hop = trim(comma == rest.npos ? rest : rest.substr(comma + 1));
    if (!looks_like_address(hop)) break;
    address = hop;
    rest = comma == rest.npos ? std::string_view() : rest.substr(0, comma);
  }
  return address;
}

}  // namespace parley::token_server
