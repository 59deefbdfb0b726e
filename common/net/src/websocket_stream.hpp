#pragma once
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "common/net/src/frame_queue.hpp"
#include "common/net/src/inbound_buffers.hpp"
#include "common/net/src/websocket.hpp"
#include "common/net/src/websocket_frames.hpp"
#include "common/net/src/websocket_handshake.hpp"

namespace parley::net {

/// One WebSocket, of either side, in all its states. Pending operations keep it alive; its owner's handle
/// decides when it ends.
class WebSocketStream final : public std::enable_shared_from_this<WebSocketStream>,
                              private InboundBuffers::Holder {
 public:
  WebSocketStream(Side side, UpgradedStream upgraded, const MessageSizes& most)
      : side_(side),
        stream_(std::move(upgraded.stream)),
        peer_address_(std::move(upgraded.peer_address)),
        inbound_(std::move(upgraded.inbound)),
        reader_(side, most),
        in_(std::move(upgraded.read_ahead)),
        queue_(side) {}
  ~WebSocketStream() override { release_input(); }

  /// Of a server: answers the handshake before anything else.
  void accept(HandshakeAnswer answer, Duration timeout, WebSocketReady ready);
  void cancel_handshake() {
    if (ready_) drop();
  }

  void start(MessageStream::Callbacks callbacks);
  void send(std::shared_ptr<const std::string> message);
  void ping();
  void close(Duration grace);
  void drop();
  std::size_t queued_bytes() const { return queue_.bytes() + out_.size(); }
  const std::string& peer_address() const override { return peer_address_; }

 private:
  void give_up_input() override;
  void release_input() {
    if (inbound_) inbound_->release(*this);
  }
  template <class Work>
  void later(Work work) {
    asio::post(stream_->get_executor(),
               [self = shared_from_this(), work = std::move(work)]() mutable { work(*self); });
  }

  void on_answered(int status);
  void listen();
  void on_readable(ErrorCode error);
  void take(std::span<char> bytes);
  std::size_t digest(std::span<char> bytes);
  bool use(const FrameReader::Event& event);
  void refuse(const FrameReader::Event& event);
  template <class Call>
  void tell(Call call);
  void flush_later();
  void flush();
  std::size_t fill(std::span<char> piece);
  void write_rest(std::string_view rest);
  void on_write_error(const ErrorCode& error);
  void say_close(std::uint16_t code);
  void drain(Error reason);
  void shut_down();
  void finish_after(Duration time, Error reason);
  void finish(Error reason);

  Side side_;
  std::unique_ptr<ByteStream> stream_;
  std::string peer_address_;
  std::shared_ptr<InboundBuffers> inbound_;  // of a server
  FrameReader reader_;
  WebSocketReady ready_;
  MessageStream::Callbacks callbacks_;
  std::string in_;   // read, not yet whole
  std::string out_;  // taken from the queue, not yet by the system
  FrameQueue queue_;
  std::shared_ptr<asio::steady_timer> timer_;  // only while something must end in time
  std::optional<Error> reason_;                // decided already, told when the stream has ended
  std::optional<std::string> pong_;            // only the newest ping needs its answer
  bool ping_ = false;                          // to be sent
  std::uint16_t close_code_ = static_cast<std::uint16_t>(CloseCode::normal);
  bool writing_ = false;  // the system takes out_
  bool flush_posted_ = false;
  bool closing_ = false;   // no more sends: the closing frame is queued
  bool mute_ = false;      // nothing can be written any more
  bool draining_ = false;  // nothing is read any more; goes when everything is written
  bool calling_ = false;   // a callback is running: its function object must stay
  bool ended_ = false;     // no more callbacks
};

}  // namespace parley::net
