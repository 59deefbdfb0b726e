#pragma once
#include <boost/beast/core/flat_buffer.hpp>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>

#include "common/net/http_server.hpp"
#include "common/net/src/byte_stream.hpp"
#include "common/net/src/http_parser.hpp"
#include "common/net/src/websocket.hpp"

namespace parley::net {

class HttpConnection;

/// What the connections of one server share. Outlives the server while a connection winds up.
struct HttpServerState {
  HttpServerOptions options;
  HttpHandler handler;
  UpgradeCheck upgrade_check;
  UpgradeHandler upgrade_handler;
  std::unordered_set<std::shared_ptr<HttpConnection>> connections;
  std::function<void()> on_connection_ended;  ///< after it has left `connections`
  bool stopping = false;
};

/// One accepted connection: TLS's handshake, then requests one after the other, until it ends or becomes a
/// WebSocket. Lives in its server's `connections`; deadlines are checked by the server's one timer.
class HttpConnection final : public std::enable_shared_from_this<HttpConnection> {
 public:
  HttpConnection(std::shared_ptr<HttpServerState> server, std::unique_ptr<ByteStream> stream);

  void start();
  /// At once, whatever is under way.
  void close();
  /// Ends now if nothing is in flight, else after the response to what is.
  void close_when_idle();
  void check_deadline(TimePoint now);

 private:
  enum class Phase { securing, idle, header, body, handling, writing, upgrading, parting, closed };

  void enter(Phase phase);
  Duration time_allowed(Phase phase) const;
  void on_secured(ErrorCode error);
  void read();
  void on_read(ErrorCode error, std::size_t size);
  void advance();
  void parse();
  void after_header();
  void handle();
  HttpReply make_reply();
  bool try_upgrade();
  void upgrade();
  void on_upgraded(Result<std::unique_ptr<MessageStream>> stream);
  void answer(std::uint64_t number, const http::Response& response);
  void refuse(int status);
  void respond(const http::Response& response);
  void on_written(ErrorCode error);
  void part();
  void end();

  std::shared_ptr<HttpServerState> server_;
  std::unique_ptr<ByteStream> stream_;
  std::string peer_address_;
  Phase phase_ = Phase::securing;
  TimePoint deadline_ = TimePoint::max();
  boost::beast::flat_buffer in_;
  std::string out_;
  std::optional<HttpParser> parser_;
  std::unique_ptr<PendingWebSocket> handshake_;
  std::uint64_t request_number_ = 0;
  bool keep_alive_ = true;
  bool reading_ = false;
};

}  // namespace parley::net
