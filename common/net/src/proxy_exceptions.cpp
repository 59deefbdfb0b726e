#include <algorithm>
#include <boost/url/ipv4_address.hpp>
#include <boost/url/ipv6_address.hpp>
#include <cctype>
#include <charconv>

#include "common/net/proxy.hpp"

namespace parley::net {
namespace {

namespace urls = boost::urls;
using Address = std::vector<std::uint8_t>;

constexpr std::string_view kSeparators = ", \t\r\n";

/// Four bytes or sixteen; empty if it is no address. An IPv4 address in IPv6's clothes is one of IPv4.
Address address_of(std::string_view text) {
  if (const auto v4 = urls::parse_ipv4_address(text)) {
    const auto bytes = v4->to_bytes();
    return {bytes.begin(), bytes.end()};
  }
  const auto v6 = urls::parse_ipv6_address(text);
  if (!v6) return {};
  const auto bytes = v6->to_bytes();
  return v6->is_v4_mapped() ? Address{bytes.begin() + 12, bytes.end()} : Address{bytes.begin(), bytes.end()};
}

/// Lower case, without the dot that ends a name that is complete.
std::string normalized(std::string_view host) {
  std::string out{host};
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return std::tolower(c); });
  if (out.size() > 1 && out.back() == '.') out.pop_back();
  return out;
}

template <class Number>
std::optional<Number> number_of(std::string_view digits) {
  Number number = 0;
  const char* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, number);
  if (digits.empty() || error != std::errc{} || stop != end) return std::nullopt;
  return number;
}

bool is_same_network(const Address& a, const Address& b, unsigned prefix) {
  if (a.size() != b.size()) return false;
  const std::size_t whole = prefix / 8;
  if (!std::equal(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(whole), b.begin())) return false;
  const unsigned rest = prefix % 8;
  return rest == 0 || (a[whole] ^ b[whole]) >> (8 - rest) == 0;
}

/// What stands before a port; the port is 0 if there is none. Nothing if it is no port.
std::optional<std::pair<std::string_view, std::uint16_t>> split_port(std::string_view text) {
  const bool is_bracketed = text.starts_with('[');
  const auto end = is_bracketed ? text.find(']') : text.rfind(':');
  if (is_bracketed && end == text.npos) return std::nullopt;
  const auto host = is_bracketed ? text.substr(1, end - 1) : text.substr(0, end);
  const auto rest = end == text.npos ? std::string_view() : text.substr(is_bracketed ? end + 1 : end);
  if (rest.empty()) return std::pair{host, std::uint16_t{0}};
  const auto port = rest.front() == ':' ? number_of<std::uint16_t>(rest.substr(1)) : std::nullopt;
  if (!port || *port == 0) return std::nullopt;
  return std::pair{host, *port};
}

}  // namespace

std::optional<ProxyExceptions::Entry> ProxyExceptions::parse_entry(std::string_view text) {
  if (const auto slash = text.find('/'); slash != text.npos) {
    const auto network = address_of(text.substr(0, slash));
    const auto prefix = number_of<unsigned>(text.substr(slash + 1));
    if (network.empty() || !prefix || *prefix > network.size() * 8) return std::nullopt;
    return Entry{.network = network, .prefix = *prefix};
  }
  Entry entry;
  if (address_of(text).empty()) {
    const auto parts = split_port(text);
    if (!parts) return std::nullopt;
    text = parts->first;
    entry.port = parts->second;
  }
  entry.network = address_of(text);
  entry.prefix = static_cast<unsigned>(entry.network.size() * 8);
  if (!entry.network.empty()) return entry;
  if (text.starts_with("*.")) text.remove_prefix(1);
  if (text.starts_with('.')) text.remove_prefix(1);
  entry.name = normalized(text);
  if (entry.name.empty()) return std::nullopt;
  return entry;
}

ProxyExceptions::ProxyExceptions(std::string_view list) {
  while (true) {
    const auto first = list.find_first_not_of(kSeparators);
    if (first == list.npos) return;
    list.remove_prefix(first);
    const auto text = list.substr(0, list.find_first_of(kSeparators));
    list.remove_prefix(text.size());
    if (text == "*")
      everything_ = true;
    else if (auto entry = parse_entry(text))
      entries_.push_back(std::move(*entry));
  }
}

bool ProxyExceptions::Entry::matches(const std::string& host, const Address& address) const {
  if (!network.empty()) return is_same_network(network, address, prefix);
  if (!address.empty() || !host.ends_with(name)) return false;  // no address is below a name
  return host.size() == name.size() || host[host.size() - name.size() - 1] == '.';
}

bool ProxyExceptions::matches(const Url& url) const {
  if (everything_) return true;
  const auto host = normalized(url.host);
  const auto address = address_of(host);
  return std::any_of(entries_.begin(), entries_.end(), [&](const Entry& entry) {
    return (entry.port == 0 || entry.port == url.port) && entry.matches(host, address);
  });
}

bool is_loopback(const std::string& host) {
  const auto name = normalized(host);
  if (name == "localhost" || name.ends_with(".localhost")) return true;
  const auto address = address_of(name);
  if (address.size() == 4) return address[0] == 127;
  return address.size() == 16 && address.back() == 1 &&
         std::all_of(address.begin(), address.end() - 1, [](std::uint8_t byte) { return byte == 0; });
}

}  // namespace parley::net
