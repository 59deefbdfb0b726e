#pragma once
#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <memory>
#include <string>

#include "common/net/message_stream.hpp"

namespace parley::testing {

using Bytes = std::shared_ptr<const std::string>;

/// One end of a connection through a FaultyPipe: towards its client, or towards the service. On the pipe's
/// thread. Destroying one that was not closed resets it; no callback runs afterwards.
class PipeEnd {
 public:
  struct Callbacks {
    std::function<void(Bytes bytes)> on_bytes;
    std::function<void()> on_end;  ///< once, last: the peer has ended the connection
  };

  virtual ~PipeEnd() = default;
  /// Once, first. Bytes come after read_on() only, where the kind of connection can be held up at all.
  virtual void start(Callbacks callbacks) = 0;
  virtual void read_on() = 0;
  /// `sent` runs when there is room for more, also inside this call.
  virtual void send(Bytes bytes, std::function<void()> sent) = 0;
  /// Ends it behind what was sent.
  virtual void close() = 0;
  /// A part of what comes at once makes sense alone.
  virtual bool is_divisible() const = 0;
};

/// Carries messages. They come whenever they like: who sends them is in this process. Empty bytes are a sign
/// of life, or the question for one: no end may answer that by itself, or a dead pipe would seem alive.
std::unique_ptr<PipeEnd> make_client_end(std::unique_ptr<net::MessageStream> stream);
std::unique_ptr<PipeEnd> make_service_end(std::unique_ptr<net::MessageStream> stream);
/// The other side of a client end, for the client: its ping() is an empty message.
std::unique_ptr<net::MessageStream> make_client_side(std::unique_ptr<net::MessageStream> stream);
/// Carries bytes of a connected socket.
std::unique_ptr<PipeEnd> make_tcp_end(boost::asio::ip::tcp::socket socket);

/// Closes it so that the peer is told of a reset.
void reset(boost::asio::ip::tcp::socket& socket);

}  // namespace parley::testing
