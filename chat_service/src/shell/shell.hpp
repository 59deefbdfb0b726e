#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>

#include "chat_service/core.hpp"
#include "chat_service/service.hpp"
#include "chat_service/src/shell/backlog.hpp"
#include "common/base/random.hpp"
#include "common/net/http_server.hpp"

namespace parley::chat_service {

/// Carries the core's actions out on sockets. Everything happens on one thread: the one that runs `io`.
class Shell {
 public:
  Shell(boost::asio::io_context& io, const ServiceOptions& options);

  Result<net::ListenAddress> start();
  /// Asks the clients to leave; `done` runs when all are gone and everything is committed, or after `grace`.
  void stop(Duration grace, std::function<void()> done);

 private:
  using StreamPtr = std::unique_ptr<net::MessageStream>;
  struct Receiver {
    StreamPtr stream;
    Backlog backlog;
  };

  Result<void> make_core(const net::ListenAddress& address);
  void accept(StreamPtr stream);
  void on_message(ConnectionId id, std::string_view bytes);
  void on_closed(ConnectionId id, const Error& reason);
  void pump();
  void send(const Send& action);
  void close(const Close& action);
  void drop(ConnectionId id);
  void post_flush();
  void arm_timer();
  void finish_if_empty();
  void finish();
  void log(const std::string& line) const;
  static TimePoint now();
  static WallTime wall_now();

  boost::asio::io_context& io_;
  const ServiceOptions& options_;
  SecureRandom random_;
  std::optional<net::HttpServer> server_;
  std::optional<Core> core_;
  std::unordered_map<ConnectionId, Receiver> receivers_;
  boost::asio::steady_timer timer_;
  std::optional<TimePoint> armed_;
  boost::asio::steady_timer stop_timer_;
  bool flush_posted_ = false;
  bool http_ended_ = false;
  std::function<void()> stopped_;
};

}  // namespace parley::chat_service
