#include "common/net/in_process.hpp"

#include <boost/asio/post.hpp>
#include <vector>

namespace parley::net {
namespace {

namespace asio = boost::asio;
using Bytes = std::shared_ptr<const std::string>;

/// What one end sends and the other one receives. Any thread.
class Mailbox {
 public:
  using Wake = std::function<void()>;

  void put(Bytes message) {
    const std::lock_guard lock(mutex_);
    if (ended_ || deaf_) return;
    bytes_ += message->size();
    messages_.push_back(std::move(message));
    wake_reader();
  }

  /// The writer asks the reader for a sign of life, or gives one.
  void put_ping() { put(&Mailbox::ping_); }
  void put_pong() { put(&Mailbox::pong_); }

  /// The writer says no more.
  void end() {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    wake_reader();
  }

  /// `wake` must only post: it is called with the mailbox locked, so that nobody is woken after
  /// stop_reading().
  void start_reading(Wake wake) {
    const std::lock_guard lock(mutex_);
    wake_ = std::move(wake);
    if (!messages_.empty() || ping_ || pong_ || ended_) wake_reader();
  }

  void stop_reading() {
    const std::lock_guard lock(mutex_);
    deaf_ = true;
    wake_ = nullptr;
    messages_.clear();
    bytes_ = 0;
  }

  struct Delivery {
    std::vector<Bytes> messages;
    bool ping = false;
    bool pong = false;
    bool is_last = false;
  };
  Delivery take() {
    const std::lock_guard lock(mutex_);
    woken_ = false;
    bytes_ = 0;
    return {std::exchange(messages_, {}), std::exchange(ping_, false), std::exchange(pong_, false), ended_};
  }

  std::size_t bytes() const {
    const std::lock_guard lock(mutex_);
    return bytes_;
  }

 private:
  void put(bool Mailbox::*mark) {
    const std::lock_guard lock(mutex_);
    if (ended_ || deaf_) return;
    this->*mark = true;
    wake_reader();
  }

  void wake_reader() {
    if (woken_ || !wake_) return;
    woken_ = true;
    wake_();
  }

  mutable std::mutex mutex_;
  std::vector<Bytes> messages_;
  std::size_t bytes_ = 0;
  Wake wake_;
  bool woken_ = false;  // take() will come
  bool ping_ = false, pong_ = false;
  bool ended_ = false;
  bool deaf_ = false;
};

/// One end. Lives on its executor; only the mailboxes are shared with the other thread.
class End final : public std::enable_shared_from_this<End> {
 public:
  End(asio::any_io_executor executor, std::shared_ptr<Mailbox> in, std::shared_ptr<Mailbox> out)
      : executor_(std::move(executor)), in_(std::move(in)), out_(std::move(out)) {}

  void start(MessageStream::Callbacks callbacks) {
    callbacks_ = std::move(callbacks);
    in_->start_reading([executor = executor_, weak = weak_from_this()] {
      asio::post(executor, [weak] {
        if (const auto self = weak.lock()) self->receive();
      });
    });
  }

  void send(Bytes message) {
    if (!closing_) out_->put(std::move(message));
  }

  void ping() {
    if (!closing_) out_->put_ping();
  }

  std::size_t queued_bytes() const { return out_->bytes(); }

  void close() {
    if (std::exchange(closing_, true)) return;
    hang_up();
    asio::post(executor_, [self = shared_from_this()] {
      self->finish({.code = Errc::client_closed, .message = "closed by this side"});
    });
  }

  void drop() {
    ended_ = closing_ = true;
    if (!calling_) callbacks_ = {};
    hang_up();
  }

 private:
  void hang_up() {
    in_->stop_reading();
    out_->end();
  }

  void receive() {
    const auto delivery = in_->take();
    if (closing_) return;
    if (delivery.ping) out_->put_pong();
    const bool is_input = delivery.ping || delivery.pong || !delivery.messages.empty();
    if (is_input && callbacks_.on_input) tell([&] { callbacks_.on_input(); });
    for (const Bytes& message : delivery.messages) {
      if (closing_) return;
      tell([&] { callbacks_.on_message(*message); });
    }
    if (closing_ || !delivery.is_last) return;
    closing_ = true;
    finish({.code = Errc::connection_lost, .message = "the other side closed the connection"});
  }

  template <class Call>
  void tell(Call call) {
    calling_ = true;
    call();
    calling_ = false;
    if (ended_) callbacks_ = {};
  }

  void finish(Error reason) {
    if (std::exchange(ended_, true)) return;
    const auto callbacks = std::exchange(callbacks_, {});
    hang_up();
    if (callbacks.on_closed) callbacks.on_closed(std::move(reason));
  }

  asio::any_io_executor executor_;
  std::shared_ptr<Mailbox> in_, out_;
  MessageStream::Callbacks callbacks_;
  bool closing_ = false;  // nothing is sent or delivered any more
  bool calling_ = false;  // a callback is running: its function object must stay
  bool ended_ = false;    // no more callbacks
};

class EndHandle final : public MessageStream {
 public:
  explicit EndHandle(std::shared_ptr<End> end) : end_(std::move(end)) {}
  ~EndHandle() override { end_->drop(); }

  void start(Callbacks callbacks) override { end_->start(std::move(callbacks)); }
  void send(Bytes message) override { end_->send(std::move(message)); }
  void ping() override { end_->ping(); }
  std::size_t queued_bytes() const override { return end_->queued_bytes(); }
  void close(Duration) override { end_->close(); }
  std::string peer_address() const override { return std::string(kInProcessAddress); }

 private:
  std::shared_ptr<End> end_;
};

}  // namespace

std::pair<std::unique_ptr<MessageStream>, std::unique_ptr<MessageStream>> make_in_process_pair(
    asio::any_io_executor first, asio::any_io_executor second) {
  const auto there = std::make_shared<Mailbox>(), back = std::make_shared<Mailbox>();
  return {std::make_unique<EndHandle>(std::make_shared<End>(std::move(first), back, there)),
          std::make_unique<EndHandle>(std::make_shared<End>(std::move(second), there, back))};
}

InProcessAcceptor::InProcessAcceptor(asio::any_io_executor executor, Accept accept)
    : executor_(std::move(executor)), accept_(std::move(accept)) {}

Result<std::unique_ptr<MessageStream>> InProcessAcceptor::connect(asio::any_io_executor executor) {
  const std::lock_guard lock(mutex_);
  if (!open_) return Error{.code = Errc::unreachable, .message = "nobody listens in this process"};
  auto [near, far] = make_in_process_pair(std::move(executor), executor_);
  asio::post(executor_, [weak = weak_from_this(), far = std::move(far)]() mutable {
    if (const auto self = weak.lock()) self->hand_over(std::move(far));
  });
  return std::move(near);
}

void InProcessAcceptor::hand_over(std::unique_ptr<MessageStream> far) {
  {
    const std::lock_guard lock(mutex_);
    if (!open_) return;
  }
  accept_(std::move(far));
}

void InProcessAcceptor::open() {
  const std::lock_guard lock(mutex_);
  open_ = true;
}

void InProcessAcceptor::shut_down() {
  const std::lock_guard lock(mutex_);
  open_ = false;
}

}  // namespace parley::net
