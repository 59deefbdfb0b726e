#pragma once
#include <functional>
#include <memory>
#include <vector>

#include "common/net/src/address_race.hpp"
#include "common/net/src/byte_stream.hpp"

namespace parley::net {

/// The sockets of an AddressRace: the first that connects wins, the others are closed.
///
/// `done` runs once, never inside a call, and not after cancel(). If every address failed, it gets the last
/// error and a socket that is not open. The owner watches the deadline.
class ConnectRace : public std::enable_shared_from_this<ConnectRace> {
 public:
  using Done = std::function<void(ErrorCode, tcp::socket)>;

  ConnectRace(asio::any_io_executor executor, AddressRace race);

  void start(Done done);
  void cancel();

 private:
  using Attempt = std::shared_ptr<tcp::socket>;

  void proceed();
  void attempt(const tcp::endpoint& endpoint);
  void on_connected(const Attempt& attempt, ErrorCode error);
  void wait();
  void finish(ErrorCode error, tcp::socket socket);

  asio::any_io_executor executor_;
  AddressRace race_;
  Done done_;
  std::vector<Attempt> attempts_;  // under way
  asio::steady_timer timer_;
};

}  // namespace parley::net
