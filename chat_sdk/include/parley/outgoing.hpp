#pragma once
#include <optional>
#include <string>
#include <vector>

#include <parley/error.hpp>
#include <parley/seams.hpp>

namespace parley {

/// Where a message stands that this client is to send.
enum class OutgoingState {
  queued,   ///< waits for its turn, for the connection or for the next try
  sending,  ///< on its way: its files, or itself
  failed,   ///< refused, or given up; see `error`. It waits for nobody, and nobody waits for it
  blocked,  ///< refused, and the messages behind it wait until it is sent again or discarded
};

/// A message that this client is to send, as its channel shows it until the service has it.
struct OutgoingMessage {
  std::string local_id;  ///< NewMessage::key, or made by the client; never changes
  std::string text;
  std::string attributes = "{}";     ///< JSON text
  std::vector<std::string> files{};  ///< the names that the others will see
  WallTime created_at{};
  OutgoingState state = OutgoingState::queued;
  std::optional<Error> error{};  ///< of `failed` and `blocked`: why
};

}  // namespace parley
