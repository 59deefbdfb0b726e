#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "common/base/http.hpp"

namespace parley::net {

/// Takes the body of one request piece by piece, so that it is never in memory as a whole. All calls come on
/// the server's executor, none inside another. Destroyed without finish(): the client went away, was too slow
/// or the request was refused. An exception is answered with 500 and ends the connection.
class BodySink {
 public:
  virtual ~BodySink() = default;
  /// The next bytes, at most what is read at once (16 KiB; valid during the call). Nothing more is read from
  /// the client before this returns. A response refuses the request: the rest is not read, the connection
  /// closes after it.
  virtual std::optional<http::Response> write(std::string_view bytes) = 0;
  /// Asked before more is read from the client. True: the sink has more than it can use now (a slow disk,
  /// say), and calls `go_on` once, from any thread, when it wants more; nothing is read until then. That is
  /// not the client's time; HttpServerOptions::piece_timeout bounds it.
  virtual bool holds_back(std::function<void()> go_on) {
    static_cast<void>(go_on);
    return false;
  }
  /// The body is complete. Answers exactly once, now or later, from any thread; the sink lives until then
  /// (it may be gone when `reply` returns), or until the server closes the connection.
  virtual void finish(std::function<void(http::Response)> reply) = 0;
};

/// Nothing: the body is collected, limited by HttpServerOptions::max_body_bytes, and the handler called. A
/// sink: it gets the body, however long. A response: refuses the request before its body is read; the
/// connection closes after it.
using BodyDecision = std::variant<std::monostate, std::unique_ptr<BodySink>, http::Response>;

/// Asked once for each request that has a body, when its header is here; a client that waits for
/// "100 Continue" gets it afterwards. `length`: what the header says (never 0); nothing for a chunked body.
using BodyCheck = std::function<BodyDecision(const http::Request& head, const std::string& peer_address,
                                             std::optional<std::uint64_t> length)>;

}  // namespace parley::net
