#pragma once
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>

#include <parley/error.hpp>

#include "common/net/spare_descriptor.hpp"
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
  /// Hands every connection to `on_socket` until finish() or close(). When the process can open no more, each
  /// connection is taken by a descriptor that was kept for it and goes to `on_last`, so that it does not wait
  /// in vain: to be closed, or to be served by whoever must be heard then.
  void run(OnSocket on_socket, OnSocket on_last);
  /// After a connection has been closed: makes sure that there is a descriptor for the next one.
  void keep_spare() { spare_.hold(); }

  /// Takes what waits already, then stops. What was taken just before may still come a moment later.
  void finish();
  /// Nothing comes any more.
  void close();

 private:
  void accept();
  void on_waiting();
  boost::system::error_code accept_one();

  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::steady_timer pause_;
  OnSocket on_socket_;
  OnSocket on_last_;
  SpareDescriptor spare_;
};

}  // namespace parley::net
