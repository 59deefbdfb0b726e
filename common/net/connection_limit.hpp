#pragma once
#include <functional>
#include <string>
#include <string_view>

namespace parley::net {

/// Why a server closes a connection that has done nothing wrong by itself.
enum class ConnectionLimit {
  connections,              ///< too many are open
  connections_per_address,  ///< too many of one peer are open
  descriptors,              ///< the process, or the system, can open no more
  handshakes,               ///< too many TLS handshakes wait: for their peer, or to be computed
  inbound_buffers,          ///< too much has come of messages and bodies that are not whole
};
inline constexpr ConnectionLimit kConnectionLimits[] = {
    ConnectionLimit::connections, ConnectionLimit::connections_per_address, ConnectionLimit::descriptors,
    ConnectionLimit::handshakes, ConnectionLimit::inbound_buffers};

/// For metrics and the log, e.g. "connections_per_address".
constexpr std::string_view to_string(ConnectionLimit limit) {
  switch (limit) {
    case ConnectionLimit::connections:
      return "connections";
    case ConnectionLimit::connections_per_address:
      return "connections_per_address";
    case ConnectionLimit::descriptors:
      return "descriptors";
    case ConnectionLimit::handshakes:
      return "handshakes";
    case ConnectionLimit::inbound_buffers:
      return "inbound_buffers";
  }
  return "";
}

/// Told of each connection that a limit closes; the address has no port.
using LimitHook = std::function<void(ConnectionLimit limit, const std::string& peer_address)>;

}  // namespace parley::net
