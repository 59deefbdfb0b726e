#include "common/net/src/http_connect.hpp"

#include <algorithm>

#include "common/base/encoding.hpp"
#include "common/base/http.hpp"
#include "common/base/trim.hpp"

namespace parley::net {
namespace {

constexpr std::string_view kProtocol = "HTTP/1.";

Error failed(std::string message, int status = 0) {
  return {.code = Errc::proxy_failed, .message = std::move(message), .http_status = status};
}

/// Where the head ends that begins `text`, or npos. Line ends are CR LF, or LF as old proxies write them.
std::size_t end_of_head(std::string_view text, std::size_t from) {
  for (auto at = text.find('\n', from); at != text.npos; at = text.find('\n', at + 1)) {
    if (text.substr(at + 1, 1) == "\n") return at + 2;
    if (text.substr(at + 1, 2) == "\r\n") return at + 3;
  }
  return text.npos;
}

/// Could this become a status line?
bool may_be_http(std::string_view text) {
  const auto size = std::min(text.size(), kProtocol.size());
  return text.substr(0, size) == kProtocol.substr(0, size);
}

/// Of "HTTP/1.x NNN ..."; 0 if it is none.
int status_of(std::string_view head) {
  constexpr std::size_t kDigits = 9;
  const auto line = head.substr(0, head.find_first_of("\r\n"));
  if (line.size() < kDigits + 3 || !line.starts_with(kProtocol) || line[kDigits - 1] != ' ') return 0;
  int status = 0;
  for (const char digit : line.substr(kDigits, 3)) {
    if (digit < '0' || digit > '9') return 0;
    status = status * 10 + (digit - '0');
  }
  const bool ends = line.size() == kDigits + 3 || line[kDigits + 3] == ' ';
  return ends && status >= 100 ? status : 0;
}

/// Of a list of challenges, as in "Negotiate, Basic realm=x".
bool offers_basic(std::string_view challenges) {
  while (!challenges.empty()) {
    const auto challenge = challenges.substr(0, challenges.find(','));
    challenges.remove_prefix(std::min(challenge.size() + 1, challenges.size()));
    if (http::equal_ignoring_case(trim_blanks(challenge).substr(0, 5), "basic")) return true;
  }
  return false;
}

/// Whether the proxy offers authentication, but none of the kind that is spoken here.
bool wants_other_authentication(std::string_view head) {
  bool any = false;
  while (!head.empty()) {
    const auto line = head.substr(0, head.find('\n'));
    head.remove_prefix(std::min(line.size() + 1, head.size()));
    const auto colon = line.find(':');
    if (colon == line.npos || !http::equal_ignoring_case(line.substr(0, colon), "Proxy-Authenticate"))
      continue;
    if (offers_basic(line.substr(colon + 1))) return false;
    any = true;
  }
  return any;
}

}  // namespace

HttpConnect::HttpConnect(const Proxy& proxy, const std::string& host, std::uint16_t port)
    : authority_(join_host_port(host, port)),
      credentials_(proxy.user.empty() ? "" : "Basic " + base64_encode(proxy.user + ":" + proxy.password)) {}

Result<ProxyHandshake::Step> HttpConnect::begin() {
  // Line ends would add headers of their own.
  const bool is_plain =
      std::all_of(authority_.begin(), authority_.end(), [](unsigned char c) { return c > ' ' && c != 0x7f; });
  if (!is_plain)
    return Error{.code = Errc::invalid_argument,
                 .message = "the name of the server has characters that no host name has"};
  std::string request = "CONNECT " + authority_ + " HTTP/1.1\r\nHost: " + authority_ + "\r\n";
  if (!credentials_.empty()) request += "Proxy-Authorization: " + credentials_ + "\r\n";
  return Step{.send = request + "\r\n"};
}

Result<ProxyHandshake::Step> HttpConnect::take(std::string_view bytes) {
  in_ += bytes;
  while (true) {
    if (!may_be_http(in_)) return failed("the proxy's answer is not HTTP");
    const auto end = end_of_head(in_, searched_);
    if (heads_bytes_ + std::min(end, in_.size()) > kMaxHeadBytes)
      return failed("the proxy's answer has a head of more than 16 KiB");
    if (end == in_.npos) {
      searched_ = in_.size() - std::min<std::size_t>(in_.size(), 2);
      return Step{};
    }
    const auto head = std::string_view(in_).substr(0, end);
    const int status = status_of(head);
    if (status == 0) return failed("the proxy's answer is not HTTP");
    if (status / 100 == 2) return Step{.open = true, .early = in_.substr(end)};
    if (status / 100 != 1) return refusal(status, head);
    heads_bytes_ += end;
    searched_ = 0;
    in_.erase(0, end);
  }
}

Error HttpConnect::refusal(int status, std::string_view head) const {
  switch (status) {
    case 401:  // of proxies that mean 407
    case 407:
      if (wants_other_authentication(head))
        return failed("the proxy wants an authentication other than Basic, which is not supported", status);
      if (credentials_.empty())
        return failed(
            "the proxy wants a name and a password: give them in its URL, http://user:password@host:port",
            status);
      return failed("the proxy refused the name and the password that its URL gives", status);
    case 403:
      return failed("the proxy does not allow connections to " + authority_, status);
    case 405:
    case 501:
      return failed("the proxy does not know CONNECT", status);
    case 500:
    case 502:
    case 503:
    case 504:
      return failed("the proxy could not connect to " + authority_, status);
    default:
      return failed("the proxy answered with HTTP status " + std::to_string(status), status);
  }
}

}  // namespace parley::net
