#include "token_server/program/serve.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <iostream>
#include <optional>

#include "common/base/iso8601.hpp"
#include "common/base/json.hpp"
#include "common/config/command_line.hpp"
#include "common/config/deployment.hpp"
#include "common/net/stop_signals.hpp"
#include "token_server/program/log_lines.hpp"
#include "token_server/program/settings.hpp"
#include "token_server/program/worker_threads.hpp"
#include "token_server/token_server.hpp"

namespace parley::token_server {
namespace {

constexpr auto kFlushEvery = std::chrono::milliseconds(100);
constexpr auto kBeyondDrain = std::chrono::seconds(1);

int fail(const Error& error) {
  std::cerr << "token_server: " << error.message << std::endl;
  return error.code == Errc::invalid_config ? config::kExitBadConfig : config::kExitFailure;
}

bool is_open_to_all(const config::Config& config) { return !has_proven_callers(config.token_server); }

void announce_development() {
  std::cout << "token_server: ******************************************************************\n"
               "token_server: DEVELOPMENT: callers are not authenticated. Every program on this\n"
               "token_server: machine can get a token for any identity. That is why it listens on\n"
               "token_server: loopback only, with the example's secret, and refuses proxies.\n"
               "token_server: ******************************************************************"
            << std::endl;
}

/// One run of the program, from a checked configuration to its end.
class Run {
 public:
  Run(const config::Config& config, const std::string& path)
      : config_(config), path_(path), threads_(config.token_server.workers), flush_(threads_.first()) {}

  int run() {
    if (auto opened = open_files(); !opened) return fail(opened.error());
    if (auto started = start(); !started) return fail(started.error());
    flush_again();
    threads_.start();
    net::run_until_signal(
        threads_.first(), [this] { stop(); },
        {.reload = [this] { reload(); }, .patience = config_.token_server.drain + kBeyondDrain});
    threads_.finish();
    return config::kExitOk;
  }

 private:
  Result<void> open_files() {
    const auto& section = config_.token_server;
    if (has_proven_callers(section) && !section.audit_log.empty()) {
      auto audit = AuditLog::open(section.audit_log, system_clock());
      if (!audit) return audit.error();
      audit_ = std::move(*audit);
    }
    if (!needs_sessions(section)) return {};
    auto sessions = SessionService::open(session_settings_of(section), system_clock(), audit_.get());
    if (!sessions) return sessions.error();
    sessions_ = std::move(*sessions);
    return {};
  }

  Result<void> start() {
    auto options = options_of(config_);
    if (!options) return options.error();
    scheme_ = options->tls ? "https://" : "http://";
    server_.emplace(threads_.executors(), std::move(*options), surroundings());
    const auto address = server_->start();
    if (!address) return address.error();
    // Said when signals are heard: whoever waits for these words may send one at once.
    boost::asio::post(threads_.first(), [this, address = *address] { announce(address); });
    return {};
  }

  void announce(const net::ListenAddress& address) const {
    std::cout << "token_server listening on " << scheme_ << address.to_string() << std::endl;
    if (const auto metrics = server_->metrics_address())
      std::cout << "token_server metrics on http://" << metrics->to_string() << "/metrics" << std::endl;
    if (is_open_to_all(config_)) announce_development();
  }

  Surroundings surroundings() {
    return {.clock = system_clock(),
            .log =
                [this](const RequestRecord& record) {
                  lines_.add(to_json_line(record, system_clock().wall_now()));
                },
            .sessions = sessions_.get(),
            .audit = audit_.get()};
  }

  void flush_again() {
    flush_.expires_after(kFlushEvery);
    flush_.async_wait([this](boost::system::error_code cancelled) {
      lines_.flush();
      if (!cancelled) flush_again();
    });
  }

  void stop() {
    server_->stop(config_.token_server.drain, [this] { threads_.first().stop(); });
  }

  void reload() {
    if (auto reloaded = try_reload(); !reloaded)
      tell("warning", "reload refused, the old configuration goes on: " + reloaded.error().message);
    else
      tell("info", "configuration re-read");
  }

  Result<void> try_reload() {
    auto loaded = config::load(path_, config::process_environment());
    auto problems = loaded ? refusals(*loaded, path_) : loaded.error();
    if (!problems.empty()) {
      const auto why = config::describe(problems);
      server_->note_refused_reload(why);
      return Error{.code = Errc::invalid_config, .message = why};
    }
    if (auto reloaded = server_->reload(policy_of(*loaded)); !reloaded) return reloaded;
    tell_what_needs_a_restart(loaded->token_server);
    return {};
  }

  void tell_what_needs_a_restart(const config::TokenServer& now) {
    const auto& then = config_.token_server;
    const auto tell_if = [this](bool changed, const char* key) {
      if (changed) tell("warning", std::string(key) + " has changed; it takes a restart");
    };
    tell_if(now.listen != then.listen, "token_server.listen");
    tell_if(now.workers != then.workers, "token_server.workers");
    tell_if(now.database != then.database, "token_server.database");
    tell_if(now.audit_log != then.audit_log, "token_server.audit_log");
    tell_if(now.metrics_listen != then.metrics_listen, "token_server.metrics_listen");
    tell_if(now.tls.has_value() != then.tls.has_value(), "token_server.tls");
  }

  void tell(const char* level, const std::string& message) {
    lines_.add("{\"time\":\"" + format_iso8601(system_clock().wall_now()) + "\",\"level\":\"" + level +
               "\",\"event\":\"server\",\"message\":" + json::quote(message) + "}");
    lines_.flush();
  }

  const config::Config& config_;
  const std::string& path_;
  LogLines lines_{stderr};
  const char* scheme_ = "http://";
  std::unique_ptr<AuditLog> audit_;
  WorkerThreads threads_;
  boost::asio::steady_timer flush_;
  std::unique_ptr<SessionService> sessions_;
  std::optional<TokenServer> server_;
};

}  // namespace

config::Problems refusals(const config::Config& config, const std::string& path) {
  auto problems = config::check_deployment(config);
  if (auto exposed = config::exposed_secret(path)) problems.push_back(std::move(*exposed));
  return problems;
}

int serve(const config::Config& config, const std::string& path) { return Run(config, path).run(); }

}  // namespace parley::token_server
