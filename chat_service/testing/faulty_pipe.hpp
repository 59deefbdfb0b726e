#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include <parley/error.hpp>
#include <parley/seams.hpp>

#include "common/net/url.hpp"

namespace parley {
namespace net {
class InProcessListener;
}

namespace testing {

enum class Direction { to_service, to_client };

/// The network between clients and a service, as bad as a test wants it. Two forms:
///
///     auto wifi = testing::FaultyPipe::in_front_of(service.in_process(), time);  // without a socket
///     options.endpoint = Endpoint::stream(wifi.listener());
///
///     auto wifi = testing::FaultyPipe::relay_to(service_address).value();        // for any program
///     options.endpoint = Endpoint::service(wifi.url());
///
/// Faults add up and hold until heal(). What a call does has happened when it returns: it concerns what
/// arrives at the pipe afterwards, on connections that are open and on new ones.
///
/// A pipe in front of a listener carries whole messages: their payload counts as bytes, and one that is cut
/// or of which a part is lost does not arrive. A relay carries bytes as TCP does.
///
/// Thread rule: any thread, but not a callback of the clock. It works on a thread of its own. Lifetime: it
/// may be moved; when it ends every connection through it is cut, and who still has its listener is refused.
/// The clock outlives it.
class FaultyPipe {
 public:
  /// `clock` measures delays. With a ManualClock they pass with its time.
  static FaultyPipe in_front_of(std::shared_ptr<net::InProcessListener> service,
                                const Clock& clock = system_clock());
  /// Listens on a port of 127.0.0.1 that the system chooses. Errc::unreachable: it cannot, or the name of
  /// `service` is not known.
  static Result<FaultyPipe> relay_to(const net::ListenAddress& service, const Clock& clock = system_clock());
  FaultyPipe(FaultyPipe&& other) noexcept;
  FaultyPipe& operator=(FaultyPipe&& other) noexcept;
  ~FaultyPipe();

  /// Where clients in this process connect; null for a relay.
  std::shared_ptr<net::InProcessListener> listener() const;
  /// Where other clients connect; port 0 for a pipe in front of a listener.
  net::ListenAddress address() const;
  /// "ws://127.0.0.1:<port><path>" of a relay in front of a service without TLS.
  std::string url(const std::string& path = "/v3/wsconnect") const;

  /// What arrives from now on goes on that much later, in order. Not negative; zero: at once.
  void delay(Duration by);
  /// What arrives vanishes, also what would end a connection: either side takes it for open. A connection
  /// that has lost anything stays dead after heal(), as behind a router that has forgotten it, until it is
  /// cut or both sides have given it up.
  void drop();
  /// The next `bytes` in that direction go on, counted over all connections; then the connection that carried
  /// the last of them is cut, once. Zero: the next one to carry anything, before it does.
  void cut_after(Direction direction, std::uint64_t bytes);
  /// Cuts the connections that are open: both sides notice at once, what was delayed is lost. TCP: a reset.
  void cut_now();
  /// New connections fail: Errc::unreachable, or for a relay a reset as soon as they are made.
  void refuse();
  /// No fault holds any more; what was delayed still comes when it was to come.
  void heal();

  /// Connections that are not over for both sides.
  std::size_t connections() const;

 private:
  class Impl;
  explicit FaultyPipe(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace testing
}  // namespace parley
