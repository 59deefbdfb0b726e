#include "common/net/src/websocket_stream.hpp"

#include <algorithm>

#include "common/net/src/websocket_handles.hpp"

namespace parley::net {
namespace {

/// How long the peer may take for its closing handshake, and the reader to find out why writing failed.
constexpr auto kLastWords = std::chrono::seconds(1);

/// One connection at a time reads or writes on a thread, and no callback runs in between that could read or
/// write another one: idle connections need no buffers. Allocated, since what is thread-local itself takes
/// room on the stack of every thread of a program, also of those that know nothing of us.
std::span<char> scratch(std::unique_ptr<char[]>& bytes) {
  constexpr std::size_t kBytes = 64 * 1024;
  if (!bytes) bytes = std::make_unique<char[]>(kBytes);
  return {bytes.get(), kBytes};
}
std::span<char> read_scratch() {
  thread_local std::unique_ptr<char[]> bytes;
  return scratch(bytes);
}
std::span<char> write_scratch() {
  thread_local std::unique_ptr<char[]> bytes;
  return scratch(bytes);
}

Error lost(const ErrorCode& error) {
  return {.code = Errc::connection_lost, .message = "the connection ended: " + error.message()};
}

Error closed_by_peer(const FrameReader::Event& event) {
  return {.code = Errc::connection_lost,
          .message = "the peer closed the WebSocket with code " + std::to_string(event.code),
          .server_code = event.code,
          .server_text = std::string(event.bytes)};
}

Error failure(const FrameReader::Event& event) {
  const bool too_big = event.code == static_cast<std::uint16_t>(CloseCode::too_big);
  return {.code = too_big ? Errc::limit_exceeded : Errc::protocol_error,
          .message = std::string(event.problem)};
}

}  // namespace

void WebSocketStream::accept(HandshakeAnswer answer, Duration timeout, WebSocketReady ready) {
  ready_ = std::move(ready);
  out_ = std::move(answer.bytes);
  finish_after(timeout, {.code = Errc::timed_out, .message = "the peer does not take the answer"});
  async_write_all(*stream_, out_, [self = shared_from_this(), status = answer.status](ErrorCode error) {
    free_memory(self->out_);
    if (self->ended_) return;
    if (error) return self->finish(lost(error));
    self->on_answered(status);
  });
}

void WebSocketStream::on_answered(int status) {
  if (status != 101)
    return drain({.code = Errc::upgrade_refused, .message = "a request for a WebSocket that is wrong"});
  timer_.reset();
  const auto ready = std::exchange(ready_, nullptr);
  ready(std::make_unique<StreamHandle<WebSocketStream>>(shared_from_this()));
}

void WebSocketStream::start(MessageStream::Callbacks callbacks) {
  callbacks_ = std::move(callbacks);
  if (in_.empty()) return listen();
  later([](WebSocketStream& self) {
    if (!self.ended_) self.take({});
  });
}

void WebSocketStream::listen() {
  stream_->async_wait_readable([self = shared_from_this()](ErrorCode error) { self->on_readable(error); });
}

void WebSocketStream::on_readable(ErrorCode error) {
  if (ended_ || draining_) return;
  const auto scratch = read_scratch();
  const std::size_t size = error ? 0 : stream_->read_now(asio::buffer(scratch.data(), scratch.size()), error);
  // Bytes of a TLS record that is not whole yet block, too: they have come all the same.
  const bool is_input = !error || error == asio::error::would_block;
  if (is_input && callbacks_.on_input && !closing_) tell([&] { callbacks_.on_input(); });
  if (ended_) return;
  if (error == asio::error::would_block) return listen();
  if (error) return finish(reason_ ? *reason_ : lost(error));
  take(scratch.first(size));
}

void WebSocketStream::take(std::span<char> bytes) {
  if (in_.empty()) {
    const auto taken = digest(bytes);
    if (taken < bytes.size()) in_.assign(bytes.data() + taken, bytes.size() - taken);
  } else {
    in_.append(bytes.data(), bytes.size());
    in_.erase(0, digest(in_));
    if (in_.empty()) free_memory(in_);  // idle connections keep no buffers
  }
  if (ended_ || draining_) return;
  if (inbound_) inbound_->set(*this, in_.capacity() + reader_.buffered_bytes());
  if (!draining_) listen();
}

void WebSocketStream::give_up_input() {
  free_memory(in_);
  reader_.drop();
  say_close(static_cast<std::uint16_t>(CloseCode::try_later));
  drain({.code = Errc::limit_exceeded, .message = "too much is being received, over all connections"});
}

/// How many bytes were used.
std::size_t WebSocketStream::digest(std::span<char> bytes) {
  std::size_t taken = 0;
  while (true) {
    const auto event = reader_.next(bytes.subspan(taken));
    taken += event.taken;
    if (event.what == FrameReader::What::nothing) return taken;
    if (!use(event)) return bytes.size();
  }
}

/// False: what follows is of no interest any more.
bool WebSocketStream::use(const FrameReader::Event& event) {
  using What = FrameReader::What;
  if (event.what == What::failure) {
    refuse(event);
  } else if (event.what == What::close) {
    say_close(event.code);
    drain(reason_ ? *reason_ : closed_by_peer(event));
  } else if (event.what == What::ping) {
    pong_ = event.bytes;
    flush_later();
  } else if (event.what == What::message && !closing_) {
    release_input();  // what follows is a new message
    tell([&] { callbacks_.on_message(event.bytes); });
  }
  return !ended_ && !draining_;
}

void WebSocketStream::refuse(const FrameReader::Event& event) {
  const Error reason = failure(event);
  const bool is_protocol_broken = event.code == static_cast<std::uint16_t>(CloseCode::protocol_error);
  close_code_ = event.code;
  if (callbacks_.on_refused && !is_protocol_broken && !closing_) tell([&] { callbacks_.on_refused(reason); });
  if (ended_) return;
  say_close(close_code_);
  drain(reason);
}

template <class Call>
void WebSocketStream::tell(Call call) {
  calling_ = true;
  call();
  calling_ = false;
  if (ended_) callbacks_ = {};
}

void WebSocketStream::send(std::shared_ptr<const std::string> message) {
  if (closing_ || mute_ || ended_) return;
  queue_.push(std::move(message));
  flush_later();
}

void WebSocketStream::ping() {
  if (closing_ || mute_ || ended_) return;
  ping_ = true;
  flush_later();
}

/// Behind the handlers that are ready now, so that what they send shares a write.
void WebSocketStream::flush_later() {
  if (flush_posted_ || writing_ || mute_) return;
  flush_posted_ = true;
  later([](WebSocketStream& self) {
    self.flush_posted_ = false;
    if (!self.ended_) self.flush();
  });
}

void WebSocketStream::flush() {
  const auto scratch = write_scratch();
  while (true) {
    const auto size = fill(scratch);
    if (size == 0) break;
    std::string_view rest(scratch.data(), size);
    ErrorCode error;
    while (!rest.empty() && !error) rest.remove_prefix(stream_->write_now(rest, error));
    if (error == asio::error::would_block) return write_rest(rest);
    if (error) return on_write_error(error);
  }
  if (draining_) shut_down();
}

std::size_t WebSocketStream::fill(std::span<char> piece) {
  if ((!pong_ && !ping_) || !queue_.is_between_frames()) return queue_.fill(piece);
  FrameQueue control(side_);
  if (std::exchange(ping_, false)) control.push(std::make_shared<const std::string>(), kPingFrame);
  if (pong_)
    control.push(std::make_shared<const std::string>(*std::exchange(pong_, std::nullopt)), kPongFrame);
  const auto filled = control.fill(piece);
  return filled + queue_.fill(piece.subspan(filled));
}

void WebSocketStream::write_rest(std::string_view rest) {
  out_.assign(rest);
  writing_ = true;
  async_write_all(*stream_, out_, [self = shared_from_this()](ErrorCode error) {
    self->writing_ = false;
    free_memory(self->out_);
    if (self->ended_) return;
    error ? self->on_write_error(error) : self->flush();
  });
}

/// What has come already is read: it may say why the stream ended, e.g. the peer's last message or its
/// closing frame.
void WebSocketStream::on_write_error(const ErrorCode& error) {
  queue_.clear();
  pong_.reset();
  ping_ = false;
  mute_ = true;
  if (draining_) return finish(*reason_);
  if (!reason_) finish_after(kLastWords, lost(error));
}

void WebSocketStream::close(Duration grace) {
  if (ended_) return;
  if (!reason_) reason_ = Error{.code = Errc::client_closed, .message = "closed by this side"};
  finish_after(grace, *reason_);
  say_close(close_code_);
}

void WebSocketStream::say_close(std::uint16_t code) {
  if (std::exchange(closing_, true)) return;
  queue_.push(std::make_shared<const std::string>(make_close_payload(code)), kCloseFrame);
  flush_later();
}

/// Goes when everything is written, and soon; not later than close() was told.
void WebSocketStream::drain(Error reason) {
  const bool was_closed = reason_.has_value();
  reason_ = std::move(reason);
  draining_ = true;
  if (mute_) return finish(*reason_);
  const auto soon = std::chrono::steady_clock::now() + kLastWords;
  if (!was_closed || !timer_ || timer_->expiry() > soon) finish_after(kLastWords, *reason_);
  flush_later();
}

void WebSocketStream::shut_down() {
  stream_->async_shutdown([self = shared_from_this()](ErrorCode) { self->finish(*self->reason_); });
}

void WebSocketStream::finish_after(Duration time, Error reason) {
  timer_ = std::make_shared<asio::steady_timer>(stream_->get_executor(), time);
  // An expiry that was already queued when the timer was replaced: the weak pointer tells.
  timer_->async_wait([self = shared_from_this(), timer = std::weak_ptr(timer_),
                      reason = std::move(reason)](ErrorCode error) {
    if (!error && timer.lock()) self->finish(reason);
  });
}

void WebSocketStream::finish(Error reason) {
  if (ended_) return;
  const auto callbacks = std::exchange(callbacks_, {});
  const auto ready = std::exchange(ready_, nullptr);
  drop();
  if (ready) return ready(std::move(reason));
  if (callbacks.on_closed) callbacks.on_closed(std::move(reason));
}

void WebSocketStream::drop() {
  ended_ = true;
  release_input();
  closing_ = true;
  ready_ = nullptr;
  if (!calling_) callbacks_ = {};
  queue_.clear();
  timer_.reset();
  stream_->close();
}

}  // namespace parley::net
