#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/strand.hpp>
#include <future>
#include <map>
#include <memory>
#include <mutex>

#include <parley/client.hpp>

#include "chat_sdk/src/engine.hpp"
#include "chat_sdk/src/io/cache_thread.hpp"
#include "chat_sdk/src/io/callbacks.hpp"
#include "chat_sdk/src/io/executors.hpp"
#include "chat_sdk/src/io/transfers.hpp"
#include "common/base/random.hpp"
#include "common/net/message_stream.hpp"
#include "common/net/wake_timer.hpp"

namespace parley::detail {

/// Carries the engine's actions out: one strand for all I/O, one ordered queue of callbacks to the user.
///
/// Lifetime: pending work holds it; the Client holds it; channel handles hold it weakly. end() cuts the ring,
/// so that the last reference goes soon after. Whoever has that one, it is destroyed on the strand, as all
/// that it holds is used there.
class ClientRuntime : public std::enable_shared_from_this<ClientRuntime> {
 public:
  static std::shared_ptr<ClientRuntime> make(Executors executors, ClientOptions options);

  /// Runs `operation` on the strand, once operations make sense.
  template <class T>
  void operate(Completion<T> handler, std::function<void(Operations&, Done<T>)> operation);
  /// Runs `operation` on the strand, at once.
  template <class T>
  void operate(Completion<T> handler, std::function<void(LocalOperations&, Done<T>)> operation);
  void send_message(std::string channel_sid, NewMessage message, Completion<Message> done);
  void media_url(std::string sid, Completion<std::string> done);
  void download(Download wanted, Completion<std::uint64_t> done);
  void connect(Completion<void> done);
  /// Runs one of the connection's functions that complete nothing.
  void tell_connection(void (Connection::*what)());
  void close(Completion<void> done);
  void forget(Completion<void> done);
  /// What ~Client does: closes it without anybody to tell. Nothing of the user's is touched after this
  /// returned, but by what runs on the user's executor.
  static void end(std::shared_ptr<ClientRuntime> runtime);

  Subscription on_event(EventHandler handler);
  ConnectionStatus status() const;
  std::string identity() const;
  const ChannelList& channels() const { return engine_->channels(); }

 private:
  using Strand = boost::asio::strand<boost::asio::any_io_executor>;

  ClientRuntime(const Executors& executors, ClientOptions options);
  void start(const Executors& executors);
  boost::asio::any_io_executor callback_executor(const boost::asio::any_io_executor& user);
  void join_clock();
  void run(std::function<void(Engine&)> act);
  struct Ticket;
  template <class T>
  using Begin = std::function<Transfers::Id(ProgressHandler, Done<T>)>;
  template <class T>
  void transfer(Completion<T> handler, ProgressHandler on_progress, Begin<T> begin);
  void send_cancellable(std::string channel_sid, NewMessage message, Completion<Message> done);
  static void destroy(ClientRuntime* runtime);
  void on_post_failed();
  void shut_down();
  void let_go_of_user();
  void apply_actions();
  void apply(ConnectionAction action);
  void apply(OutboxAction action);
  void apply(CacheAction action);
  void open_cache(const std::string& identity);
  void end_work(Engine& engine);
  void end_with(void (CacheThread::*end_cache)(Done<void>), Done<void> done);
  void upload(UploadFile wanted);
  MediaAccess media_access() const;
  void refuse_wrong_options();
  template <class Input>
  void on_stream(std::uint64_t id, Input input);
  void dial();
  void on_dialled(Result<std::unique_ptr<net::MessageStream>> stream);
  void on_stream_closed(std::uint64_t id, Error reason);
  void drop_stream();
  void fetch_token(std::uint64_t fetch_id);
  void arm_timer();
  void on_time();
  void on_event(Event event);
  LogHook log_hook() const;
  Done<http::Response> watch_transfer(std::string_view method, std::string_view url) const;
  net::TlsClientOptions tls_options();

  ClientOptions options_;
  const bool own_thread_;           // its I/O is not on the user's executor
  const bool callbacks_elsewhere_;  // they are not on the executor of its I/O
  Strand strand_;
  Strand token_strand_;  // of token sources
  const Clock& clock_;
  SecureRandom own_random_;
  std::shared_ptr<LoopQueue> posting_;  // of options_.post, if it is used
  std::shared_ptr<Callbacks> callbacks_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<CacheThread> cache_;  // null without a cache
  Ways ways_;
  Transfers transfers_;
  std::map<std::uint64_t, Transfers::Id> uploads_;  // as the outbox names them
  std::unique_ptr<net::Dial> dial_;
  std::map<std::uint64_t, std::unique_ptr<net::MessageStream>> streams_;  // the current one and dying ones
  std::uint64_t current_stream_ = 0;
  net::WakeTimer timer_;
  std::optional<TimePoint> armed_for_;
  std::uint64_t turns_ = 0;           // of the engine
  std::shared_ptr<void> membership_;  // with a clock that is moved
  std::promise<void> gone_;
  mutable std::mutex mutex_;  // guards what other threads read: status_, identity_
  ConnectionStatus status_;
  std::string identity_;
};

template <class T>
void ClientRuntime::operate(Completion<T> handler, std::function<void(Operations&, Done<T>)> operation) {
  auto done = callbacks_->track<T>(std::move(handler));
  run([done = std::move(done), operation = std::move(operation)](Engine& engine) {
    engine.connection().when_usable([&engine, done, operation](Result<void> usable) {
      usable ? operation(engine.operations(), done) : done(usable.error());
    });
  });
}

template <class T>
void ClientRuntime::operate(Completion<T> handler, std::function<void(LocalOperations&, Done<T>)> operation) {
  run([done = callbacks_->track<T>(std::move(handler)), operation = std::move(operation)](Engine& engine) {
    operation(engine.local_operations(), done);
  });
}

}  // namespace parley::detail
