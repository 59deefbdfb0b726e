#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>

#include "chat_service/service.hpp"
#include "common/base/iso8601.hpp"
#include "common/base/json.hpp"
#include "common/config/command_line.hpp"
#include "common/net/stop_signals.hpp"

namespace {

using namespace parley;

constexpr auto kStopGrace = std::chrono::seconds(3);

// One JSON object per line on stderr; the logger only brings it there.
std::function<void(const std::string&)> make_log() {
  auto logger = spdlog::stderr_logger_mt("chat_service");
  logger->set_pattern("%v");
  return [logger](const std::string& message) {
    logger->info(json::dump({{"time", format_iso8601(system_clock().wall_now())},
                             {"level", "info"},
                             {"event", "service"},
                             {"message", message}}));
  };
}

Result<ServiceOptions> options_of(const config::Config& config) {
  const auto& section = config.chat_service;
  auto listen = net::parse_listen_address(section.listen);
  if (!listen) return listen.error();
  const auto& account = config.accounts.front();
  ServiceOptions options;
  options.listen = *listen;
  options.public_url = section.public_url;
  options.database = section.database;
  options.account_sid = account.account_sid;
  options.chat_service_sid = account.chat_service_sid;
  options.keys = token::KeyRing({account.account_sid, account.api_key_sid, account.api_key_secret});
  for (const auto& key : account.previous_keys)
    options.keys.add({account.account_sid, key.api_key_sid, key.api_key_secret});
  if (section.limits.max_connections) options.max_connections = *section.limits.max_connections;
  if (section.limits.send_queue_bytes) options.send_queue_bytes = *section.limits.send_queue_bytes;
  options.log = make_log();
  return options;
}

Result<void> make_directory_of(const std::string& database) {
  const auto directory = std::filesystem::path(database).parent_path();
  if (database == ":memory:" || directory.empty()) return {};
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (!error) return {};
  return Error{
      .code = Errc::storage_error,
      .message = "database: cannot make the directory " + directory.string() + ": " + error.message()};
}

int fail(const Error& error) {
  std::cerr << "chat_service: " << error.message << std::endl;
  return error.code == Errc::invalid_config ? config::kExitBadConfig : config::kExitFailure;
}

int serve(const config::Config& config) {
  auto options = options_of(config);
  if (!options) return fail(options.error());
  if (auto made = make_directory_of(options->database); !made) return fail(made.error());
  Service service(std::move(*options));
  if (auto address = service.start(); !address) return fail(address.error());
  std::cout << "chat_service listening on " << service.url() << std::endl;
  boost::asio::io_context io(1);
  net::run_until_signal(io, [&] { service.stop(kStopGrace); });
  return config::kExitOk;
}

}  // namespace

int main(int argc, char** argv) {
  config::CommandLine line("chat_service", "The chat service: WebSocket in front, SQLite behind.");
  const auto outcome = line.parse(argc, argv);
  return outcome.exit_code ? *outcome.exit_code : serve(*outcome.config);
}
