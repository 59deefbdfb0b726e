#pragma once
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "common/net/http_body.hpp"
#include "common/net/http_server.hpp"
#include "common/net/src/byte_stream.hpp"
#include "common/net/src/connection_limiter.hpp"
#include "common/net/src/http_parser.hpp"
#include "common/net/src/http_reply.hpp"
#include "common/net/src/inbound_buffers.hpp"
#include "common/net/src/pace.hpp"
#include "common/net/src/websocket.hpp"

namespace parley::net {

class HttpConnection;
struct HttpWriteOptions;

/// What the connections of one server share. Outlives the server while a connection winds up.
struct HttpServerState {
  explicit HttpServerState(const asio::any_io_executor& on)
      : executor(std::make_shared<const asio::any_io_executor>(on)) {}
  void note_limit(ConnectionLimit limit, const std::string& peer_address) const {
    if (limit_hook && !stopping) limit_hook(limit, peer_address);
  }

  std::shared_ptr<const asio::any_io_executor> executor;  ///< shared with replies on other threads
  HttpServerOptions options;
  HttpHandler handler;
  BodyCheck body_check;
  RefusalHook refusal_hook;
  LimitHook limit_hook;
  UpgradeCheck upgrade_check;
  UpgradeHandler upgrade_handler;
  std::unordered_set<std::shared_ptr<HttpConnection>> connections;
  std::shared_ptr<InboundBuffers> inbound;    ///< shared with upgraded connections
  std::function<void()> on_connection_ended;  ///< after it has left `connections`
  bool stopping = false;
  /// WebSockets that trusted proxies pass on, by client.
  std::shared_ptr<ConnectionLimiter> client_limiter = std::make_shared<ConnectionLimiter>();
  std::vector<std::shared_ptr<HttpConnection>> answered;  ///< see HttpConnection::look_again_soon()
  // One connection at a time reads or writes: idle ones need no buffers.
  std::array<char, 16 * 1024> read_buffer;
  std::string write_buffer;
};

/// A body that passes through a connection, in or out.
struct BodyFlow {
  explicit BodyFlow(Duration patience) : pace(patience) {}

  Pace pace;
  std::unique_ptr<BodySink> sink{};
  std::shared_ptr<http::AsyncBodySource> source{};
  std::uint64_t left = 0;  ///< bytes of `source` that are not here yet
};

/// One accepted connection: TLS's handshake, then requests one after the other, until it ends or becomes a
/// WebSocket. Lives in its server's `connections`; deadlines are kept by the server's one timer.
class HttpConnection final : public std::enable_shared_from_this<HttpConnection>,
                             private InboundBuffers::Holder {
 public:
  HttpConnection(std::shared_ptr<HttpServerState> server, std::unique_ptr<ByteStream> stream);
  ~HttpConnection() override { server_->inbound->release(*this); }

  void start();
  /// At once, whatever is under way.
  void close();
  /// What a reply does, on the executor. Ignored unless that request waits for its answer.
  void answer(std::uint64_t request_number, const http::Response& response);
  /// The server stops: ends now if nothing is in flight, else after the response to what is. A connection
  /// that has not made its first request yet gets a moment for it.
  void wind_up();
  void check_deadline(TimePoint now);

 private:
  enum class Phase {
    securing,
    idle,
    header,
    inviting,
    body,
    holding,  ///< the sink of the request's body has enough for now
    handling,
    reading,  ///< waits for a piece of the response's body
    writing,
    upgrading,
    parting,
    closed
  };

  void enter(Phase phase);
  Duration time_allowed() const;
  bool is_late(TimePoint now);
  void on_secured(ErrorCode error);
  bool wants_input() const;
  void wait();
  void look_again_soon();
  static void look_again(HttpServerState& server);
  void on_readable(ErrorCode error);
  void proceed(std::string_view bytes);
  bool use(std::string_view bytes);
  void count_input();
  void give_up_input() override;
  const std::string& peer_address() const override { return peer_address_; }
  void decide_on_body();
  void after_header();
  void invite_body();
  void take_piece();
  void read_on();
  bool sink_holds_back();
  void on_sink_ready(std::uint64_t number);
  void finish_body();
  template <class Work>
  void guarded(Work work);
  void handle();
  /// Whose the request is that is being read or handled, as far as its proxy says.
  std::string client() const;
  bool try_upgrade();
  bool take_client_place();
  void upgrade();
  void on_upgraded(Result<std::unique_ptr<MessageStream>> stream);
  void refuse(int status);
  void cut_off(int status);
  void respond(const http::Response& response);
  void begin_source(std::shared_ptr<http::AsyncBodySource> source, std::string header);
  void ask_for_piece();
  void on_piece(std::uint64_t number, std::string bytes);
  void on_no_piece();
  void write_out(std::size_t from);
  void on_part_written(ErrorCode error, std::size_t from, std::size_t size);
  void on_written(ErrorCode error);
  void part();
  void end();

  std::shared_ptr<HttpServerState> server_;
  std::unique_ptr<ByteStream> stream_;
  std::string peer_address_;  // the socket's: a proxy's, if there is one in front
  Phase phase_ = Phase::securing;
  std::optional<TimePoint> deadline_;  // of this phase; counted from the timer's next look at it
  std::string in_;                     // what has come and cannot be used yet
  std::string out_;                    // what the peer did not take at once
  std::optional<HttpParser> parser_;
  std::unique_ptr<BodyFlow> flow_;  // while a body is streamed, until its request is answered
  std::unique_ptr<PendingWebSocket> handshake_;
  std::uint64_t request_number_ = 0;
  std::uint64_t piece_number_ = 0;  // of the last that was asked for, or that the sink holds back for
  bool keep_alive_ = true;
  bool proceeding_ = false;  // a frame below is taking one request after the other
};

/// Calls what belongs to the server's owner: what throws costs its own request only.
template <class Work>
void HttpConnection::guarded(Work work) {
  const auto keep_alive_during_call = shared_from_this();
  const HttpReplyTo::Scope scope(this);
  const auto phase = phase_;
  try {
    work();
  } catch (...) {
    if (phase_ == phase) phase == Phase::handling ? refuse(500) : cut_off(500);
  }
}

}  // namespace parley::net
