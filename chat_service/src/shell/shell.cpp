#include "chat_service/src/shell/shell.hpp"

#include <boost/asio/post.hpp>
#include <filesystem>

#include "common/os/file.hpp"

#include "chat_service/src/connections/end_reason.hpp"
#include "common/net/client_address.hpp"
#include "common/net/in_process.hpp"

namespace parley::chat_service {
namespace {

constexpr auto kCloseGrace = std::chrono::seconds(1);
// Clients that were told to leave come back at random within this span, not all at once.
constexpr twilsock::BackoffPolicy kComeBack{.reconnect_min_ms = 1000, .reconnect_max_ms = 5000};

net::HttpServerOptions server_options(const ServiceOptions& options) {
  net::HttpServerOptions server;
  server.listen = options.listen;
  server.tls = options.tls;
  server.max_connections = options.max_connections;
  server.max_connections_per_address = options.max_connections_per_address;
  server.max_inbound_bytes = options.total_inbound_bytes;
  server.trusted_proxies = options.trusted_proxies;
  server.max_first_message_bytes = twilsock::kInitLimits.message;
  return server;
}

std::string root_url(const ServiceOptions& options, const net::ListenAddress& address) {
  std::string url = options.public_url;
  if (url.empty()) url = (options.tls ? "https://" : "http://") + address.to_string();
  while (url.ends_with('/')) url.pop_back();
  return url;
}

std::function<Result<std::uint64_t>()> free_bytes_beside(const std::string& database) {
  if (database == ":memory:") return {};
  const auto directory = std::filesystem::absolute(database).parent_path();
  return [directory] { return os::free_bytes(directory); };
}

}  // namespace

Shell::Shell(boost::asio::io_context& io, const ServiceOptions& options)
    : io_(io),
      options_(options),
      clock_(options.seams.clock ? *options.seams.clock : system_clock()),
      random_(options.seams.random ? *options.seams.random : own_random_),
      refusals_(io.get_executor(), clock_, [this](std::string line) { log(std::move(line)); }),
      front_({.origins = Origins(options.allowed_origins),
              .secure = options.tls.has_value(),
              .is_ready = [this] { return is_ready(); },
              .log = [this](std::string line) { log(std::move(line)); },
              .log_refusal = [this](std::string_view what, const std::string& address,
                                    std::string line) { refusals_.add(what, address, std::move(line)); },
              .clock = clock_},
             metrics_),
      receivers_({.each = options.send_queue_bytes, .all = options.total_queue_bytes}),
      review_timer_(io.get_executor(), clock_,
                    [this] {
                      review_armed_ = false;
                      review_queues();
                    }),
      timer_(io.get_executor(), clock_, [this] { on_time(); }),
      stop_timer_(io) {}

// Whoever still waits for an answer of media gets none.
Shell::~Shell() { front_.use(nullptr); }

TimePoint Shell::now() const { return clock_.now(); }
WallTime Shell::wall_now() const { return clock_.wall_now(); }

Result<net::ListenAddress> Shell::start() {
  make_server();
  auto address = server_->start();
  if (!address) return address;
  // Nothing of it stays, above all not the database.
  const auto fail = [this](const Error& error) {
    metrics_server_.reset();
    admin_door_.reset();
    front_.use(nullptr);
    media_.reset();
    core_.reset();
    server_.reset();
    return error;
  };
  if (auto made = make_core(*address); !made) return fail(made.error());
  open_admin_door();
  if (auto started = start_metrics(); !started) return fail(started.error());
  note_certificate();
  arm_timer();
  return address;
}

void Shell::make_server() {
  server_.emplace(io_.get_executor(), server_options(options_),
                  [this](http::Request request, const std::string& peer, net::HttpReply reply) {
                    front_.on_request(std::move(request), peer, std::move(reply));
                  });
  server_->on_upgrade([this](const auto&... asked) { return front_.check_upgrade(asked...); },
                      [this](StreamPtr stream) { accept(std::move(stream)); });
  server_->on_body(
      [this](const http::Request& head, const std::string& peer, std::optional<std::uint64_t> length) {
        return front_.on_body(head, peer, length);
      });
  server_->on_refusal(
      [this](http::Response& response, const std::string& peer) { front_.note_refusal(response, peer); });
  server_->on_limit([this](net::ConnectionLimit limit, const std::string& peer) { note_limit(limit, peer); });
}

void Shell::note_limit(net::ConnectionLimit limit, const std::string& peer) {
  metrics_.closed_by_limit(limit);
  const auto name = to_string(limit);
  refusals_.add("connection " + std::string(name), peer,
                line("warning", "connection_refused").put("limit", name).put("address", peer).take());
}

Result<void> Shell::make_core(const net::ListenAddress& address) {
  auto store = Store::open(options_.database, random_);
  if (!store) return store.error();
  std::string secret = (*store)->secret();
  CoreOptions core;
  core.tenants = options_.tenants;
  core.throttle = options_.throttle;
  core.connection_limits = options_.connection_limits;
  core.media = options_.media;
  core.messages = options_.messages;
  core.free_bytes = free_bytes_beside(options_.database);
  core.public_url = root_url(options_, address);
  core.on_answer = [this](std::string_view route, int status) { metrics_.request(route, status); };
  core.on_tidy = [this] {
    if (media_) media_->tidy();
  };
  core_.emplace(std::move(core), std::move(*store), random_);
  return make_media(std::move(secret));
}

Result<void> Shell::make_media(std::string secret) {
  auto media = media::Api::open(
      {.media = options_.media, .database = options_.database, .secret = std::move(secret)},
      {.core = *core_,
       .wake = [this] { pump(); },
       .post = [this](std::function<void()> work) { boost::asio::post(io_, std::move(work)); },
       .log = [this](const std::string& what) { log(line("warning", "media").put("message", what).take()); },
       .clock = clock_});
  if (!media) return media.error();
  media_ = std::move(*media);
  front_.use(media_.get());
  return {};
}

void Shell::open_admin_door() {
  if (admin_socket_of(options_.database).empty()) return;
  auto door = AdminDoor::open(io_, options_.database, [this](AdminCall call, const AdminDoor::Reply& reply) {
    administer(std::move(call), reply);
  });
  if (!door) return log(line("warning", "admin").put("message", door.error().message).take());
  admin_door_ = std::move(*door);
}

void Shell::administer(AdminCall call, const AdminDoor::Reply& reply) {
  const Caller admin = admin_of(call);
  core_->perform(
      admin, work_of(std::move(call)),
      [this, reply](const http::Response& response) {
        log(line("info", "admin").put("status", static_cast<std::uint64_t>(response.status)).take());
        reply(outcome_of(response));
      },
      now(), wall_now());
  pump();
}

Result<void> Shell::start_metrics() {
  if (!options_.metrics_listen) return {};
  metrics_server_.emplace(
      io_.get_executor(),
      net::HttpServerOptions{.listen = *options_.metrics_listen, .serves_with_spare_descriptor = true},
      [this](const http::Request& request, const std::string&, const net::HttpReply& reply) {
        reply(front_.answer_operator(request, readings()));
      });
  const auto address = metrics_server_->start();
  if (!address) return address.error();
  metrics_address_ = *address;
  return {};
}

void Shell::note_certificate() {
  if (!options_.tls) return;
  if (const auto end = net::certificate_expires_at(options_.tls->certificate_file))
    metrics_.certificate_expires(*end);
}

Result<void> Shell::reload_tls() {
  auto reloaded = server_->reload_tls();
  if (reloaded) note_certificate();
  return reloaded;
}

bool Shell::is_ready() const {
  if (!core_ || draining_) return false;
  const auto counters = core_->counters();
  return !counters.last_commit_failed && !counters.database_damaged;
}

Readings Shell::readings() const {
  const auto core = core_->counters();
  const auto media = media_->counters();
  return {.connections = receivers_.size(),
          .sockets = server_->connections(),
          .queued_bytes = receivers_.queued_bytes(),
          .inbound_bytes = server_->inbound_bytes(),
          .frames_sent = receivers_.frames_sent(),
          .bytes_sent = receivers_.bytes_sent(),
          .deliveries = core.deliveries,
          .throttled = core.throttled,
          .messages_over_quota = core.over_quota,
          .writes_without_room = core.without_room,
          .uploads = media.uploads,
          .upload_bytes = media.upload_bytes,
          .uploads_refused = media.uploads_refused,
          .uploads_over_quota = media.over_quota,
          .uploads_without_room = media.without_room,
          .downloads = media.downloads,
          .database_log_bytes = core_->database_log_bytes(),
          .clock_ahead_seconds = core.clock_ahead_seconds,
          .ready = is_ready()};
}

void Shell::accept(StreamPtr stream) {
  if (draining_) return;
  const std::string address = stream->peer_address();
  const ConnectionId id =
      core_->open(now(), {.address = net::address_group(address),
                          .is_local = address == net::kInProcessAddress || net::is_loopback(address)});
  auto& kept = receivers_.add(id, std::move(stream), now());
  kept.start({.on_message = [this, id](std::string_view bytes) { on_message(id, bytes); },
              .on_closed = [this, id](const Error& reason) { on_closed(id, reason); },
              .on_refused = [this, id](const Error& problem) { on_refused(id, problem); }});
  pump();
}

void Shell::on_message(ConnectionId id, std::string_view bytes) {
  core_->on_message(id, bytes, now(), wall_now());
  pump();
}

void Shell::on_refused(ConnectionId id, const Error& problem) {
  core_->on_refused(id, problem, now(), wall_now());
  pump();
}

void Shell::on_closed(ConnectionId id, const Error& reason) {
  if (!receivers_.find(id)) return;
  const auto ours = closing_.find(id);
  note_end(id, ours == closing_.end() ? reason : ours->second);
  drop(id);
  pump();
}

void Shell::note_end(ConnectionId id, const Error& reason) {
  const std::string_view word = end_reason(reason);
  const bool refused = is_refusal(reason);
  metrics_.connection_ended(word);
  if (refused) metrics_.refused_init(word);
  const auto life = std::chrono::duration_cast<std::chrono::seconds>(receivers_.age(id, now()));
  const std::string address = receivers_.find(id)->peer_address();
  auto entry = line(refused ? "warning" : "info", "connection_ended");
  entry.put("connection", id)
      .put("address", address)
      .put("seconds", static_cast<std::uint64_t>(life.count()))
      .put("reason", word);
  if (reason.server_code != 0) entry.put("code", static_cast<std::uint64_t>(reason.server_code));
  entry.put("message", reason.message);
  if (!refused) return log(entry.take());
  refusals_.add("connection " + std::string(word), address, entry.take());
}

// The stream may be the one whose callback is running: it is destroyed later.
void Shell::drop(ConnectionId id) {
  auto stream = receivers_.remove(id);
  if (!stream) return;
  closing_.erase(id);
  boost::asio::post(io_, [stream = std::move(stream)] {});
  core_->on_closed(id, now(), wall_now());
}

void Shell::pump() {
  auto action = core_->next();
  const TimePoint at = action ? now() : TimePoint();  // one look at the clock for all: fan-outs are long
  for (; action; action = core_->next()) {
    if (const auto* to_send = std::get_if<Send>(&*action)) {
      if (const auto slow = receivers_.send(to_send->connection, to_send->frame, at)) cut(*slow);
    } else {
      close(std::get<Close>(*action));
    }
  }
  watch_queues();
  post_flush();
  arm_timer();
  finish_if_empty();
}

void Shell::cut(const Receivers::Slow& slow) {
  metrics_.slow_consumer();
  metrics_.connection_ended("slow_consumer");
  log(line("warning", "slow_consumer_cut")
          .put("connection", slow.id)
          .put("address", receivers_.find(slow.id)->peer_address())
          .put("queued_bytes", slow.queued_bytes)
          .take());
  drop(slow.id);
}

// A receiver that does not read is not to wait for the next thing that is sent to it.
void Shell::watch_queues() {
  if (receivers_.is_review_urgent() && !std::exchange(review_posted_, true))
    boost::asio::post(io_, [this] {
      review_posted_ = false;
      review_queues();
    });
  if (!receivers_.wants_review() || std::exchange(review_armed_, true)) return;
  review_timer_.wait_until(now() + Receivers::kReviewEvery);
}

void Shell::review_queues() {
  for (const auto& slow : receivers_.review(now())) cut(slow);
  pump();
}

void Shell::close(const Close& action) {
  auto* stream = receivers_.find(action.connection);
  if (!stream) return;
  closing_.emplace(action.connection, action.reason);
  stream->close(kCloseGrace);
}

// Behind the handlers that are ready now, so that a burst of requests shares one commit.
void Shell::post_flush() {
  if (flush_posted_ || !core_->needs_flush()) return;
  flush_posted_ = true;
  boost::asio::post(io_, [this] {
    flush_posted_ = false;
    flush();
    pump();
  });
}

void Shell::flush() {
  if (!core_->needs_flush()) return;
  const auto started = now();
  core_->flush(started, wall_now());
  const auto counters = core_->counters();
  metrics_.committed(!counters.last_commit_failed, now() - started);
  for (auto& what : storage_watch_.look_at(counters, started, wall_now())) log(std::move(what));
}

void Shell::arm_timer() {
  const auto deadline = core_->next_deadline();
  if (deadline == armed_) return;
  armed_ = deadline;
  deadline ? timer_.wait_until(*deadline) : timer_.cancel();
}

void Shell::on_time() {
  armed_.reset();
  core_->on_time(now(), wall_now());
  pump();
}

void Shell::stop(Duration grace, std::function<void()> done) {
  draining_ = true;
  stopped_ = std::move(done);
  log(line("info", "draining").put("connections", receivers_.size()).take());
  server_->stop(grace, [this] {
    http_ended_ = true;
    finish_if_empty();
  });
  core_->offload(kComeBack, now(), wall_now());
  stop_timer_.expires_after(grace);
  stop_timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) finish();
  });
  pump();
}

void Shell::finish_if_empty() {
  if (stopped_ && http_ended_ && receivers_.size() == 0 && !core_->needs_flush()) finish();
}

void Shell::finish() {
  if (!stopped_) return;
  flush();
  timer_.cancel();
  review_timer_.cancel();
  stop_timer_.cancel();
  admin_door_.reset();
  log(line("info", "stopped").put("connections", receivers_.size()).take());
  // Whoever is still connected is cut off with the shell.
  boost::asio::post(io_, std::exchange(stopped_, nullptr));
}

LogLine Shell::line(std::string_view level, std::string_view event) const {
  return LogLine(level, event, wall_now());
}

void Shell::log(std::string line) const {
  if (options_.log) options_.log(line);
}

}  // namespace parley::chat_service
