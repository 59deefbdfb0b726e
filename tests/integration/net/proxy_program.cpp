#include "tests/integration/net/proxy_program.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <thread>

namespace parley::testing {
namespace {

using boost::asio::ip::tcp;

constexpr const char* kTinyproxy = "/usr/bin/tinyproxy";
constexpr const char* kMicrosocks = "/usr/bin/microsocks";

/// These programs cannot be told to choose one themselves.
std::uint16_t free_port() {
  boost::asio::io_context context;
  const tcp::acceptor acceptor(context, {boost::asio::ip::make_address("127.0.0.1"), 0});
  return acceptor.local_endpoint().port();
}

std::vector<std::string> tinyproxy(const ProxyProgram::Settings& settings, std::uint16_t port,
                                   const std::string& directory) {
  const std::string file = directory + "/tinyproxy-" + std::to_string(port) + ".conf";
  std::ofstream out(file);
  out << "Port " << port << "\nListen 127.0.0.1\nTimeout 60\nMaxClients 100\nLogLevel Connect\n";
  if (!settings.user.empty()) out << "BasicAuth " << settings.user << " " << settings.password << "\n";
  for (const auto allowed : settings.ports) out << "ConnectPort " << allowed << "\n";
  return {kTinyproxy, "-d", "-c", file};
}

std::vector<std::string> microsocks(const ProxyProgram::Settings& settings, std::uint16_t port) {
  std::vector<std::string> command{kMicrosocks, "-i", "127.0.0.1", "-p", std::to_string(port)};
  if (!settings.user.empty()) command.insert(command.end(), {"-u", settings.user, "-P", settings.password});
  return command;
}

}  // namespace

std::string ProxyProgram::missing(Kind kind) {
  const std::string program = kind == Kind::tinyproxy ? kTinyproxy : kMicrosocks;
  if (std::filesystem::exists(program)) return {};
  return program + " is not installed: scripts/install-deps.sh test";
}

ProxyProgram::ProxyProgram(const Settings& settings, const std::string& directory)
    : kind_(settings.kind),
      credentials_(settings.user.empty() ? "" : settings.user + ":" + settings.password + "@"),
      port_(free_port()),
      process_(std::make_unique<support::ChildProcess>(
          kind_ == Kind::tinyproxy ? tinyproxy(settings, port_, directory) : microsocks(settings, port_))) {
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!takes_connections()) {
    if (std::chrono::steady_clock::now() > give_up) throw std::runtime_error("the proxy does not start");
    std::this_thread::sleep_for(std::chrono::milliseconds(5));  // the interval of looking
  }
}

bool ProxyProgram::takes_connections() const {
  boost::asio::io_context context;
  tcp::socket socket(context);
  boost::system::error_code error;
  socket.connect({boost::asio::ip::make_address("127.0.0.1"), port_}, error);
  return !error;
}

std::string ProxyProgram::url(const std::string& credentials) const {
  const std::string scheme = kind_ == Kind::tinyproxy ? "http://" : "socks5://";
  return scheme + credentials + "127.0.0.1:" + std::to_string(port_);
}

void ProxyProgram::fall_silent() { process_->signal(SIGSTOP); }

bool ProxyProgram::was_asked_for(std::uint16_t port) {
  process_->signal(SIGTERM);
  const auto ended = process_->exit_code();  // microsocks ends by the signal
  if (!ended && kind_ == Kind::tinyproxy) process_->signal(SIGKILL);
  const std::string output = process_->rest_of_output() + process_->error_output();
  const std::string asked =
      (kind_ == Kind::tinyproxy ? "CONNECT 127.0.0.1:" : "connected to 127.0.0.1:") + std::to_string(port);
  return output.find(asked) != output.npos;
}

}  // namespace parley::testing
