#pragma once
#include <array>
#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <parley/seams.hpp>

#include "common/net/src/side.hpp"

namespace parley::net {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using ErrorCode = boost::system::error_code;

/// The first buffers of any buffer sequence. A "some" operation may stop early, so leaving the rest for the
/// next call is correct; Beast's sequences have at most three members.
template <class Buffer>
class BufferList {
 public:
  using value_type = Buffer;
  using const_iterator = const Buffer*;

  template <class Sequence>
  explicit BufferList(const Sequence& sequence) {
    auto it = asio::buffer_sequence_begin(sequence);
    const auto end = asio::buffer_sequence_end(sequence);
    for (; it != end && size_ < buffers_.size(); ++it) {
      const Buffer buffer(*it);
      if (buffer.size() != 0) buffers_[size_++] = buffer;
    }
  }

  const_iterator begin() const { return buffers_.data(); }
  const_iterator end() const { return buffers_.data() + size_; }

 private:
  std::array<Buffer, 4> buffers_;
  std::size_t size_ = 0;
};

using ReadBuffers = BufferList<asio::mutable_buffer>;
using WriteBuffers = BufferList<asio::const_buffer>;

/// A connected byte stream, TCP or TLS over TCP, behind one type: the WebSocket code over it is compiled
/// once for both.
///
/// One read and one write may be under way at a time. Handlers run on the executor, never inside the call,
/// and must keep the stream alive until they ran.
class ByteStream {
 public:
  using IoHandler = asio::any_completion_handler<void(ErrorCode, std::size_t)>;
  using DoneHandler = asio::any_completion_handler<void(ErrorCode)>;

  virtual ~ByteStream() = default;

  virtual asio::any_io_executor get_executor() = 0;
  /// What must happen before the first byte: TLS's handshake, nothing for TCP.
  virtual void async_handshake(Side side, DoneHandler done) = 0;
  virtual void async_read_some(ReadBuffers buffers, IoHandler done) = 0;
  virtual void async_write_some(WriteBuffers buffers, IoHandler done) = 0;

  /// What can be done without waiting, for those who want neither the cost of a handler nor a buffer that
  /// waits: error::would_block if it is nothing. Not while the same is under way as an operation.
  virtual std::size_t read_now(asio::mutable_buffer buffer, ErrorCode& error) = 0;
  virtual std::size_t write_now(std::string_view bytes, ErrorCode& error) = 0;
  /// Until read_now() is worth a try: bytes, the end or an error have come.
  virtual void async_wait_readable(DoneHandler done) = 0;

  /// Says goodbye, waits a short time for the peer's, then closes. Without the wait, bytes of the peer that
  /// nobody read would make the system reset the connection and the peer could lose our last words.
  /// Reports no error: how the farewell went changes nothing.
  virtual void async_shutdown(DoneHandler done) = 0;
  /// At once. Operations under way end with an error.
  virtual void close() = 0;
  /// Without the port; "" if unknown.
  virtual std::string peer_address() const = 0;
  /// Whether bytes (or the end) have arrived that nobody has read yet.
  virtual bool has_input() = 0;

  /// Something that shall live as long as this stream, beside what it holds already.
  void hold(std::shared_ptr<void> something);

 protected:
  /// Closes the stream unless `end_farewell` comes soon.
  void begin_farewell();
  void end_farewell() { farewell_.reset(); }

 private:
  std::shared_ptr<void> held_;
  std::shared_ptr<asio::steady_timer> farewell_;
};

/// `early` is what was read from the socket already: it comes first.
std::unique_ptr<ByteStream> make_plain_stream(tcp::socket socket, std::string early = {});

/// Writes all of `bytes`, which must live until `done` ran.
void async_write_all(ByteStream& stream, std::string_view bytes, ByteStream::DoneHandler done);

/// As ByteStream::has_input(), of the socket alone.
bool has_arrived(tcp::socket& socket);

/// "127.0.0.1" also for an IPv4 peer of an IPv6 socket; "" if the socket is not connected.
std::string peer_address_of(const tcp::socket& socket);

}  // namespace parley::net
