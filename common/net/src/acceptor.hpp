#pragma once
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>

#include <parley/error.hpp>

#include "common/net/url.hpp"

namespace parley::net {

/// Takes connections from a listening socket, which it may share with another acceptor on another thread.
/// All calls on the executor, but for listen_beside(), see there. Pending operations keep it alive.
class Acceptor : public std::enable_shared_from_this<Acceptor> {
 public:
  using OnSocket = std::function<void(boost::asio::ip::tcp::socket)>;

  explicit Acceptor(const boost::asio::any_io_executor& executor) : acceptor_(executor), pause_(executor) {}

  /// Fails with Errc::unreachable.
  Result<ListenAddress> listen(const ListenAddress& wanted);
  /// Shares the listening socket of `first`, which must listen and must not be touched meanwhile. Each ends
  /// alone: the connections that wait then belong to the other. Fails with Errc::invalid_config.
  Result<void> listen_beside(const Acceptor& first);
  /// Hands every connection to `on_socket` until finish() or close().
  void run(OnSocket on_socket);

  /// Takes what waits already, then stops. What was taken just before may still come a moment later.
  void finish();
  /// Nothing comes any more.
  void close();

 private:
  void accept();
  void on_accepted(boost::system::error_code error, boost::asio::ip::tcp::socket socket);

  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::steady_timer pause_;
  OnSocket on_socket_;
};

}  // namespace parley::net
