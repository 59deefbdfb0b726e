#pragma once
#include <boost/asio/async_result.hpp>
#include <boost/beast/core/role.hpp>
#include <memory>

#include "common/net/src/byte_stream.hpp"

namespace parley::net {

/// A ByteStream in the form in which Beast wants its next layer.
class AnyStream {
 public:
  using executor_type = asio::any_io_executor;

  explicit AnyStream(std::unique_ptr<ByteStream> stream) : stream_(std::move(stream)) {}

  executor_type get_executor() { return stream_->get_executor(); }
  ByteStream& bytes() { return *stream_; }
  const ByteStream& bytes() const { return *stream_; }

  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    auto start = [](auto handler, AnyStream* self, ReadBuffers list) {
      self->stream_->async_read_some(list, ByteStream::IoHandler(std::move(handler)));
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
  std::unique_ptr<ByteStream> stream_;
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
