#include "chat_service/src/shell/shell.hpp"

#include <boost/asio/post.hpp>

#include "chat_service/src/errors.hpp"
#include "chat_service/src/shell/http_front.hpp"

namespace parley::chat_service {
namespace {

constexpr auto kCloseGrace = std::chrono::seconds(1);
// Clients that were told to leave come back at random within this span, not all at once.
constexpr twilsock::BackoffPolicy kComeBack{.reconnect_min_ms = 1000, .reconnect_max_ms = 5000};

net::HttpServerOptions server_options(const ServiceOptions& options) {
  net::HttpServerOptions server;
  server.listen = options.listen;
  server.max_connections = options.max_connections;
  return server;
}

}  // namespace

Shell::Shell(boost::asio::io_context& io, const ServiceOptions& options)
    : io_(io), options_(options), timer_(io), stop_timer_(io) {}

TimePoint Shell::now() { return system_clock().now(); }
WallTime Shell::wall_now() { return system_clock().wall_now(); }

Result<net::ListenAddress> Shell::start() {
  server_.emplace(io_.get_executor(), server_options(options_),
                  [](const http::Request& request, const std::string&, net::HttpReply reply) {
                    reply(answer_http(request));
                  });
  server_->on_upgrade(
      [](const http::Request& request) -> std::optional<http::Response> {
        if (request.path == kSocketPath) return std::nullopt;
        return errors::to_response(errors::no_such_route(request.path));
      },
      [this](StreamPtr stream) { accept(std::move(stream)); });
  auto address = server_->start();
  if (!address) return address;
  if (auto made = make_core(*address); !made) {
    server_.reset();
    return made.error();
  }
  return address;
}

Result<void> Shell::make_core(const net::ListenAddress& address) {
  auto store = Store::open(options_.database, random_);
  if (!store) return store.error();
  CoreOptions core;
  core.account_sid = options_.account_sid;
  core.service_sid = options_.chat_service_sid;
  core.keys = options_.keys;
  core.public_url = options_.public_url.empty() ? "http://" + address.to_string() : options_.public_url;
  while (core.public_url.ends_with('/')) core.public_url.pop_back();
  core_.emplace(std::move(core), std::move(*store), random_);
  return {};
}

void Shell::accept(StreamPtr stream) {
  if (stopped_) return;
  const ConnectionId id = core_->open(now());
  auto& kept = receivers_[id].stream = std::move(stream);
  kept->start({[this, id](std::string_view bytes) { on_message(id, bytes); },
               [this, id](const Error& reason) { on_closed(id, reason); }});
  pump();
}

void Shell::on_message(ConnectionId id, std::string_view bytes) {
  core_->on_message(id, bytes, now(), wall_now());
  pump();
}

void Shell::on_closed(ConnectionId id, const Error& reason) {
  if (!receivers_.contains(id)) return;
  log("connection " + std::to_string(id) + " ended: " + reason.message);
  drop(id);
  pump();
}

// The stream may be the one whose callback is running: it is destroyed later.
void Shell::drop(ConnectionId id) {
  const auto found = receivers_.find(id);
  if (found == receivers_.end()) return;
  boost::asio::post(io_, [stream = std::move(found->second.stream)] {});
  receivers_.erase(found);
  core_->on_closed(id, now(), wall_now());
}

void Shell::pump() {
  while (auto action = core_->next()) {
    if (const auto* to_send = std::get_if<Send>(&*action))
      send(*to_send);
    else
      close(std::get<Close>(*action));
  }
  post_flush();
  arm_timer();
  finish_if_empty();
}

void Shell::send(const Send& action) {
  const auto found = receivers_.find(action.connection);
  if (found == receivers_.end()) return;
  auto& [stream, backlog] = found->second;
  if (!backlog.is_too_much(stream->queued_bytes(), options_.send_queue_bytes, now())) {
    stream->send(action.frame);
    return;
  }
  log("connection " + std::to_string(action.connection) + " cut off: slow consumer");
  drop(action.connection);
}

void Shell::close(const Close& action) {
  const auto found = receivers_.find(action.connection);
  if (found != receivers_.end()) found->second.stream->close(kCloseGrace);
}

// Behind the handlers that are ready now, so that a burst of requests shares one commit.
void Shell::post_flush() {
  if (flush_posted_ || !core_->needs_flush()) return;
  flush_posted_ = true;
  boost::asio::post(io_, [this] {
    flush_posted_ = false;
    core_->flush(now(), wall_now());
    pump();
  });
}

void Shell::arm_timer() {
  const auto deadline = core_->next_deadline();
  if (deadline == armed_) return;
  armed_ = deadline;
  timer_.cancel();
  if (!deadline) return;
  timer_.expires_at(*deadline);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    armed_.reset();
    core_->on_time(now(), wall_now());
    pump();
  });
}

void Shell::stop(Duration grace, std::function<void()> done) {
  stopped_ = std::move(done);
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
  if (stopped_ && http_ended_ && receivers_.empty() && !core_->needs_flush()) finish();
}

void Shell::finish() {
  if (!stopped_) return;
  core_->flush(now(), wall_now());
  timer_.cancel();
  stop_timer_.cancel();
  // Whoever is still connected is cut off with the shell.
  boost::asio::post(io_, std::exchange(stopped_, nullptr));
}

void Shell::log(const std::string& line) const {
  if (options_.log) options_.log(line);
}

}  // namespace parley::chat_service
