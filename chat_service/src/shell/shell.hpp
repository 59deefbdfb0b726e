#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>

#include "chat_service/core.hpp"
#include "chat_service/service.hpp"
#include "chat_service/src/media/api.hpp"
#include "chat_service/src/shell/admin_door.hpp"
#include "chat_service/src/shell/http_front.hpp"
#include "chat_service/src/shell/log_line.hpp"
#include "chat_service/src/shell/metrics.hpp"
#include "chat_service/src/shell/receivers.hpp"
#include "chat_service/src/shell/storage_watch.hpp"
#include "common/base/random.hpp"
#include "common/net/http_server.hpp"
#include "common/net/refusal_log.hpp"
#include "common/net/wake_timer.hpp"

namespace parley::chat_service {

/// Carries the core's actions out on sockets. Everything happens on one thread: the one that runs `io`.
class Shell {
 public:
  Shell(boost::asio::io_context& io, const ServiceOptions& options);
  ~Shell();

  Result<net::ListenAddress> start();
  std::optional<net::ListenAddress> metrics_address() const { return metrics_address_; }
  Result<void> reload_tls();
  /// Asks the clients to leave; `done` runs when all are gone and everything is committed, or after `grace`.
  void stop(Duration grace, std::function<void()> done);

  using StreamPtr = Receivers::StreamPtr;
  /// A client is here, over whatever kind of stream. On the thread that runs `io`.
  void accept(StreamPtr stream);

 private:
  void make_server();
  Result<void> make_core(const net::ListenAddress& address);
  Result<void> make_media(std::string secret);
  void open_admin_door();
  Result<void> start_metrics();
  void note_limit(net::ConnectionLimit limit, const std::string& peer);
  void note_certificate();
  void administer(AdminCall call, const AdminDoor::Reply& reply);
  bool is_ready() const;
  Readings readings() const;

  void on_message(ConnectionId id, std::string_view bytes);
  void on_refused(ConnectionId id, const Error& problem);
  void on_closed(ConnectionId id, const Error& reason);
  void pump();
  void close(const Close& action);
  void cut(const Receivers::Slow& slow);
  void note_end(ConnectionId id, const Error& reason);
  void drop(ConnectionId id);
  void watch_queues();
  void review_queues();
  void flush();
  void post_flush();
  void arm_timer();
  void on_time();
  void finish_if_empty();
  void finish();

  LogLine line(std::string_view level, std::string_view event) const;
  void log(std::string line) const;
  TimePoint now() const;
  WallTime wall_now() const;

  boost::asio::io_context& io_;
  const ServiceOptions& options_;
  const Clock& clock_;
  SecureRandom own_random_;
  Random& random_;
  Metrics metrics_;
  net::RefusalLog refusals_;
  HttpFront front_;
  std::optional<net::HttpServer> server_;
  std::optional<net::HttpServer> metrics_server_;
  std::optional<net::ListenAddress> metrics_address_;
  std::optional<Core> core_;
  std::unique_ptr<media::Api> media_;
  std::unique_ptr<AdminDoor> admin_door_;
  StorageWatch storage_watch_;
  Receivers receivers_;
  std::unordered_map<ConnectionId, Error> closing_;  ///< those that the core has ended, and why
  net::WakeTimer review_timer_;
  bool review_armed_ = false;
  bool review_posted_ = false;
  net::WakeTimer timer_;
  std::optional<TimePoint> armed_;
  boost::asio::steady_timer stop_timer_;  ///< of the machine: whoever would move the clock waits for the end
  bool flush_posted_ = false;
  bool http_ended_ = false;
  bool draining_ = false;
  std::function<void()> stopped_;
};

}  // namespace parley::chat_service
