#include "token_server/program/serve.hpp"

#include <atomic>
#include <boost/asio/post.hpp>
#include <filesystem>
#include <iostream>
#include <optional>

#include "common/base/iso8601.hpp"
#include "common/base/json.hpp"
#include "common/base/log_lines.hpp"
#include "common/config/command_line.hpp"
#include "common/config/deployment.hpp"
#include "common/net/refusal_log.hpp"
#include "common/net/spare_descriptor.hpp"
#include "common/net/stop_signals.hpp"
#include "token_server/program/settings.hpp"
#include "token_server/program/worker_threads.hpp"
#include "token_server/token_server.hpp"

namespace parley::token_server {
namespace {

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
      : config_(config), path_(path), threads_(config.token_server.workers) {}

  int run() {
    if (auto opened = open_files(); !opened) return fail(opened.error());
    if (auto started = start(); !started) return fail(started.error());
    threads_.start([this](const std::string& what) { give_up(what); });
    try {
      net::run_until_signal(
          threads_.first(), [this] { stop(); },
          {.reload = [this] { reload(); }, .patience = config_.token_server.drain + kBeyondDrain});
    } catch (const std::exception& thrown) {
      give_up(thrown.what());
    }
    threads_.finish();
    return given_up_ ? config::kExitFailure : config::kExitOk;
  }

 private:
  /// What no code of ours expects was thrown, on any thread: said, and the end, because nobody knows what was
  /// left half done.
  void give_up(const std::string& what) {
    given_up_ = true;
    tell("error", "the server ends because of a failure inside it: " + what);
    threads_.first().stop();
  }

  Result<void> open_files() {
    const auto& section = config_.token_server;
    if (has_proven_callers(section) && !section.audit_log.empty()) {
      auto audit = AuditLog::open(section.audit_log, system_clock());
      if (!audit) return audit.error();
      audit_ = std::move(*audit);
    }
    if (!needs_sessions(section)) return {};
    auto settings = session_settings_of(section);
    settings.warn = [this](const std::string& warning) { tell("warning", warning); };
    settings.failed = [this](const std::string& what) { give_up(what); };
    const auto database = std::filesystem::absolute(section.database);
    const bool is_new = !std::filesystem::exists(database);
    auto sessions = SessionService::open(std::move(settings), system_clock(), audit_.get());
    if (!sessions) return sessions.error();
    sessions_ = std::move(*sessions);
    if (is_new) tell("info", database.string() + " is a new database: there was none");
    return {};
  }

  Result<void> start() {
    auto options = options_of(config_);
    if (!options) return options.error();
    scheme_ = options->tls ? "https://" : "http://";
    if (const auto warning = net::fit_descriptors(options->max_connections)) tell("warning", *warning);
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
    return {
        .clock = system_clock(),
        .log = [this](const RequestRecord& record) { write_log(record); },
        .sessions = sessions_.get(),
        .audit = audit_.get(),
        .warn = [this](const std::string& warning) { tell("warning", warning); },
        .limited = [this](net::ConnectionLimit limit, const std::string& peer) { write_log(limit, peer); }};
  }

  void write_log(const RequestRecord& record) {
    auto line = to_json_line(record, system_clock().wall_now());
    const bool is_refusal = record.status >= 400 && record.status != 500;
    if (!is_refusal) return lines_.add(line);
    refusals_.add(std::string(record.route) + " " + std::to_string(record.status), record.address,
                  std::move(line));
  }

  void write_log(net::ConnectionLimit limit, const std::string& peer) {
    const std::string name(to_string(limit));
    refusals_.add("connection " + name, peer,
                  "{\"time\":\"" + format_iso8601(system_clock().wall_now()) +
                      "\",\"level\":\"warning\",\"event\":\"connection_refused\",\"limit\":\"" + name +
                      "\",\"address\":" + json::quote(peer) + "}");
  }

  void stop() {
    server_->stop(config_.token_server.drain, [this] { threads_.first().stop(); });
  }

  void reload() {
    try {
      const auto reloaded = try_reload();
      if (reloaded) return tell("info", "configuration re-read");
      tell("warning", "reload refused, the old configuration goes on: " + reloaded.error().message);
    } catch (const std::exception& failure) {
      tell("warning", std::string("reload failed, the old configuration goes on: ") + failure.what());
    }
  }

  Result<void> try_reload() {
    auto loaded = config::load(path_, config::process_environment(), config::FilesOf::token_server);
    if (!loaded) return refuse(loaded.error());
    const auto restarts = keys_that_take_a_restart(loaded->token_server);
    keep_what_runs(loaded->token_server);
    if (auto problems = refusals(*loaded, path_); !problems.empty()) return refuse(problems);
    if (has_proven_callers(loaded->token_server) != has_proven_callers(config_.token_server))
      return refuse({{"token_server.callers", "to or from development takes a restart"}});
    if (auto reloaded = server_->reload(policy_of(*loaded), tls_of(loaded->token_server)); !reloaded)
      return reloaded;
    for (const auto& key : restarts) tell("warning", key + " has changed; it takes a restart");
    return {};
  }

  Error refuse(const config::Problems& problems) {
    const auto why = config::describe(problems);
    server_->note_refused_reload(why);
    return {.code = Errc::invalid_config, .message = why};
  }

  /// A new configuration is judged by the address that is really served.
  void keep_what_runs(config::TokenServer& section) const {
    const auto& running = config_.token_server;
    section.listen = running.listen;
    section.allow_plain_http = running.allow_plain_http;
    if (section.tls.has_value() != running.tls.has_value()) section.tls = running.tls;
  }

  std::vector<std::string> keys_that_take_a_restart(const config::TokenServer& now) const {
    const auto& then = config_.token_server;
    const std::pair<bool, const char*> changes[] = {
        {now.listen != then.listen, "listen"},
        {now.allow_plain_http != then.allow_plain_http, "allow_plain_http"},
        {now.tls.has_value() != then.tls.has_value(), "tls"},
        {now.database != then.database, "database"},
        {now.audit_log != then.audit_log, "audit_log"},
        {now.refresh_idle != then.refresh_idle, "refresh.idle_seconds"},
        {now.refresh_absolute != then.refresh_absolute, "refresh.absolute_seconds"},
        {now.metrics_listen != then.metrics_listen, "metrics_listen"},
        {now.workers != then.workers, "workers"},
        {now.drain != then.drain, "drain_seconds"},
        {now.limits.max_connections != then.limits.max_connections, "limits.max_connections"},
        {now.limits.connections_per_address != then.limits.connections_per_address,
         "limits.connections_per_address"},
    };
    std::vector<std::string> keys;
    for (const auto& [changed, key] : changes)
      if (changed) keys.push_back(std::string("token_server.") + key);
    return keys;
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
  std::atomic<bool> given_up_ = false;
  std::unique_ptr<AuditLog> audit_;
  WorkerThreads threads_;
  net::RefusalLog refusals_{threads_.first().get_executor(), system_clock(),
                            [this](const std::string& line) { lines_.add(line); }};
  std::unique_ptr<SessionService> sessions_;
  std::optional<TokenServer> server_;
};

}  // namespace

config::Problems refusals(const config::Config& config, const std::string& path) {
  auto problems = config::check_deployment(config);
  if (auto exposed = config::exposed_secret(path)) problems.push_back(std::move(*exposed));
  if (const auto tls = tls_of(config.token_server))
    if (auto usable = net::check_tls_files(*tls); !usable)
      problems.push_back({"token_server.tls", usable.error().message});
  if (!problems.empty()) return problems;
  if (auto works = TokenServer::try_out(policy_of(config), system_clock()); !works)
    problems.push_back({"token_server", works.error().message});
  return problems;
}

int serve(const config::Config& config, const std::string& path) { return Run(config, path).run(); }

}  // namespace parley::token_server
