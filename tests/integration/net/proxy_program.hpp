#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/child_process.hpp"

namespace parley::testing {

/// A proxy of Debian's, on a port of its own of 127.0.0.1: tinyproxy (HTTP CONNECT) or microsocks (SOCKS 5).
class ProxyProgram {
 public:
  enum class Kind { tinyproxy, microsocks };
  struct Settings {
    Kind kind = Kind::tinyproxy;
    std::string user{};  ///< "": anybody may use it
    std::string password{};
    std::vector<std::uint16_t> ports{};  ///< to which tinyproxy connects; empty: any
  };

  /// Where the program is missing there is a reason to skip; "" otherwise.
  static std::string missing(Kind kind);

  /// `directory`: for its configuration. Takes connections when this returns.
  ProxyProgram(const Settings& settings, const std::string& directory);

  /// With the user and the password, or with those of `credentials` ("user:password@").
  std::string url() const { return url(credentials_); }
  std::string url(const std::string& credentials) const;
  std::uint16_t port() const { return port_; }
  /// Does it connect to others and say nothing? SIGSTOP.
  void fall_silent();
  /// Ends it and tells whether it was asked for a way to this port.
  bool was_asked_for(std::uint16_t port);

 private:
  bool takes_connections() const;

  Kind kind_;
  std::string credentials_;
  std::uint16_t port_;
  std::unique_ptr<support::ChildProcess> process_;
};

}  // namespace parley::testing
