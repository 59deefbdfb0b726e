#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <boost/asio/io_context.hpp>
#include <iostream>

#include "common/config/command_line.hpp"
#include "common/net/stop_signals.hpp"
#include "token_server/token_server.hpp"

namespace {

using namespace parley;

constexpr auto kStopGrace = std::chrono::seconds(3);

// Lines are JSON already; the logger only brings them to stderr.
std::shared_ptr<spdlog::logger> make_logger() {
  auto logger = spdlog::stderr_logger_st("token_server");
  logger->set_pattern("%v");
  return logger;
}

Result<token_server::TokenServerOptions> options_of(const config::Config& config) {
  auto listen = net::parse_listen_address(config.token_server.listen);
  if (!listen) return listen.error();
  const auto& account = config.account;
  return token_server::TokenServerOptions{
      .listen = *listen,
      .key = {account.account_sid, account.api_key_sid, account.api_key_secret},
      .chat_service_sid = account.chat_service_sid,
      .ttl = config.token_server.token_ttl};
}

int fail(const Error& error) {
  std::cerr << "token_server: " << error.message << std::endl;
  return error.code == Errc::invalid_config ? config::kExitBadConfig : config::kExitFailure;
}

void announce(const net::ListenAddress& address) {
  std::cout << "token_server listening on http://" << address.to_string() << "\n"
            << "token_server: callers are not authenticated yet: every program on this machine can get a "
               "token for\n"
            << "any identity. That is why it listens on loopback only and refuses requests through a proxy."
            << std::endl;
}

int serve(const config::Config& config) {
  auto options = options_of(config);
  if (!options) return fail(options.error());
  boost::asio::io_context io(1);
  const auto logger = make_logger();
  token_server::TokenServer server(io.get_executor(), std::move(*options), system_clock(),
                                   [&](const token_server::RequestRecord& record) {
                                     logger->info(to_json_line(record, system_clock().wall_now()));
                                   });
  const auto address = server.start();
  if (!address) return fail(address.error());
  announce(*address);
  net::run_until_signal(io, [&] { server.stop(kStopGrace, [] {}); });
  return config::kExitOk;
}

}  // namespace

int main(int argc, char** argv) {
  config::CommandLine line("token_server", "Mints access tokens for the chat service over HTTP.");
  const auto outcome = line.parse(argc, argv);
  return outcome.exit_code ? *outcome.exit_code : serve(*outcome.config);
}
