#pragma once
#include <boost/system/result.hpp>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include <parley/export.hpp>

namespace parley {

/// What went wrong, as a program decides on it. The text for people is in `Error::message`.
enum class Errc {
  invalid_argument,   ///< a value given by the caller is not acceptable; the message names it
  invalid_config,     ///< a configuration file or option is not acceptable; the message names the key
  invalid_token,      ///< an access token that no retry will make good
  token_expired,      ///< an access token whose life is over; a new one helps
  denied,             ///< the other side refused this identity or caller; retrying does not help
  protocol_error,     ///< the other side broke the protocol
  limit_exceeded,     ///< a size or count beyond the documented limit
  unresolved,         ///< the name of the server, or of its proxy, has no address
  unreachable,        ///< no address of the server, or of its proxy, takes a TCP connection
  proxy_failed,       ///< the proxy refused, or answered something that is no proxy's answer
  tls_failed,         ///< the TLS handshake failed, or the certificate is not accepted; it may be mended
  upgrade_refused,    ///< the server answered the WebSocket handshake with something other than 101
  connection_lost,    ///< the connection ended before the request left: nothing happened
  outcome_unknown,    ///< the connection ended after the request left: it may have happened
  timed_out,          ///< no answer within the deadline
  cancelled,          ///< the caller cancelled
  client_closed,      ///< the client object was closed or destroyed
  not_found,          ///< no such channel, member, message, user or route
  conflict,           ///< the name is taken, or the member exists already
  forbidden,          ///< not a member, or not allowed by role
  too_many_requests,  ///< throttled; see `Error::retry_after`
  server_error,       ///< the server failed (5xx)
  storage_error,      ///< a database or file failed
};

/// The stable name of a code, e.g. "token_expired".
PARLEY_API std::string_view to_string(Errc code);

/// One failure with its layers kept apart. Only `code` and `message` are always set.
///
/// `message` is written by parley and never contains server data, tokens or message bodies, so it is
/// safe to log. `server_text` is what the other side said; treat it as untrusted.
struct Error {
  Errc code = Errc::protocol_error;
  std::string message{};
  int http_status = 0;        ///< HTTP status of the reply, 0 if there was none
  int server_code = 0;        ///< the service's numeric code (e.g. 50430), 0 if none
  std::string server_text{};  ///< the service's own words, empty if none
  std::string request_id{};   ///< to quote to the operator of the service, empty if none
  std::optional<std::chrono::milliseconds> retry_after{};  ///< the service asked to wait this long

  /// True when doing the same again later may succeed. Decided by `code` alone. A certificate may be renewed,
  /// and a proxy's rules may change, so failures on the way to a server are all retryable.
  PARLEY_API bool retryable() const;
  /// All layers that are set, on one line.
  PARLEY_API std::string to_string() const;
};

/// Either a T or an Error. `.value()` throws `parley::Exception` with every layer of the error.
template <class T>
using Result = boost::system::result<T, Error>;

/// Thrown by `Result<T>::value()` only.
class PARLEY_API Exception : public std::runtime_error {
 public:
  explicit Exception(Error error) : std::runtime_error(error.to_string()), error_(std::move(error)) {}
  const Error& error() const noexcept { return error_; }

 private:
  Error error_;
};

[[noreturn]] PARLEY_API void throw_exception_from_error(const Error& error,
                                                        const boost::source_location& where);

}  // namespace parley
