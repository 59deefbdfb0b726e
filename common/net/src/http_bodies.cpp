#include <algorithm>
#include <boost/asio/dispatch.hpp>
#include <utility>

#include "common/net/src/free_memory.hpp"
#include "common/net/src/http_connection.hpp"
#include "common/net/src/http_writer.hpp"

/// How HttpConnection treats bodies: asks its owner, invites the client, passes pieces on, and sends what is
/// read piece by piece.
namespace parley::net {
namespace {

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
constexpr std::size_t kPieceBytes = 64 * 1024;

}  // namespace

void HttpConnection::decide_on_body() {
  BodyDecision decision;
  guarded([&] { decision = server_->body_check(parser_->request(), client(), parser_->body_length()); });
  if (phase_ != Phase::header) return;  // the check threw, or closed the server
  if (const auto* refusal = std::get_if<http::Response>(&decision)) {
    keep_alive_ = false;
    return respond(*refusal);
  }
  if (auto* sink = std::get_if<std::unique_ptr<BodySink>>(&decision)) {
    flow_ = std::make_unique<BodyFlow>(server_->options.body_timeout);
    flow_->sink = std::move(*sink);
    parser_->stream_body();
  } else {
    parser_->collect_body();
    if (parser_->refused()) return cut_off(*parser_->refused());
  }
  in_.empty() ? after_header() : enter(Phase::body);
}

void HttpConnection::after_header() {
  if (phase_ != Phase::header || !parser_->header_done()) return;
  const bool waits =
      parser_->expects_continue() && !parser_->is_http_1_0() && parser_->request().body.empty();
  if (waits) return invite_body();
  enter(Phase::body);
}

void HttpConnection::invite_body() {
  enter(Phase::inviting);
  async_write_all(*stream_, kContinue, [self = shared_from_this()](ErrorCode error) {
    if (self->phase_ != Phase::inviting) return;
    if (error) return self->end();
    self->enter(Phase::body);
    self->wait();
  });
}

/// The sink is nobody's but this frame's while it runs: it may close the server.
void HttpConnection::take_piece() {
  const auto piece = parser_->piece();
  if (piece.empty()) return;
  flow_->pace.moved(piece.size());
  auto sink = std::move(flow_->sink);
  guarded([&] {
    const auto refusal = sink->write(piece);
    if (!refusal || phase_ != Phase::body) return;
    keep_alive_ = false;
    respond(*refusal);
  });
  parser_->drop_piece();
  if (phase_ == Phase::body) flow_->sink = std::move(sink);
}

void HttpConnection::read_on() {
  if (!flow_ || !sink_holds_back()) wait();
}

bool HttpConnection::sink_holds_back() {
  auto go_on = [weak = weak_from_this(), number = ++piece_number_, executor = server_->executor] {
    if (weak.expired()) return;
    asio::post(*executor, [weak, number] {
      if (const auto self = weak.lock()) self->on_sink_ready(number);
    });
  };
  auto sink = std::move(flow_->sink);
  guarded([&] {
    if (sink->holds_back(std::move(go_on)) && phase_ == Phase::body) enter(Phase::holding);
  });
  if (phase_ == Phase::body || phase_ == Phase::holding) flow_->sink = std::move(sink);
  return phase_ != Phase::body;
}

/// Ignored unless it is the one that is awaited.
void HttpConnection::on_sink_ready(std::uint64_t number) {
  if (phase_ != Phase::holding || number != piece_number_) return;
  enter(Phase::body);
  read_on();
}

void HttpConnection::finish_body() {
  keep_alive_ = parser_->keeps_alive();
  enter(Phase::handling);
  auto sink = std::move(flow_->sink);
  guarded([&] { sink->finish(HttpReplyTo(*this, request_number_, server_->executor)); });
  if (phase_ == Phase::handling) flow_->sink = std::move(sink);  // it answers later
}

/// The header waits for the first piece: without that the answer is another one.
void HttpConnection::begin_source(std::shared_ptr<http::AsyncBodySource> source, std::string header) {
  flow_ = std::make_unique<BodyFlow>(server_->options.body_timeout);
  flow_->left = source->size();
  flow_->source = std::move(source);
  out_ = std::move(header);
  ask_for_piece();
}

/// The source is this frame's, too, while it runs: it may close the server.
void HttpConnection::ask_for_piece() {
  enter(Phase::reading);
  const auto keep_alive_during_call = shared_from_this();
  const auto source = flow_->source;
  const auto most = static_cast<std::size_t>(std::min<std::uint64_t>(flow_->left, kPieceBytes));
  auto done = [weak = weak_from_this(), number = ++piece_number_,
               executor = server_->executor](std::string bytes) {
    if (weak.expired()) return;
    asio::dispatch(*executor, [weak, number, bytes = std::move(bytes)]() mutable {
      if (const auto self = weak.lock()) self->on_piece(number, std::move(bytes));
    });
  };
  try {
    source->read(most, std::move(done));
  } catch (...) {  // as one that can read no further
    on_piece(piece_number_, {});
  }
}

/// Ignored unless it is the one that is awaited.
void HttpConnection::on_piece(std::uint64_t number, std::string bytes) {
  if (phase_ != Phase::reading || number != piece_number_) return;
  bytes.resize(static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), flow_->left)));
  if (bytes.empty()) return on_no_piece();
  flow_->left -= bytes.size();
  if (flow_->left == 0) flow_->source.reset();
  if (out_.empty())
    out_ = std::move(bytes);
  else
    out_ += bytes;  // behind the header
  enter(Phase::writing);
  write_out(0);
}

void HttpConnection::on_no_piece() {
  if (flow_->left != flow_->source->size()) return end();
  free_memory(out_);
  refuse(500);
}

}  // namespace parley::net
