#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <parley/export.hpp>
#include <parley/seams.hpp>
#include <parley/token_source.hpp>

namespace parley {

namespace net {
class InProcessListener;
}

/// Which service to talk to.
struct Endpoint {
  std::string url;                                     ///< ws or wss
  std::string region;                                  ///< of Twilio's cloud; ignored by parley's own service
  std::shared_ptr<net::InProcessListener> listener{};  ///< if set: connect to it instead, without a socket

  /// Twilio's cloud, e.g. region "us1" or "ie1".
  PARLEY_API static Endpoint twilio(std::string region = "us1");
  /// parley's chat_service, or whatever speaks the protocol: "ws://127.0.0.1:4010/v3/wsconnect".
  PARLEY_API static Endpoint service(std::string url);
  /// A service in this process, e.g. parley::Service::in_process(): no port, no socket, no TLS.
  PARLEY_API static Endpoint stream(std::shared_ptr<net::InProcessListener> listener);
};

struct TlsOptions {
  std::string ca_file{};  ///< PEM bundle of trusted authorities; "": the system's
};

struct Timeouts {
  Duration connect =
      std::chrono::seconds(30);              ///< async_connect: retries, the list, the first fifty channels
  Duration dial = std::chrono::seconds(10);  ///< one attempt: name, TCP, TLS, WebSocket
  /// One request to the service, waiting for a connection and for its turn included; an operation may need
  /// several. Of a file transfer: the longest time without progress.
  Duration request = std::chrono::seconds(30);
};

struct RetryPolicy {
  Duration min = std::chrono::seconds(1);  ///< after the first failure; doubles, each +-20 %
  Duration max = std::chrono::seconds(120);
};

enum class LogLevel { debug, info, warning, error };

/// Receives log lines on the I/O executor. Lines never hold tokens, message bodies or identities.
using LogHook = std::function<void(LogLevel level, std::string_view line)>;

/// What tests replace and users ignore.
struct Seams {
  const Clock* clock = nullptr;  ///< null: the machine's; must outlive the client
  Random* random = nullptr;      ///< null: the operating system's; must outlive the client
};

struct ClientOptions {
  Endpoint endpoint = Endpoint::twilio();
  TokenSource tokens;  ///< required
  LogHook log{};
  TlsOptions tls{};
  Timeouts timeouts{};
  RetryPolicy retry{};
  /// Where completions and events run, one at a time. Nothing: the Runtime's (or the given) executor.
  std::optional<boost::asio::any_io_executor> callbacks{};
  Seams seams{};
};

}  // namespace parley
