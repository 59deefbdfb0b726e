#include <algorithm>
#include <utility>

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
  guarded([&] { decision = server_->body_check(parser_->request(), peer_address_, parser_->body_length()); });
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

void HttpConnection::finish_body() {
  keep_alive_ = parser_->keeps_alive();
  enter(Phase::handling);
  auto sink = std::move(flow_->sink);
  guarded([&] { sink->finish(HttpReplyTo(*this, request_number_, server_->executor)); });
  if (phase_ == Phase::handling) flow_->sink = std::move(sink);  // it answers later
}

/// Adds the first piece to the response's header. False if there is none where there should be.
bool HttpConnection::begin_source(const http::Response& response, const HttpWriteOptions& how,
                                  std::string& out) {
  if (!response.source || !sends_body(response.status, how)) return true;
  flow_ = std::make_unique<BodyFlow>(server_->options.body_timeout);
  flow_->source = response.source;
  flow_->left = response.source->size();
  const bool begun = pull(out);
  if (!begun || flow_->left == 0) flow_.reset();
  return begun;
}

/// Appends the next piece. False if there is none where there should be.
bool HttpConnection::pull(std::string& out) {
  const auto start = out.size();
  const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(flow_->left, kPieceBytes));
  if (wanted == 0) return true;
  out.resize(start + wanted);
  std::size_t got = 0;
  try {
    got = std::min(wanted, flow_->source->read({out.data() + start, wanted}));
  } catch (...) {  // as one that can read no further
  }
  out.resize(start + got);
  flow_->left -= got;
  if (flow_->left == 0) flow_->source.reset();
  return got != 0;
}

void HttpConnection::write_next_piece() {
  out_.clear();
  pull(out_) ? write_out(0) : end();
}

}  // namespace parley::net
