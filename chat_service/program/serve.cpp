#include "chat_service/program/serve.hpp"

#include <unistd.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>

#include "chat_service/program/settings.hpp"
#include "chat_service/src/transfer/database_file.hpp"
#include "common/base/iso8601.hpp"
#include "common/base/json.hpp"
#include "common/base/log_lines.hpp"
#include "common/config/command_line.hpp"
#include "common/config/deployment.hpp"
#include "common/net/spare_descriptor.hpp"
#include "common/net/stop_signals.hpp"

namespace parley::chat_service {
namespace {

constexpr const char* kInMemory = ":memory:";
constexpr auto kBeyondDrain = std::chrono::seconds(2);

int fail(const Error& error) {
  std::cerr << "chat_service: " << error.message << std::endl;
  return error.code == Errc::invalid_config ? config::kExitBadConfig : config::kExitFailure;
}

/// Tells when standard input ends: when whoever started this program closes the pipe, or is gone.
class ParentWatch {
 public:
  ParentWatch(boost::asio::io_context& io, std::function<void()> gone) : input_(io), gone_(std::move(gone)) {
    boost::system::error_code error;
    input_.assign(dup(STDIN_FILENO), error);
    error ? boost::asio::post(io, gone_) : read();
  }

 private:
  void read() {
    input_.async_read_some(boost::asio::buffer(ignored_),
                           [this](const boost::system::error_code& error, std::size_t) {
                             if (error == boost::asio::error::operation_aborted) return;
                             error ? gone_() : read();
                           });
  }

  boost::asio::posix::stream_descriptor input_;
  std::function<void()> gone_;
  std::array<char, 512> ignored_{};
};

/// One run of the program, from a checked configuration to its end.
class Run {
 public:
  Run(const config::Config& config, const ServeOptions& options) : config_(config), options_(options) {}

  int run() {
    auto settings = options_of(config_);
    if (!settings) return fail(settings.error());
    if (auto made = make_directory_of(settings->database); !made) return fail(made.error());
    settings->log = [this](const std::string& line) { lines_.add(line); };
    if (const auto warning = net::fit_descriptors(settings->max_connections)) tell("warning", *warning);
    const auto database = std::filesystem::absolute(settings->database);
    const bool is_new = settings->database != kInMemory && !std::filesystem::exists(database);
    if (is_new && std::filesystem::exists(database.string() + ".partial"))
      return fail(
          {.code = Errc::storage_error,
           .message = database.string() + ": there is none, but " + database.string() +
                      ".partial: an import or a restore was interrupted. Run it again, or remove that file"});
    service_.emplace(std::move(*settings));
    if (auto address = service_->start(); !address) return fail(address.error());
    if (is_new) tell("info", database.string() + " is a new database: there was none");
    // Said when signals are heard: whoever waits for these words may send one at once.
    boost::asio::post(io_, [this] { announce(); });
    if (options_.exit_with_parent) parent_.emplace(io_, [this] { stop(); });
    const auto drain = config_.chat_service.drain;
    net::run_until_signal(io_, [this] { stop(); },
                          {.reload = [this] { reload(); }, .patience = drain + kBeyondDrain});
    return config::kExitOk;
  }

 private:
  void announce() const {
    if (options_.print_config) {
      std::cout << json::dump(for_programs()) << std::endl;
      return;
    }
    std::cout << "chat_service listening on " << service_->url() << std::endl;
    if (const auto metrics = service_->metrics_address())
      std::cout << "chat_service metrics on http://" << metrics->to_string() << "/metrics" << std::endl;
  }

  json::OrderedValue for_programs() const {
    const auto& account = config_.accounts.front();
    json::OrderedValue line{{"chat_url", service_->url()},
                            {"account_sid", account.account_sid},
                            {"api_key_sid", account.api_key_sid},
                            {"api_key_secret", account.api_key_secret},
                            {"chat_service_sid", account.chat_service_sid}};
    if (const auto metrics = service_->metrics_address())
      line["metrics_url"] = "http://" + metrics->to_string() + "/metrics";
    return line;
  }

  void stop() {
    if (stopping_) return;
    stopping_ = true;
    service_->stop(config_.chat_service.drain);
    parent_.reset();
    io_.stop();
  }

  void reload() {
    if (!config_.chat_service.tls) return tell("info", "nothing to re-read: only certificates are");
    if (const auto exposed = config::exposed_private_key(config_.chat_service.tls, "chat_service"))
      return refuse_reload(exposed->key + ": " + exposed->what);
    if (const auto reloaded = service_->reload_tls(); !reloaded)
      return refuse_reload(reloaded.error().message);
    tell("info", "certificate re-read");
  }

  void refuse_reload(const std::string& why) {
    tell("warning", "reload refused, the old certificate goes on: " + why);
  }

  void tell(const char* level, const std::string& message) {
    lines_.add("{\"time\":\"" + format_iso8601(system_clock().wall_now()) + "\",\"level\":\"" + level +
               "\",\"event\":\"service\",\"message\":" + json::quote(message) + "}");
    lines_.flush();
  }

  const config::Config& config_;
  const ServeOptions& options_;
  LogLines lines_{stderr};  // before the service, whose last lines it takes
  boost::asio::io_context io_{1};
  std::optional<ParentWatch> parent_;
  std::optional<Service> service_;
  bool stopping_ = false;
};

}  // namespace

int serve(const config::Config& config, const ServeOptions& options) { return Run(config, options).run(); }

}  // namespace parley::chat_service
