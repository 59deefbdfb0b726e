#include "chat_sdk/src/io/client_runtime.hpp"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <filesystem>

#include "chat_sdk/src/connection/request_name.hpp"
#include "chat_sdk/src/io/event_log.hpp"
#include "chat_sdk/src/login/foreign_text.hpp"
#include "chat_sdk/src/options_check.hpp"
#include "chat_sdk/src/transfer/progress_filter.hpp"
#include "common/base/limits.hpp"
#include "common/base/path.hpp"
#include "common/net/in_process.hpp"

namespace parley::detail {
namespace {

// What is queued for a dropped connection (a goodbye, an acknowledgement) may take this long to leave.
constexpr Duration kFlushTime = std::chrono::seconds(1);
// A deadline that moved by less is not worth a new timer, which costs a call of the system: the old one comes
// early, finds nothing to do and is set again.
constexpr Duration kTimerSlack = std::chrono::seconds(1);

ConnectionSettings connection_settings(const ClientOptions& options) {
  return {options.endpoint.region.empty() ? "us1" : options.endpoint.region, options.timeouts, options.retry};
}

ModelSettings model_settings(const ClientOptions& options) {
  const CacheOptions& cache = options.cache;
  ModelSettings settings{.outbox = {options.outbox, options.endpoint.knows_mutation_ids},
                         .cache = {.enabled = !cache.directory.empty(),
                                   .identity = cache.identity,
                                   .history = {cache.history_per_channel, cache.max_history_bytes}},
                         .counts_own = options.count_own_messages};
  if (settings.cache.enabled) settings.outbox.max_bytes = cache.max_bytes;
  return settings;
}

// Whoever gives another way to the same service means another one.
std::string service_of(const Endpoint& endpoint) {
  return endpoint.listener ? "in this process" : endpoint.url + " " + endpoint.region;
}

// The program may change its directory later.
std::string absolute(const std::string& directory) {
  std::error_code unknown;
  const auto path = std::filesystem::absolute(to_path(directory), unknown);
  return unknown ? directory : to_utf8(path);
}

// Sockets and disks take time of the machine: a test that moves the time does not move theirs.
const Clock& clock_of_transfers(const Clock& clock) { return clock.virtual_time() ? system_clock() : clock; }

// No progress is told once the caller has cancelled, though some may be queued.
template <class Caller>
ProgressHandler while_wanted(std::shared_ptr<Callbacks> callbacks, std::shared_ptr<Caller> caller,
                             ProgressHandler tell) {
  if (!tell) return {};
  return [callbacks = std::move(callbacks), caller = std::move(caller), tell = std::move(tell),
          filter = std::make_shared<ProgressFilter>()](const Progress& progress) {
    if (!filter->add(progress)) return;
    callbacks->run([caller, tell, turn = std::make_shared<ProgressTurn>(filter)] {
      for (const Progress& newest : turn->take())
        if (caller->wanted) tell(newest);
    });
  };
}

}  // namespace

std::shared_ptr<ClientRuntime> ClientRuntime::make(Executors executors, ClientOptions options) {
  const std::shared_ptr<ClientRuntime> runtime(new ClientRuntime(executors, std::move(options)), destroy);
  runtime->start(executors);
  return runtime;
}

ClientRuntime::ClientRuntime(const Executors& executors, ClientOptions options)
    : options_(std::move(options)),
      own_thread_(executors.io != executors.user),
      callbacks_elsewhere_(options_.post || options_.callbacks.value_or(executors.user) != executors.io),
      strand_(boost::asio::make_strand(executors.io)),
      token_strand_(own_thread_ ? boost::asio::make_strand(executors.user) : strand_),
      clock_(options_.seams.clock ? *options_.seams.clock : system_clock()),
      ways_(options_.proxy, tls_options()),
      transfers_(strand_, {ways_, options_.timeouts.request, &clock_of_transfers(clock_),
                           [this](auto method, auto url) { return watch_transfer(method, url); }}),
      timer_(strand_, clock_, [this] { on_time(); }) {
  const CacheOptions& cache = options_.cache;
  if (cache.directory.empty()) return;
  cache_ = std::make_unique<CacheThread>(
      CachePlace{absolute(cache.directory), service_of(options_.endpoint), cache.identity}, cache_component(),
      strand_);
}

/// Dials and transfers call it, which end before this object does.
net::TlsClientOptions ClientRuntime::tls_options() {
  return {.ca_file = options_.tls.ca_file,
          .pins = options_.tls.pins,
          .pins_report_only = options_.tls.pins_report_only,
          .on_pin_mismatch = [this](const Error& mismatch) {
            engine_->context().tell(LogLevel::warning, "pin_mismatch",
                                    [&mismatch](LogLine& line) { line.add(mismatch); });
          }};
}

void ClientRuntime::destroy(ClientRuntime* runtime) {
  const Strand strand = runtime->strand_;
  boost::asio::dispatch(strand, [owned = std::unique_ptr<ClientRuntime>(runtime)]() mutable {
    auto gone = std::move(owned->gone_);
    owned.reset();
    gone.set_value();
  });
}

boost::asio::any_io_executor ClientRuntime::callback_executor(const boost::asio::any_io_executor& user) {
  if (options_.callbacks || !options_.post) return options_.callbacks.value_or(user);
  posting_ = make_posting_queue(std::exchange(options_.post, {}), [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->on_post_failed();
  });
  return PostingExecutor(posting_);
}

void ClientRuntime::start(const Executors& executors) {
  callbacks_ = std::make_shared<Callbacks>(callback_executor(executors.user));
  Random& random = options_.seams.random ? *options_.seams.random : own_random_;
  engine_ = std::make_unique<Engine>(
      connection_settings(options_), model_settings(options_), random,
      [this](Event event) { on_event(std::move(event)); },
      [weak = weak_from_this()](std::shared_ptr<ChannelSlot> slot) { return Channel(std::move(slot), weak); },
      log_hook());
  join_clock();
  if (check_options(options_)) run([this](Engine&) { refuse_wrong_options(); });
}

// Looked at before anything starts only: an option that was right and is not any more, say a file that is
// gone, ends no connection.
void ClientRuntime::refuse_wrong_options() {
  if (!engine_->connection().status().terminal) return;
  if (auto wrong = check_options(options_)) engine_->connection().refuse(std::move(*wrong));
}

// The callbacks are asked first: what they ask of the client is done then, too, or will be seen. Dialling
// takes time of the machine, and none of the clock's, so the client counts as busy until it is over.
void ClientRuntime::join_clock() {
  VirtualTime* time = clock_.virtual_time();
  if (!time) return;
  const auto ask = [weak = weak_from_this(), strand = strand_](VirtualTime::Report report) {
    boost::asio::post(strand, [weak, report = std::move(report)] {
      const auto self = weak.lock();
      if (self && self->dial_) ++self->turns_;
      report(self ? self->turns_ : 0);
    });
  };
  membership_ = time->join([ask, callbacks = callbacks_](VirtualTime::Report report) {
    callbacks->run_always([ask, report = std::move(report)] { ask(report); });
  });
}

void ClientRuntime::run(std::function<void(Engine&)> act) {
  boost::asio::post(strand_, [self = shared_from_this(), act = std::move(act)] {
    self->engine_->set_time(self->clock_.now(), self->clock_.wall_now());
    act(*self->engine_);
    self->apply_actions();
  });
}

/// A transfer as its caller sees it.
struct ClientRuntime::Ticket {
  std::atomic<bool> wanted{true};
  Transfers::Id id = 0;  ///< on the strand; 0: not begun
};

template <class T>
void ClientRuntime::transfer(Completion<T> handler, ProgressHandler on_progress, Begin<T> begin) {
  const auto ticket = std::make_shared<Ticket>();
  const auto on_cancel = [weak = weak_from_this(), ticket] {
    ticket->wanted = false;
    if (const auto self = weak.lock())
      self->run([runtime = self.get(), ticket](Engine&) { runtime->transfers_.stop(ticket->id); });
  };
  const ProgressHandler report = while_wanted(callbacks_, ticket, std::move(on_progress));
  const auto done = callbacks_->track<T>(std::move(handler), on_cancel);
  run([runtime = this, ticket, report, done, begin = std::move(begin)](Engine& engine) {
    engine.connection().when_usable([runtime, ticket, report, done, begin](Result<void> usable) {
      if (!usable) return done(usable.error());
      if (!ticket->wanted) return;
      runtime->transfers_.set_access(runtime->media_access());
      ticket->id = begin(report, done);
    });
  });
}

// Very many may wait for a connection: what a cancellation needs is kept for those that can be cancelled.
void ClientRuntime::send_message(std::string channel_sid, NewMessage message, Completion<Message> done) {
  if (boost::asio::get_associated_cancellation_slot(done).is_connected() || message.on_progress)
    return send_cancellable(std::move(channel_sid), std::move(message), std::move(done));
  run([finish = callbacks_->track<Message>(std::move(done)), sid = std::move(channel_sid),
       message = std::move(message)](Engine& engine) { engine.outbox().submit(sid, message, finish); });
}

void ClientRuntime::send_cancellable(std::string channel_sid, NewMessage message, Completion<Message> done) {
  struct Waiting {
    std::atomic<bool> wanted{true};
    bool ended = false;    // on the strand, as is the local id
    std::string local_id;  // "" before it is queued
  };
  const auto waiting = std::make_shared<Waiting>();
  const auto on_cancel = [weak = weak_from_this(), waiting] {
    waiting->wanted = false;
    if (const auto self = weak.lock())
      self->run([waiting](Engine& engine) {
        if (!std::exchange(waiting->ended, true)) engine.outbox().cancel(waiting->local_id);
      });
  };
  message.on_progress = while_wanted(callbacks_, waiting, std::move(message.on_progress));
  const auto finish = callbacks_->track<Message>(std::move(done), on_cancel);
  run([waiting, finish, sid = std::move(channel_sid), message = std::move(message)](Engine& engine) {
    if (!waiting->wanted) return;
    waiting->local_id = engine.outbox().submit(sid, message, [waiting, finish](Result<Message> outcome) {
      waiting->ended = true;
      finish(std::move(outcome));
    });
  });
}

void ClientRuntime::media_url(std::string sid, Completion<std::string> done) {
  transfer<std::string>(std::move(done), {},
                        [this, sid = std::move(sid)](const ProgressHandler&, Done<std::string> finish) {
                          return transfers_.ask_url(sid, std::move(finish));
                        });
}

void ClientRuntime::download(Download wanted, Completion<std::uint64_t> done) {
  auto on_progress = wanted.on_progress;
  transfer<std::uint64_t>(
      std::move(done), std::move(on_progress),
      [this, wanted = std::move(wanted)](ProgressHandler report,
                                         Done<std::uint64_t> finish) -> Transfers::Id {
        if (wanted.path.empty() || wanted.sid.empty()) {
          finish(Error{.code = Errc::invalid_argument, .message = "download: expected a sid and a path"});
          return 0;
        }
        return transfers_.download({wanted.sid, wanted.path, std::move(report)}, std::move(finish));
      });
}

void ClientRuntime::connect(Completion<void> done) {
  run([this, done = callbacks_->track<void>(std::move(done))](Engine& engine) {
    const auto& status = engine.connection().status();
    const auto wrong = status.terminal ? check_options(options_) : std::nullopt;
    if (!wrong) return engine.connection().connect(done);
    engine.connection().refuse(*wrong);
    engine.connection().when_usable(done);
  });
}

void ClientRuntime::tell_connection(void (Connection::*what)()) {
  run([what](Engine& engine) { (engine.connection().*what)(); });
}

void ClientRuntime::close(Completion<void> done) {
  end_with(&CacheThread::close, callbacks_->track_last(std::move(done)));
}

void ClientRuntime::forget(Completion<void> done) {
  end_with(&CacheThread::remove, callbacks_->track_last(std::move(done)));
}

void ClientRuntime::end_with(void (CacheThread::*end_cache)(Done<void>), Done<void> done) {
  run([this, done = std::move(done), end_cache](Engine& engine) {
    end_work(engine);
    callbacks_->close();
    cache_ ? (cache_.get()->*end_cache)(done) : done({});
  });
}

void ClientRuntime::end(std::shared_ptr<ClientRuntime> runtime) {
  const bool waits = runtime->own_thread_ && !is_io_thread();
  const auto gone = runtime->gone_.get_future();
  runtime->shut_down();
  runtime.reset();
  if (waits) gone.wait();
}

void ClientRuntime::shut_down() {
  membership_.reset();
  callbacks_->close();
  if (cache_) cache_->let_go();
  transfers_.let_go();
  callbacks_->close_last();
  if (callbacks_elsewhere_) callbacks_->let_go();  // else they go with the I/O
  if (posting_) posting_->let_go();
  run([this](Engine& engine) {
    end_work(engine);
    if (cache_) cache_->close([](Result<void>) {});
    let_go_of_user();
  });
}

// The user's functions, and an executor that does not do our I/O, may end with the client.
void ClientRuntime::let_go_of_user() {
  token_strand_ = strand_;
  options_.tokens = {};
  options_.log = {};
  options_.callbacks.reset();
  options_.post = {};
}

// What is to be written is on its way when this returns.
void ClientRuntime::end_work(Engine& engine) {
  transfers_.stop_all();
  engine.connection().close();
  apply_actions();
}

// The cache is opened with the first of whatever is asked of the client: what it brings is told then.
Subscription ClientRuntime::on_event(EventHandler handler) {
  auto attached = callbacks_->attach(std::move(handler));
  run([this, weak = std::weak_ptr<void>(attached)](Engine& engine) {
    callbacks_->begin(weak, PresentState{engine.connection().status(), *engine.channels().load()});
  });
  return Subscription(std::move(attached));
}

void ClientRuntime::apply_actions() {
  for (bool quiet = false; !quiet;) {
    quiet = true;
    while (auto action = engine_->connection().next()) quiet = false, apply(std::move(*action));
    while (auto action = engine_->outbox().next()) quiet = false, apply(std::move(*action));
    while (auto action = engine_->cache().next()) quiet = false, apply(std::move(*action));
  }
  arm_timer();
  ++turns_;
  const std::lock_guard lock(mutex_);
  identity_ = engine_->identity();
}

void ClientRuntime::apply(ConnectionAction action) {
  if (auto* bytes = std::get_if<twilsock::SendBytes>(&action)) {
    const auto at = streams_.find(current_stream_);
    if (at != streams_.end()) at->second->send(std::make_shared<const std::string>(std::move(bytes->bytes)));
  } else if (std::holds_alternative<twilsock::SendPing>(action)) {
    const auto at = streams_.find(current_stream_);
    if (at != streams_.end()) at->second->ping();
  } else if (std::holds_alternative<twilsock::Open>(action)) {
    dial();
  } else if (std::holds_alternative<twilsock::DropStream>(action)) {
    drop_stream();
  } else if (const auto* fetch = std::get_if<FetchToken>(&action)) {
    fetch_token(fetch->fetch_id);
  }
}

void ClientRuntime::apply(OutboxAction action) {
  if (auto* wanted = std::get_if<UploadFile>(&action)) return upload(std::move(*wanted));
  const auto stopped = uploads_.extract(std::get<StopUpload>(action).upload);
  if (!stopped.empty()) transfers_.stop(stopped.mapped());
}

void ClientRuntime::open_cache(const std::string& identity) {
  const auto on_opened = [weak = weak_from_this()](Result<CacheContents> contents) {
    const auto self = weak.lock();
    if (!self) return;
    self->engine_->set_time(self->clock_.now(), self->clock_.wall_now());
    self->engine_->cache().on_opened(std::move(contents));
    self->apply_actions();
  };
  cache_->open(identity, on_opened, [weak = weak_from_this()](const Result<void>& outcome) {
    if (const auto self = weak.lock())
      self->run([outcome](Engine& engine) { engine.cache().on_verified(outcome); });
  });
}

void ClientRuntime::apply(CacheAction action) {
  if (const auto* wanted = std::get_if<OpenCache>(&action)) return open_cache(wanted->identity);
  if (auto* wanted = std::get_if<ReadCache>(&action))
    return cache_->read(std::move(wanted->query),
                        [weak = weak_from_this(), read = wanted->read](const Result<CachedMessages>& found) {
                          if (const auto self = weak.lock())
                            self->run([read, found](Engine& engine) { engine.cache().on_read(read, found); });
                        });
  cache_->write(std::get<WriteCache>(action).changes, [weak = weak_from_this()](const Result<void>& outcome) {
    if (const auto self = weak.lock())
      self->run([outcome](Engine& engine) { engine.cache().on_written(outcome); });
  });
}

void ClientRuntime::upload(UploadFile wanted) {
  const auto uploaded = [weak = weak_from_this(), id = wanted.local_id,
                         upload = wanted.upload](Result<std::string> sid) {
    if (const auto self = weak.lock())
      self->run([runtime = self.get(), id, upload, sid = std::move(sid)](Engine& engine) {
        runtime->uploads_.erase(upload);
        engine.outbox().on_uploaded(id, upload, sid);
      });
  };
  transfers_.set_access(media_access());
  uploads_[wanted.upload] = transfers_.upload(std::move(wanted.message), wanted.file, uploaded);
}

MediaAccess ClientRuntime::media_access() const {
  const auto& configuration = engine_->connection().urls().configuration();
  return {configuration.media_url, configuration.media_set_url, engine_->connection().token(),
          configuration.max_file_bytes};
}

void ClientRuntime::dial() {
  drop_stream();
  const auto on_dialled = [weak = weak_from_this()](Result<std::unique_ptr<net::MessageStream>> stream) {
    if (const auto self = weak.lock()) self->on_dialled(std::move(stream));
  };
  if (const auto& listener = options_.endpoint.listener) {
    boost::asio::post(strand_, [on_dialled, stream = listener->connect(strand_)]() mutable {
      on_dialled(std::move(stream));
    });
    return;
  }
  auto url = net::parse_url(options_.endpoint.url);
  if (!url) {
    boost::asio::post(strand_, [on_dialled, error = url.error()] { on_dialled(error); });
    return;
  }
  net::DialOptions options{.url = std::move(*url),
                           .timeout = options_.timeouts.dial,
                           .max_message_bytes = limits::kClientPacketBytes};
  if (const auto ready = ways_.prepare(options); !ready) {
    boost::asio::post(strand_, [on_dialled, error = ready.error()] { on_dialled(error); });
    return;
  }
  dial_ = net::dial_websocket(strand_, std::move(options), on_dialled);
}

void ClientRuntime::on_dialled(Result<std::unique_ptr<net::MessageStream>> stream) {
  dial_.reset();
  engine_->set_time(clock_.now(), clock_.wall_now());
  if (!stream) {
    Error error = stream.error();
    error.message = "no connection to the service: " + error.message;
    engine_->connection().on_closed(std::move(error));
    return apply_actions();
  }
  const auto id = ++current_stream_;
  auto& placed = streams_[id] = std::move(*stream);
  const auto weak = weak_from_this();
  placed->start({.on_message =
                     [weak, id](std::string_view bytes) {
                       if (const auto self = weak.lock())
                         self->on_stream(id, [&](Connection& connection) { connection.on_message(bytes); });
                     },
                 .on_closed =
                     [weak, id](Error reason) {
                       if (const auto self = weak.lock()) self->on_stream_closed(id, std::move(reason));
                     },
                 .on_input =
                     [weak, id] {
                       if (const auto self = weak.lock())
                         self->on_stream(id, [](Connection& connection) { connection.on_input(); });
                     }});
  engine_->connection().on_open();
  apply_actions();
}

// Whatever comes may show that this machine slept, so there may be something to do after any of it.
template <class Input>
void ClientRuntime::on_stream(std::uint64_t id, Input input) {
  if (current_stream_ != id) return;
  engine_->set_time(clock_.now(), clock_.wall_now());
  input(engine_->connection());
  apply_actions();
}

void ClientRuntime::on_stream_closed(std::uint64_t id, Error reason) {
  streams_.erase(id);
  if (id != current_stream_) return;
  ++current_stream_;
  engine_->set_time(clock_.now(), clock_.wall_now());
  engine_->connection().on_closed(std::move(reason));
  apply_actions();
}

void ClientRuntime::drop_stream() {
  dial_.reset();
  const auto at = streams_.find(current_stream_);
  ++current_stream_;
  if (at != streams_.end()) at->second->close(kFlushTime);
}

void ClientRuntime::fetch_token(std::uint64_t fetch_id) {
  const TokenReply reply = [weak = weak_from_this(), fetch_id](Result<std::string> token) {
    const auto self = weak.lock();
    if (!self) return;
    self->run([runtime = self.get(), fetch_id, token = std::move(token)](Engine& engine) {
      engine.connection().on_token(fetch_id, token);
      runtime->transfers_.set_access(runtime->media_access());
    });
  };
  try {
    options_.tokens(token_strand_, reply);
  } catch (...) {
    reply(Error{.code = Errc::unreachable,
                .message = "the token source threw: " + text_of_current_exception()});
  }
}

void ClientRuntime::arm_timer() {
  const auto deadline = engine_->connection().next_deadline();
  if (deadline == armed_for_) return;
  if (deadline && armed_for_ && *deadline > *armed_for_ && *deadline - *armed_for_ < kTimerSlack) return;
  armed_for_ = deadline;
  deadline ? timer_.wait_until(*deadline) : timer_.cancel();
}

// Destroyed on the strand, it is whole while this runs; what it does may let go of it.
void ClientRuntime::on_time() {
  const auto self = weak_from_this().lock();
  if (!self) return;
  armed_for_.reset();
  engine_->set_time(clock_.now(), clock_.wall_now());
  engine_->connection().on_time();
  apply_actions();
}

void ClientRuntime::on_event(Event event) {
  log_event(engine_->context(), event);
  if (const auto* changed = std::get_if<ConnectionChanged>(&event)) {
    const std::lock_guard lock(mutex_);
    status_ = changed->status;
  }
  callbacks_->deliver(std::move(event));
}

// The hook goes before this does, see let_go_of_user().
LogHook ClientRuntime::log_hook() const {
  if (!options_.log) return {};
  return [this](LogLevel level, std::string_view line) {
    if (options_.log) options_.log(level, line);
  };
}

Done<http::Response> ClientRuntime::watch_transfer(std::string_view method, std::string_view url) const {
  return [this, method = std::string(method), path = request_name(url),
          began = clock_.now()](const Result<http::Response>& answer) {
    engine_->context().tell(LogLevel::debug, "request", [&](LogLine& line) {
      line.add("method", method).add("path", path);
      answer ? line.add("status", static_cast<std::uint64_t>(answer->status)) : line.add_code(answer.error());
      line.add("ms", clock_.now() - began);
    });
  };
}

void ClientRuntime::on_post_failed() {
  run([](Engine& engine) {
    engine.context().tell(LogLevel::error, "callbacks_lost",
                          [](LogLine& line) { line.add("message", "post threw an exception"); });
  });
}

ConnectionStatus ClientRuntime::status() const {
  const std::lock_guard lock(mutex_);
  return status_;
}

std::string ClientRuntime::identity() const {
  const std::lock_guard lock(mutex_);
  return identity_;
}

}  // namespace parley::detail
