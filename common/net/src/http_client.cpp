#include "common/net/http_client.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/beast/core/buffers_range.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <cctype>
#include <utility>

#include "common/net/src/connector.hpp"
#include "common/net/src/http_writer.hpp"

namespace parley::net {
namespace {

namespace beast_http = boost::beast::http;

/// A body that may be taken away in pieces; Beast's own string_body makes room for all of it in advance.
struct PieceBody {
  using value_type = std::string;
  class reader {
   public:
    template <bool is_request, class Fields>
    reader(beast_http::header<is_request, Fields>&, value_type& body) : body_(body) {}
    void init(const boost::optional<std::uint64_t>&, ErrorCode& error) { error = {}; }
    template <class Buffers>
    std::size_t put(const Buffers& buffers, ErrorCode& error) {
      error = {};
      const auto before = body_.size();
      for (auto it = asio::buffer_sequence_begin(buffers); it != asio::buffer_sequence_end(buffers); ++it) {
        const asio::const_buffer buffer(*it);
        body_.append(static_cast<const char*>(buffer.data()), buffer.size());
      }
      return body_.size() - before;
    }
    void finish(ErrorCode& error) { error = {}; }

   private:
    value_type& body_;
  };
};
using ResponseParser = beast_http::response_parser<PieceBody>;

constexpr std::size_t kReadBytes = 8192;
constexpr std::size_t kTakeBytes = 64 * 1024;
constexpr std::uint32_t kResponseHeaderBytes = 64 * 1024;
constexpr int kMaxInterimAnswers = 16;

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) ||
           std::string_view("!#$%&'*+-.^_`|~").find(static_cast<char>(c)) != std::string_view::npos;
  });
}

bool has_line_end(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos;
}

/// Whatever could make two requests out of one.
std::optional<Error> check(const HttpCall& call) {
  const auto bad = [](std::string message) {
    return Error{.code = Errc::invalid_argument, .message = std::move(message)};
  };
  if (!is_token(call.method)) return bad("method: expected an HTTP method");
  if (has_line_end(call.url.target) || call.url.target.find(' ') != std::string::npos)
    return bad("url.target: expected no spaces or line ends");
  for (const auto& [name, value] : call.headers)
    if (!is_token(name) || has_line_end(value))
      return bad("headers: a name or value has characters that are not allowed");
  return std::nullopt;
}

std::string format_request(const HttpCall& call) {
  std::string out = call.method + " " + call.url.target + " HTTP/1.1\r\n";
  write_field("Host", call.url.authority(), out);
  write_field("Connection", "close", out);
  for (const auto& [name, value] : call.headers) write_field(name, value, out);
  if (!http::find_header(call.headers, "User-Agent")) write_field("User-Agent", "parley", out);
  const std::uint64_t length = call.source ? call.source->size() : call.body.size();
  const bool bodiless = length == 0 && (call.method == "GET" || call.method == "HEAD");
  if (!bodiless) write_field("Content-Length", std::to_string(length), out);
  return out + "\r\n" + call.body;
}

http::Response head_of(const beast_http::response<PieceBody>& message) {
  http::Response response;
  response.status = static_cast<int>(message.result_int());
  for (const auto& field : message)
    response.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
  response.content_type = std::string(message[beast_http::field::content_type]);
  return response;
}

http::Response to_response(beast_http::response<PieceBody>&& message) {
  http::Response response = head_of(message);
  response.body = std::move(message.body());
  return response;
}

class HttpOperation final : public std::enable_shared_from_this<HttpOperation> {
 public:
  HttpOperation(asio::any_io_executor executor, HttpCall call, HttpCompletion done);

  void start();
  void cancel();

 private:
  void on_connected(Result<std::unique_ptr<ByteStream>> stream);
  void on_written(ErrorCode error);
  void on_head_written(ErrorCode error);
  void write_piece();
  void write_rest(std::string_view rest);
  void begin_response();
  void read();
  void on_read(ErrorCode error, std::size_t size);
  void parse();
  bool parse_some();
  void on_more_needed();
  void on_interim_answer();
  bool tell_head();
  bool take_piece();
  void on_end();
  bool is_streamed() const { return call_.source || call_.take; }
  void wait_for_deadline();
  void touch();
  void on_deadline();
  void fail(Errc code, const std::string& message);
  void finish(Result<http::Response> result);

  HttpCall call_;
  HttpCompletion done_;
  asio::steady_timer deadline_;
  std::shared_ptr<Connector> connector_;
  std::unique_ptr<ByteStream> stream_;
  std::string out_;
  std::uint64_t unsent_ = 0;  ///< of the source
  boost::beast::flat_buffer in_;
  std::optional<ResponseParser> parser_;
  bool head_told_ = false;
  int interim_answers_ = 0;
};

HttpOperation::HttpOperation(asio::any_io_executor executor, HttpCall call, HttpCompletion done)
    : call_(std::move(call)),
      done_(std::move(done)),
      deadline_(executor, call_.timeout),
      connector_(std::make_shared<Connector>(executor, Way{call_.url, call_.tls, call_.proxy},
                                             deadline_.expiry())) {}

void HttpOperation::start() {
  if (auto error = check(call_)) {
    asio::post(deadline_.get_executor(),
               [self = shared_from_this(), error = *error] { self->finish(error); });
    return;
  }
  wait_for_deadline();
  connector_->start([self = shared_from_this()](auto stream) { self->on_connected(std::move(stream)); });
}

void HttpOperation::on_connected(Result<std::unique_ptr<ByteStream>> stream) {
  if (!stream) return finish(stream.error());
  stream_ = std::move(*stream);
  out_ = format_request(call_);
  touch();
  if (call_.source) {
    unsent_ = call_.source->size();
    begin_response();
    read();  // beside the writing: a refusal may come before everything was sent
    return async_write_all(*stream_, out_,
                           [self = shared_from_this()](ErrorCode error) { self->on_head_written(error); });
  }
  async_write_all(*stream_, out_, [self = shared_from_this()](ErrorCode error) { self->on_written(error); });
}

void HttpOperation::write_piece() {
  out_.resize(static_cast<std::size_t>(std::min<std::uint64_t>(unsent_, kTakeBytes)));
  const std::size_t got = call_.source->read(out_);
  if (!done_) return;
  if (got == 0) return fail(Errc::storage_error, "the body could not be read to its end");
  touch();  // A slow disk is not the server's silence.
  out_.resize(got);
  write_rest(out_);
}

// Whatever leaves is a sign of life: a whole piece may take longer than the silence that is allowed.
void HttpOperation::write_rest(std::string_view rest) {
  stream_->async_write_some(WriteBuffers(asio::buffer(rest)),
                            [self = shared_from_this(), rest](ErrorCode error, std::size_t size) {
                              if (!self->done_ || error)
                                return;  // what is read says why: an early answer or the end
                              self->touch();
                              self->unsent_ -= size;
                              if (self->call_.on_sent)
                                self->call_.on_sent(self->call_.source->size() - self->unsent_);
                              if (!self->done_) return;
                              if (size < rest.size()) return self->write_rest(rest.substr(size));
                              if (self->unsent_ > 0) self->write_piece();
                            });
}

void HttpOperation::on_head_written(ErrorCode error) {
  if (!done_ || error) return;
  touch();
  if (unsent_ > 0) write_piece();
}

void HttpOperation::wait_for_deadline() {
  deadline_.async_wait([self = shared_from_this()](ErrorCode cancelled) {
    if (!cancelled) self->on_deadline();
  });
}

/// Something moved: of a streamed call only the silence is limited.
void HttpOperation::touch() {
  if (!is_streamed()) return;
  deadline_.expires_after(call_.timeout);
  wait_for_deadline();
}

void HttpOperation::on_written(ErrorCode error) {
  if (!done_) return;
  // A server may answer and close before it has read everything, e.g. 413: the answer is worth reading.
  if (error && error != asio::error::broken_pipe && error != asio::error::connection_reset)
    return fail(Errc::connection_lost, "sending the request failed: " + error.message());
  begin_response();
  read();
}

void HttpOperation::begin_response() {
  parser_.emplace();
  parser_->eager(true);
  parser_->header_limit(kResponseHeaderBytes);
  if (call_.take)
    parser_->body_limit(boost::none);
  else
    parser_->body_limit(call_.max_body_bytes);
  if (call_.method == "HEAD") parser_->skip(true);
}

void HttpOperation::read() {
  auto next = [self = shared_from_this()](ErrorCode error, std::size_t size) { self->on_read(error, size); };
  stream_->async_read_some(ReadBuffers(in_.prepare(call_.take ? kTakeBytes : kReadBytes)), std::move(next));
}

void HttpOperation::on_read(ErrorCode error, std::size_t size) {
  if (!done_) return;
  if (error == asio::error::eof) return on_end();
  if (error) return fail(Errc::outcome_unknown, "the connection ended before the answer: " + error.message());
  in_.commit(size);
  parse();
}

void HttpOperation::parse() {
  while (in_.size() != 0)
    if (!parse_some()) return;
  read();
}

/// False: the next bytes are being read, or that was the end of the call. Only a whole head and bytes of the
/// body count as a sign of life: the bytes of a head or of a chunk's extension may be dripped for ever.
bool HttpOperation::parse_some() {
  const bool had_head = parser_->is_header_done();
  const std::size_t had_bytes = parser_->get().body().size();
  ErrorCode error;
  in_.consume(parser_->put(in_.cdata(), error));
  if (error == beast_http::error::body_limit)
    return fail(Errc::limit_exceeded,
                "the answer is longer than " + std::to_string(call_.max_body_bytes) + " bytes"),
           false;
  const bool waits = error == beast_http::error::need_more;
  if (error && !waits) return fail(Errc::protocol_error, "the answer is not HTTP: " + error.message()), false;
  const bool moved = parser_->is_header_done() != had_head || parser_->get().body().size() > had_bytes;
  if (!tell_head() || !take_piece()) return false;
  if (moved) touch();  // After the taking, which may have been slow.
  if (waits) return on_more_needed(), false;
  if (!parser_->is_done()) return true;
  if (parser_->get().result_int() >= 200) return finish(to_response(parser_->release())), false;
  on_interim_answer();
  return done_ != nullptr;
}

// The parser limits neither the extension of a chunk nor the trailer: what it leaves is limited here.
void HttpOperation::on_more_needed() {
  if (in_.size() <= kResponseHeaderBytes) return read();
  fail(Errc::limit_exceeded, "a part of the answer that is no body is longer than " +
                                 std::to_string(kResponseHeaderBytes) + " bytes");
}

void HttpOperation::on_interim_answer() {
  if (++interim_answers_ > kMaxInterimAnswers) return fail(Errc::protocol_error, "too many interim answers");
  begin_response();
}

/// False: that was the end of the call.
bool HttpOperation::tell_head() {
  if (!call_.take || !call_.on_head || head_told_ || !parser_->is_header_done()) return true;
  if (parser_->get().result_int() / 100 != 2) return true;
  head_told_ = true;
  const auto accepted = call_.on_head(head_of(parser_->get()));
  if (!accepted && done_) finish(accepted.error());
  return done_ != nullptr;
}

/// The same.
bool HttpOperation::take_piece() {
  std::string& body = parser_->get().body();
  if (!call_.take || body.empty()) return true;
  if (parser_->get().result_int() / 100 != 2) {
    if (body.size() <= call_.max_body_bytes) return true;
    fail(Errc::limit_exceeded, "the answer is too long");
    return false;
  }
  const auto taken = call_.take(body);
  body.clear();
  if (!taken && done_) finish(taken.error());
  return done_ != nullptr;
}

void HttpOperation::on_end() {
  ErrorCode error = beast_http::error::partial_message;
  if (parser_->got_some()) parser_->put_eof(error);
  if (error) return fail(Errc::outcome_unknown, "the connection ended before the end of the answer");
  finish(to_response(parser_->release()));
}

// It may have rung before something moved, and be heard behind it: the wait that began then goes on.
void HttpOperation::on_deadline() {
  if (!done_ || deadline_.expiry() > std::chrono::steady_clock::now()) return;
  fail(Errc::timed_out, "no answer within the time allowed");
}

void HttpOperation::fail(Errc code, const std::string& message) {
  const auto stage = stream_ ? call_.method + " " + call_.url.authority() : connector_->stage();
  finish(Error{.code = code, .message = stage + ": " + message});
}

void HttpOperation::finish(Result<http::Response> result) {
  const auto done = std::exchange(done_, nullptr);
  cancel();
  if (done) done(std::move(result));
}

void HttpOperation::cancel() {
  done_ = nullptr;
  deadline_.cancel();
  connector_->cancel();
  if (stream_) stream_->close();
}

class CallHandle final : public PendingCall {
 public:
  explicit CallHandle(std::shared_ptr<HttpOperation> operation) : operation_(std::move(operation)) {}
  ~CallHandle() override { operation_->cancel(); }

 private:
  std::shared_ptr<HttpOperation> operation_;
};

}  // namespace

std::unique_ptr<PendingCall> http_call(boost::asio::any_io_executor executor, HttpCall call,
                                       HttpCompletion done) {
  auto operation = std::make_shared<HttpOperation>(std::move(executor), std::move(call), std::move(done));
  operation->start();
  return std::make_unique<CallHandle>(std::move(operation));
}

}  // namespace parley::net
