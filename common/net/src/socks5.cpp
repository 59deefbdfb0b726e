#include "common/net/src/socks5.hpp"

#include <boost/asio/ip/address.hpp>

namespace parley::net {
namespace {

constexpr char kVersion = 5;
constexpr char kAuthenticationVersion = 1;
constexpr char kConnect = 1;
constexpr char kNoAuthentication = 0;
constexpr char kNameAndPassword = 2;
constexpr char kNothingAcceptable = '\xff';
constexpr char kIpv4 = 1;
constexpr char kName = 3;
constexpr char kIpv6 = 4;
constexpr std::size_t kMaxNameBytes = 255;

Error failed(std::string message, int code = 0) {
  return {.code = Errc::proxy_failed, .message = std::move(message), .server_code = code};
}

Error no_socks() { return failed("the proxy's answer is not SOCKS 5"); }

/// `server` is who was asked for.
Error reply_error(int code, const std::string& server) {
  switch (code) {
    case 1:
      return failed("the proxy failed to connect to " + server, code);
    case 2:
      return failed("the proxy does not allow connections to " + server, code);
    case 3:
      return failed("the proxy cannot reach the network of " + server, code);
    case 4:
      return failed("the proxy cannot reach or find " + server, code);
    case 5:
      return failed("the proxy was refused by " + server, code);
    case 6:
      return failed("the proxy lost its way to " + server + " (the time to live expired)", code);
    case 7:
      return failed("the proxy does not know the command CONNECT", code);
    case 8:
      return failed("the proxy does not know this type of address: " + server, code);
    default:
      return failed("the proxy failed with reply " + std::to_string(code), code);
  }
}

std::string with_length(const std::string& text) { return static_cast<char>(text.size()) + text; }

/// Type and address.
std::string encode_host(const std::string& host) {
  boost::system::error_code not_an_address;
  const auto address = boost::asio::ip::make_address(host, not_an_address);
  if (not_an_address) return kName + with_length(host);
  std::string bytes;
  if (address.is_v4()) {
    for (const auto byte : address.to_v4().to_bytes()) bytes += static_cast<char>(byte);
    return kIpv4 + bytes;
  }
  for (const auto byte : address.to_v6().to_bytes()) bytes += static_cast<char>(byte);
  return kIpv6 + bytes;
}

/// Of a reply from its beginning; 0 if it is not known yet, npos if there is no such type of address.
std::size_t reply_size(std::string_view reply) {
  constexpr std::size_t kBeforeAddress = 4, kPort = 2;
  if (reply.size() <= kBeforeAddress) return 0;
  switch (reply[3]) {
    case kIpv4:
      return kBeforeAddress + 4 + kPort;
    case kIpv6:
      return kBeforeAddress + 16 + kPort;
    case kName:
      return kBeforeAddress + 1 + static_cast<unsigned char>(reply[4]) + kPort;
    default:
      return reply.npos;
  }
}

}  // namespace

Socks5::Socks5(const Proxy& proxy, const std::string& host, std::uint16_t port)
    : host_(host), port_(port), user_(proxy.user), password_(proxy.password) {}

Result<ProxyHandshake::Step> Socks5::begin() {
  if (host_.size() > kMaxNameBytes)
    return Error{.code = Errc::invalid_argument,
                 .message = "the name of the server is longer than the 255 bytes that SOCKS 5 can carry"};
  if (user_.size() > kMaxNameBytes || password_.size() > kMaxNameBytes)
    return Error{
        .code = Errc::invalid_argument,
        .message = "the proxy's user or password is longer than the 255 bytes that SOCKS 5 can carry"};
  state_ = State::greeting;
  if (user_.empty()) return Step{.send = {kVersion, 1, kNoAuthentication}};
  return Step{.send = {kVersion, 2, kNoAuthentication, kNameAndPassword}};
}

Result<ProxyHandshake::Step> Socks5::take(std::string_view bytes) {
  in_ += bytes;
  switch (state_) {
    case State::idle:
      break;
    case State::greeting:
      return on_method();
    case State::authenticating:
      return on_authenticated();
    case State::requesting:
      return on_reply();
  }
  return no_socks();
}

Result<ProxyHandshake::Step> Socks5::on_method() {
  if (!in_.empty() && in_[0] != kVersion) return no_socks();
  if (in_.size() < 2) return Step{};
  if (in_.size() > 2) return no_socks();  // nothing follows before the next question
  const char method = in_[1];
  in_.clear();
  if (method == kNoAuthentication) return request();
  if (method == kNameAndPassword && !user_.empty()) {
    state_ = State::authenticating;
    return Step{.send = kAuthenticationVersion + with_length(user_) + with_length(password_)};
  }
  if (method != kNothingAcceptable) return failed("the proxy chose an authentication that was not offered");
  if (!user_.empty()) return failed("the proxy takes neither a name and a password nor none");
  return failed(
      "the proxy wants a name and a password: give them in its URL, socks5://user:password@host:port");
}

Result<ProxyHandshake::Step> Socks5::on_authenticated() {
  if (in_.size() < 2) return Step{};
  if (in_.size() > 2) return no_socks();
  // Some proxies write the version of SOCKS instead of that of the authentication.
  if (in_[0] != kAuthenticationVersion && in_[0] != kVersion) return no_socks();
  const char status = in_[1];
  in_.clear();
  if (status != 0) return failed("the proxy refused the name and the password that its URL gives");
  return request();
}

ProxyHandshake::Step Socks5::request() {
  state_ = State::requesting;
  std::string message{kVersion, kConnect, 0};
  message += encode_host(host_);
  message += static_cast<char>(port_ >> 8);
  message += static_cast<char>(port_ & 255);
  return {.send = std::move(message)};
}

/// The code counts even when the rest of the reply does not come: some proxies leave it out when they refuse.
Result<ProxyHandshake::Step> Socks5::on_reply() {
  if (!in_.empty() && in_[0] != kVersion) return no_socks();
  if (in_.size() < 2) return Step{};
  if (in_[1] != 0) return reply_error(static_cast<unsigned char>(in_[1]), join_host_port(host_, port_));
  const auto size = reply_size(in_);
  if (size == in_.npos) return no_socks();
  if (size == 0 || in_.size() < size) return Step{};
  return Step{.open = true, .early = in_.substr(size)};
}

}  // namespace parley::net
