#pragma once
#include <algorithm>
#include <cstddef>

#include "common/base/limits.hpp"

namespace parley::chat_service {

/// What a request made the service do beyond reading its packet.
struct Caused {
  std::size_t answer_bytes = 0;  ///< its answer, and notifications for its own connection
  std::size_t lookups = 0;       ///< objects it asked for, if many
  std::size_t rows = 0;          ///< of the database: read, made, changed or removed
  std::size_t steps = 0;         ///< of the database, see storage::Database::work()
  std::size_t deliveries = 0;    ///< events that it sends, once for each receiver
  std::size_t event_bytes = 0;   ///< of these events for who gets all of them
};

/// What a packet of that many bytes costs before anybody has looked into it, in requests.
constexpr std::size_t cost_of_packet(std::size_t bytes) { return 1 + bytes / limits::kThrottledPacketBytes; }

/// What a request costs beyond its packet, in requests. Ordinary requests cost nothing more.
constexpr std::size_t cost_of(const Caused& caused) {
  const std::size_t many_rows =
      caused.rows > limits::kThrottledOrdinaryRows ? caused.rows - limits::kThrottledOrdinaryRows : 0;
  // What a look-up finds is among the rows.
  const std::size_t looked_at =
      std::max(caused.lookups / limits::kThrottledLookups, many_rows / limits::kThrottledRows);
  return looked_at + caused.answer_bytes / limits::kThrottledAnswerBytes +
         caused.steps / limits::kThrottledSteps + caused.deliveries / limits::kThrottledDeliveries +
         caused.event_bytes / limits::kThrottledEventBytes;
}

}  // namespace parley::chat_service
