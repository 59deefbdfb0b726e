#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <parley/error.hpp>
#include <parley/seams.hpp>

#include "common/base/http.hpp"
#include "common/net/proxy.hpp"
#include "common/net/tls.hpp"
#include "common/net/url.hpp"

namespace parley::net {

struct HttpCall {
  Url url{};  ///< http or https; the target of the request line
  std::string method = "GET";
  http::Fields headers{};  ///< beside Host, Connection, Content-Length and User-Agent
  std::string body{};
  std::shared_ptr<http::BodySource> source{};  ///< instead of `body`: read while it is sent
  /// Takes the body of a 2xx answer in pieces instead of Response::body, however long it is. An error ends
  /// the call with it.
  std::function<Result<void>(std::string_view)> take{};
  /// With `take`: told of the head of a 2xx answer before anything of its body is taken. An error ends the
  /// call with it.
  std::function<Result<void>(const http::Response& head)> on_head{};
  /// With `source`: told how many of its bytes have left so far.
  std::function<void(std::uint64_t)> on_sent{};
  TlsClientOptions tls{};
  /// In all; with `source` or `take` of silence: until a whole head, or bytes of a body, come or leave.
  Duration timeout = std::chrono::seconds(10);
  std::size_t max_body_bytes = 1024 * 1024;
  std::optional<Proxy> proxy{};  ///< whose tunnel leads to the server, also for http
};

using HttpCompletion = std::function<void(Result<http::Response>)>;

/// Dropping the handle cancels the call; the completion then never runs.
class PendingCall {
 public:
  virtual ~PendingCall() = default;
};

/// One request on a connection of its own. The functions of the call may drop the handle. `done` runs once on
/// `executor`, never inside this call. Any HTTP status is a success here; redirects are not followed.
/// Failures: unresolved, unreachable, proxy_failed and tls_failed (before the request left), connection_lost
/// (while it left), outcome_unknown (before the answer was complete), timed_out, protocol_error,
/// limit_exceeded (of the body, or 64 KiB of a head, a chunk's extension or a trailer), invalid_argument
/// (method, target or headers that are none), invalid_config (the CA file), storage_error (the source ended
/// too early).
std::unique_ptr<PendingCall> http_call(boost::asio::any_io_executor executor, HttpCall call,
                                       HttpCompletion done);

}  // namespace parley::net
