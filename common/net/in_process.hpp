#pragma once
#include <functional>
#include <memory>
#include <mutex>
#include <utility>

#include "common/net/message_stream.hpp"

namespace parley::net {

/// What stands for the address of who is in this process.
inline constexpr std::string_view kInProcessAddress = "in-process";

/// Two ends of one connection without a socket: what one sends the other receives, on its own executor.
/// Buffers are handed over, not copied.
///
/// Thread rule: each end belongs to its executor as every MessageStream; the two may be on different threads.
/// Lifetime: destroy each end, on its executor or when that runs no more, before its executor's context.
/// close() ends the own side at once: what was sent is still delivered.
std::pair<std::unique_ptr<MessageStream>, std::unique_ptr<MessageStream>> make_in_process_pair(
    boost::asio::any_io_executor first, boost::asio::any_io_executor second);

/// Somebody in this process who takes connections.
class InProcessListener {
 public:
  virtual ~InProcessListener() = default;
  /// A connection whose near end belongs to `executor`. Any thread. Errc::unreachable if nobody listens any
  /// more.
  virtual Result<std::unique_ptr<MessageStream>> connect(boost::asio::any_io_executor executor) = 0;
};

/// A listener that brings the far ends to `accept` on an executor, between open() and shut_down().
///
/// Thread rule: any thread. Lifetime: nothing is posted to the executor after shut_down(), which must come before
/// its context goes. Who holds the listener longer is refused.
class InProcessAcceptor final : public InProcessListener,
                                public std::enable_shared_from_this<InProcessAcceptor> {
 public:
  using Accept = std::function<void(std::unique_ptr<MessageStream>)>;

  InProcessAcceptor(boost::asio::any_io_executor executor, Accept accept);
  Result<std::unique_ptr<MessageStream>> connect(boost::asio::any_io_executor executor) override;
  void open();
  void shut_down();

 private:
  void hand_over(std::unique_ptr<MessageStream> far);

  std::mutex mutex_;
  bool open_ = false;
  const boost::asio::any_io_executor executor_;
  const Accept accept_;  // called on the executor only
};

}  // namespace parley::net
