#pragma once
#include <algorithm>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/role.hpp>
#include <cstring>
#include <memory>
#include <string>

#include "common/net/src/byte_stream.hpp"

namespace parley::net {

/// A ByteStream in the form in which Beast wants its next layer. Bytes read before Beast took over are
/// given to it first.
class AnyStream {
 public:
  using executor_type = asio::any_io_executor;

  AnyStream(std::unique_ptr<ByteStream> stream, std::string read_ahead)
      : stream_(std::move(stream)), read_ahead_(std::move(read_ahead)) {}

  executor_type get_executor() { return stream_->get_executor(); }
  ByteStream& bytes() { return *stream_; }
  const ByteStream& bytes() const { return *stream_; }

  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    auto start = [](auto handler, AnyStream* self, ReadBuffers list) {
      self->read_some(list, ByteStream::IoHandler(std::move(handler)));
    };
    return asio::async_initiate<Token, void(ErrorCode, std::size_t)>(start, token, this,
                                                                     ReadBuffers(buffers));
  }

  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    auto start = [](auto handler, AnyStream* self, WriteBuffers list) {
      self->stream_->async_write_some(list, ByteStream::IoHandler(std::move(handler)));
    };
    return asio::async_initiate<Token, void(ErrorCode, std::size_t)>(start, token, this,
                                                                     WriteBuffers(buffers));
  }

 private:
  void read_some(ReadBuffers buffers, ByteStream::IoHandler done) {
    if (read_ahead_.empty()) return stream_->async_read_some(buffers, std::move(done));
    const auto taken = asio::buffer_copy(buffers, asio::buffer(read_ahead_));
    read_ahead_.erase(0, taken);
    asio::post(get_executor(),
               [done = std::move(done), taken]() mutable { std::move(done)(ErrorCode{}, taken); });
  }

  std::unique_ptr<ByteStream> stream_;
  std::string read_ahead_;
};

// Beast finds these by argument-dependent look-up.

inline void beast_close_socket(AnyStream& stream) { stream.bytes().close(); }

inline void teardown(boost::beast::role_type, AnyStream& stream, ErrorCode& error) {
  stream.bytes().close();
  error = {};
}

template <class Handler>
void async_teardown(boost::beast::role_type, AnyStream& stream, Handler&& handler) {
  stream.bytes().async_shutdown(ByteStream::DoneHandler(std::forward<Handler>(handler)));
}

}  // namespace parley::net
