#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include <parley/seams.hpp>

#include "chat_service/core.hpp"
#include "chat_service/src/shell/backlog.hpp"
#include "common/net/message_stream.hpp"

namespace parley::chat_service {

/// The clients' streams, and what waits in them to be read: who reads too slowly is found out when something
/// is sent, and by a look at all of them now and then.
class Receivers {
 public:
  struct Allowed {
    std::size_t each = 0;  ///< bytes that may wait for one receiver, see Backlog
    std::size_t all = 0;   ///< for all together; beyond it those with the longest queues have to go
  };
  struct Slow {
    ConnectionId id = 0;
    std::size_t queued_bytes = 0;
  };
  using StreamPtr = std::unique_ptr<net::MessageStream>;

  explicit Receivers(const Allowed& allowed) : allowed_(allowed) {}

  net::MessageStream& add(ConnectionId id, StreamPtr stream, TimePoint now);
  /// Null if unknown.
  StreamPtr remove(ConnectionId id);
  /// Null if unknown.
  net::MessageStream* find(ConnectionId id);
  /// How long it has been here.
  Duration age(ConnectionId id, TimePoint now) const;

  /// Queues a frame. Something: it was not queued, the receiver is too slow; remove it. Ignored if unknown.
  std::optional<Slow> send(ConnectionId id, const std::shared_ptr<const std::string>& frame, TimePoint now);

  /// So much was sent since the last review that the next one should come as soon as the streams have had
  /// their turn to write.
  bool is_review_urgent() const { return bytes_sent_ - reviewed_at_ > allowed_.all / kUrgentShare; }
  /// Something may be waiting: look again within kReviewEvery.
  bool wants_review() const { return bytes_sent_ != reviewed_at_ || queued_at_review_ != 0; }
  /// Those that have to go.
  std::vector<Slow> review(TimePoint now);
  static constexpr Duration kReviewEvery = std::chrono::seconds(1);

  std::size_t size() const { return receivers_.size(); }
  std::size_t queued_bytes() const;
  std::uint64_t frames_sent() const { return frames_sent_; }
  std::uint64_t bytes_sent() const { return bytes_sent_; }

 private:
  static constexpr std::size_t kUrgentShare = 8;

  struct Receiver {
    StreamPtr stream;
    Backlog backlog;
    TimePoint since{};
  };

  Allowed allowed_;
  std::unordered_map<ConnectionId, Receiver> receivers_;
  std::uint64_t frames_sent_ = 0;
  std::uint64_t bytes_sent_ = 0;
  std::uint64_t reviewed_at_ = 0;     ///< bytes sent until the last review
  std::size_t queued_at_review_ = 0;  ///< bytes that waited then
};

}  // namespace parley::chat_service
