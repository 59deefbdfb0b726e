#pragma once
#include <chrono>
#include <cstdint>
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
  std::optional<Error> reason{};  ///< why it is not connected
  /// Until the next attempt, counted from the event that told it: of `waiting`, and of `connecting` while the
  /// token source is to be asked again.
  std::optional<std::chrono::milliseconds> retry_in{};
  /// Of the connection that stands, or of the last one: the first is 1, each later one is one more. 0: there
  /// was none yet.
  std::uint64_t number = 0;
  /// Attempts that failed since it was last connected, or since async_connect() started: dials, log-ins and
  /// questions to the token source. 0 while connected.
  std::uint64_t attempts = 0;
  /// Nothing is tried any more until async_connect() is called: `offline` and `denied`.
  bool terminal = true;
};

}  // namespace parley
