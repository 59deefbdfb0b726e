#pragma once
#include <chrono>
#include <optional>
#include <string_view>

#include <parley/error.hpp>
#include <parley/export.hpp>

namespace parley {

/// Where a client stands. Only `denied` needs the user's help.
enum class ConnectionState {
  offline,     ///< not connected and not trying: before async_connect, after it failed, after async_close
  connecting,  ///< an attempt is being made: token, dial, log-in
  connected,   ///< live
  waiting,     ///< lost; the next attempt is scheduled
  denied,      ///< the service or the token source refused; see `reason`
};

PARLEY_API std::string_view to_string(ConnectionState state);

struct ConnectionStatus {
  ConnectionState state = ConnectionState::offline;
  std::optional<Error> reason{};                        ///< why it is not connected
  std::optional<std::chrono::milliseconds> retry_in{};  ///< of `waiting`, counted from the event
};

}  // namespace parley
