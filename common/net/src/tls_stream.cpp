#include "common/net/src/tls_stream.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <atomic>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/error.hpp>

#include "common/net/src/certificate_check.hpp"
#include "common/net/src/tls_bio.hpp"

namespace parley::net {
namespace {

constexpr std::size_t kRecordBytes = 16 * 1024;

/// OpenSSL straight on a socket that does not block. Asio's own stream keeps 70 KB of buffers for each
/// connection, idle or not.
class SslStream : public TlsStream {
 public:
  SslStream(TlsSocket socket, TlsContext context)
      : context_(std::move(context)), socket_(std::move(socket)), ssl_(nullptr, &SSL_free) {
    ErrorCode ignored;
    socket_.socket.non_blocking(true, ignored);
  }

  /// Makes the session, before the handshake.
  void open(Side side) {
    ssl_.reset(SSL_new(context_->native_handle()));
    SSL_set_mode(native(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                               SSL_MODE_RELEASE_BUFFERS);
    SSL_set_read_ahead(native(), 1);
    BIO* bio = make_tls_bio(socket_);
    SSL_set_bio(native(), bio, bio);
    side == Side::client ? SSL_set_connect_state(native()) : SSL_set_accept_state(native());
  }

  SSL* native() const { return ssl_.get(); }

  asio::any_io_executor get_executor() override { return socket_.socket.get_executor(); }

  void async_handshake(Side, DoneHandler done) override {
    later([this, done = std::move(done)]() mutable { handshake(std::move(done)); });
  }

  void async_read_some(ReadBuffers buffers, IoHandler done) override {
    ErrorCode error;
    const auto size = read_some_now(buffers, error);
    if (error == asio::error::would_block) return wait_and_read(buffers, std::move(done));
    later([done = std::move(done), error, size]() mutable { std::move(done)(error, size); });
  }

  void async_write_some(WriteBuffers buffers, IoHandler done) override {
    ErrorCode error;
    const auto size = write_some_now(buffers, error);
    if (error == asio::error::would_block) return wait_and_write(buffers, std::move(done));
    later([done = std::move(done), error, size]() mutable { std::move(done)(error, size); });
  }

  std::size_t read_now(asio::mutable_buffer buffer, ErrorCode& error) override {
    std::size_t size = 0;
    error =
        attempt(read_waits_for_, [&] { return SSL_read_ex(native(), buffer.data(), buffer.size(), &size); });
    starved_ = error == asio::error::would_block;
    return error ? 0 : size;
  }

  std::size_t write_now(std::string_view bytes, ErrorCode& error) override {
    std::size_t size = 0;
    error =
        attempt(write_waits_for_, [&] { return SSL_write_ex(native(), bytes.data(), bytes.size(), &size); });
    return error ? 0 : size;
  }

  void async_wait_readable(DoneHandler done) override {
    const bool more_is_here = !starved_ && SSL_has_pending(native()) != 0;
    if (more_is_here) return later([done = std::move(done)]() mutable { std::move(done)(ErrorCode{}); });
    wait(read_waits_for_, [done = std::move(done)](ErrorCode error) mutable { std::move(done)(error); });
  }

  void async_shutdown(DoneHandler done) override {
    begin_farewell();
    later([this, done = std::move(done)]() mutable { say_goodbye(std::move(done)); });
  }

  void close() override {
    ErrorCode ignored;
    socket_.socket.close(ignored);
  }

  std::string peer_address() const override { return peer_address_of(socket_.socket); }

  bool has_input() override { return SSL_has_pending(native()) != 0 || has_arrived(socket_.socket); }

  std::string handshake_problem(const ErrorCode& error) const override {
    return certificate_check_ && !certificate_check_->problem().empty() ? certificate_check_->problem()
                                                                        : tls_problem(error);
  }

  bool has_pin(const std::vector<std::string>& pins) const override { return has_pinned_key(native(), pins); }

  /// The server must be `host`. Before the handshake.
  void check_host(const std::string& host) {
    certificate_check_ = std::make_unique<CertificateCheck>(native(), host);
  }

 protected:
  using Direction = tcp::socket::wait_type;

  ErrorCode shake_hands() {
    return attempt(read_waits_for_, [this] { return SSL_do_handshake(native()); });
  }
  void on_secured() {
    starved_ = false;
  }  // the peer's first words may have come with the end of the handshake

  template <class Next>
  void wait(Direction direction, Next next) {
    socket_.socket.async_wait(direction, std::move(next));
  }
  Direction waits_for() const { return read_waits_for_; }
  tcp::socket& socket() { return socket_.socket; }

 private:
  template <class Operation>
  ErrorCode attempt(Direction& waits_for, Operation operation) {
    ERR_clear_error();
    const int result = operation();
    return result == 1 ? ErrorCode{} : what_happened(result, waits_for);
  }

  ErrorCode what_happened(int result, Direction& waits_for) {
    const auto code = ERR_peek_error();
    const bool cut = ERR_GET_REASON(code) == SSL_R_UNEXPECTED_EOF_WHILE_READING;
    switch (SSL_get_error(native(), result)) {
      case SSL_ERROR_WANT_READ:
        waits_for = tcp::socket::wait_read;
        return asio::error::would_block;
      case SSL_ERROR_WANT_WRITE:
        waits_for = tcp::socket::wait_write;
        return asio::error::would_block;
      case SSL_ERROR_ZERO_RETURN:
        return asio::error::eof;
      case SSL_ERROR_SSL:
        if (!cut) return {static_cast<int>(code), asio::error::get_ssl_category()};
        return asio::ssl::error::stream_truncated;
      default:
        const bool known = socket_.error && socket_.error != asio::error::eof;
        return known ? socket_.error : ErrorCode(asio::ssl::error::stream_truncated);
    }
  }

  template <class Work>
  void later(Work work) {
    asio::post(get_executor(), std::move(work));
  }

  void handshake(DoneHandler done) {
    const auto error = shake_hands();
    on_secured();
    if (error != asio::error::would_block) return std::move(done)(error);
    wait(read_waits_for_, [this, done = std::move(done)](ErrorCode failed) mutable {
      failed ? std::move(done)(failed) : handshake(std::move(done));
    });
  }

  void wait_and_read(ReadBuffers buffers, IoHandler done) {
    wait(read_waits_for_, [this, buffers, done = std::move(done)](ErrorCode error) mutable {
      const auto size = error ? 0 : read_some_now(buffers, error);
      if (error == asio::error::would_block) return wait_and_read(buffers, std::move(done));
      std::move(done)(error, size);
    });
  }

  /// Offers the same bytes again, as OpenSSL demands.
  void wait_and_write(WriteBuffers buffers, IoHandler done) {
    wait(write_waits_for_, [this, buffers, done = std::move(done)](ErrorCode error) mutable {
      const auto size = error ? 0 : write_some_now(buffers, error);
      if (error == asio::error::would_block) return wait_and_write(buffers, std::move(done));
      std::move(done)(error, size);
    });
  }

  std::size_t read_some_now(const ReadBuffers& buffers, ErrorCode& error) {
    return buffers.begin() == buffers.end() ? 0 : read_now(*buffers.begin(), error);
  }

  /// Small buffers, such as a frame's header and its payload, share one record.
  std::size_t write_some_now(const WriteBuffers& buffers, ErrorCode& error) {
    if (buffers.begin() == buffers.end()) return 0;
    const auto& first = *buffers.begin();
    if (first.size() >= kRecordBytes || buffers.begin() + 1 == buffers.end())
      return write_now({static_cast<const char*>(first.data()), first.size()}, error);
    std::string joined(std::min(asio::buffer_size(buffers), kRecordBytes), '\0');
    asio::buffer_copy(asio::buffer(joined), buffers);
    return write_now(joined, error);
  }

  void say_goodbye(DoneHandler done) {
    // 0: said, and the peer's goodbye is to come.
    const auto error = attempt(write_waits_for_, [this] { return SSL_shutdown(native()) < 0 ? -1 : 1; });
    if (!error) return drain(std::move(done));
    if (error != asio::error::would_block) return part(std::move(done));
    wait(write_waits_for_, [this, done = std::move(done)](ErrorCode failed) mutable {
      failed ? part(std::move(done)) : say_goodbye(std::move(done));
    });
  }

  void drain(DoneHandler done) {
    std::array<char, 1024> scratch;
    ErrorCode error;
    read_now(asio::buffer(scratch), error);
    if (!error) return later([this, done = std::move(done)]() mutable { drain(std::move(done)); });
    if (error != asio::error::would_block) return part(std::move(done));
    wait(read_waits_for_, [this, done = std::move(done)](ErrorCode failed) mutable {
      failed ? part(std::move(done)) : drain(std::move(done));
    });
  }

  void part(DoneHandler done) {
    end_farewell();
    close();
    std::move(done)(ErrorCode{});
  }

  TlsContext context_;  // the session refers to it
  TlsSocket socket_;
  std::unique_ptr<CertificateCheck> certificate_check_;  // of a client that verifies
  std::unique_ptr<SSL, decltype(&SSL_free)> ssl_;
  Direction read_waits_for_ = tcp::socket::wait_read;
  Direction write_waits_for_ = tcp::socket::wait_write;
  bool starved_ = true;  // what OpenSSL keeps, if anything, is not a whole record
};

/// The server's end, whose handshake a pool computes: whoever is connected does not wait for it.
///
/// The socket belongs to the pool's thread while a step is computed there: what happens meanwhile on the
/// executor touches `abandoned_` only. The session is made there, too, when the peer has sent something: who
/// connects and says nothing costs a socket.
class ServerStream final : public SslStream, private Handshakes::Waiting {
 public:
  ServerStream(tcp::socket socket, TlsContext context, std::shared_ptr<Handshakes> handshakes)
      : SslStream({std::move(socket)}, std::move(context)), handshakes_(std::move(handshakes)) {}
  ~ServerStream() override { handshakes_->leave(*this); }

  void async_handshake(Side, DoneHandler done) override { await_peer(std::move(done)); }

  void close() override {
    abandoned_ = true;
    if (!computing_) SslStream::close();
  }

 private:
  class Step final : public HandshakeStep {
   public:
    Step(ServerStream& stream, DoneHandler done)
        : HandshakeStep(stream.get_executor()), stream_(stream), done_(std::move(done)) {}
    void compute() override { stream_.compute(); }
    void finish(bool computed) override { stream_.on_computed(computed, std::move(done_)); }

   private:
    ServerStream& stream_;  // which done_ keeps alive
    DoneHandler done_;
  };

  void await_peer(DoneHandler done) {
    handshakes_->enter(*this);
    wait(waits_for(), [this, done = std::move(done)](ErrorCode error) mutable {
      handshakes_->leave(*this);
      if (crowded_out_) error = kTooManyHandshakes;
      if (abandoned_) error = asio::error::operation_aborted;
      error ? std::move(done)(error) : submit(std::move(done));
    });
  }

  void crowd_out() override {
    crowded_out_ = true;
    ErrorCode ignored;
    socket().cancel(ignored);
  }

  void submit(DoneHandler done) {
    computing_ = true;
    handshakes_->submit(PeerKey::of(socket().remote_endpoint(result_).address()),
                        std::make_unique<Step>(*this, std::move(done)));
  }

  void compute() {
    if (abandoned_) return;
    if (!native()) open(Side::server);
    result_ = shake_hands();
  }

  void on_computed(bool computed, DoneHandler done) {
    computing_ = false;
    if (abandoned_) {
      SslStream::close();
      return std::move(done)(asio::error::operation_aborted);
    }
    if (!computed) return std::move(done)(kTooManyHandshakes);
    if (result_ == asio::error::would_block) return await_peer(std::move(done));
    on_secured();
    std::move(done)(result_);
  }

  std::shared_ptr<Handshakes> handshakes_;
  ErrorCode result_;  // of the last step
  bool computing_ = false;
  bool crowded_out_ = false;
  std::atomic<bool> abandoned_ = false;
};

}  // namespace

std::unique_ptr<TlsStream> make_tls_client_stream(TlsSocket socket, TlsContext context,
                                                  const std::string& host, bool verify) {
  auto stream = std::make_unique<SslStream>(std::move(socket), std::move(context));
  stream->open(Side::client);
  ErrorCode not_an_address;
  asio::ip::make_address(host, not_an_address);
  if (not_an_address) SSL_set_tlsext_host_name(stream->native(), host.c_str());
  if (verify) stream->check_host(host);
  return stream;
}

std::unique_ptr<TlsStream> make_tls_server_stream(tcp::socket socket, TlsContext context,
                                                  std::shared_ptr<Handshakes> handshakes) {
  return std::make_unique<ServerStream>(std::move(socket), std::move(context), std::move(handshakes));
}

}  // namespace parley::net
