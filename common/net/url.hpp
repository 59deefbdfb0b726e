#pragma once
#include <cstdint>
#include <parley/error.hpp>
#include <string>
#include <string_view>

namespace parley::net {

/// An absolute http, https, ws or wss URL, taken apart.
struct Url {
  std::string scheme{};    ///< lower case
  std::string host{};      ///< without brackets
  std::uint16_t port = 0;  ///< the scheme's default if absent
  std::string target{};    ///< path and query as written, at least "/"

  bool secure() const { return scheme == "https" || scheme == "wss"; }
  /// "host:port" for the Host header; the port only if it is not the scheme's default.
  std::string authority() const;
};

/// "example.org:443" or "[::1]:443".
std::string join_host_port(const std::string& host, std::uint16_t port);

/// Fails with a message that says what is wrong; never echoes user information.
Result<Url> parse_url(std::string_view text);

/// "127.0.0.1:4000", "[::1]:4000" or "localhost:4000".
struct ListenAddress {
  std::string host{};
  std::uint16_t port = 0;  ///< 0: the system chooses

  bool is_loopback() const;
  std::string to_string() const;
};

Result<ListenAddress> parse_listen_address(std::string_view text);

}  // namespace parley::net
