#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// HTTP as values: what a Twilsock packet tunnels and what an HTTP server answers are the same thing.
namespace parley::http {

/// Header or query members in order of arrival. Few per message, so a vector is the whole story.
using Fields = std::vector<std::pair<std::string, std::string>>;

bool equal_ignoring_case(std::string_view a, std::string_view b);

/// First value with that header name (any case), or nothing.
std::optional<std::string_view> find_header(const Fields& headers, std::string_view name);
/// First value with that exact query name, or nothing.
std::optional<std::string_view> find_param(const Fields& params, std::string_view name);

struct Request {
  std::string method = "GET";
  std::string path = "/";  ///< without the query, still percent-encoded
  Fields params{};         ///< the query: names and values decoded, a repeated name repeats
  Fields headers{};
  std::string body{};
  bool is_http_1_0 = false;  ///< as simple proxies speak to what is behind them
};

/// A request's body that is read while it is sent, so that it is never in memory as a whole. The client reads
/// on its own executor, only when the receiver has taken what was read before, and drops its reference as
/// soon as it needs no more, however that comes.
class BodySource {
 public:
  virtual ~BodySource() = default;
  /// Bytes in all; known from the beginning.
  virtual std::uint64_t size() const = 0;
  /// Fills `into` (never empty, never beyond size()) from its start and says how far; 0: no more can be had,
  /// which before size() is a failure: the connection ends, so that the receiver sees that bytes are missing.
  virtual std::size_t read(std::span<char> into) = 0;
};

/// A response's body that is read while it is sent, by who may have to wait for the bytes (a slow disk, say):
/// the server asks for a piece and serves others until it is here. It asks on its own executor, for one piece
/// at a time, only when the receiver has taken what came before, and drops its reference as soon as it needs
/// no more, also while a piece is on its way: nobody wants that one then.
class AsyncBodySource {
 public:
  virtual ~AsyncBodySource() = default;
  /// Bytes in all; known from the beginning.
  virtual std::uint64_t size() const = 0;
  /// Calls `done` once, now or later, from any thread, with the next bytes: one at least, `most` at most,
  /// which never goes beyond size(). Without any: no more can be had, which is a failure: the connection
  /// ends, so that the receiver sees that bytes are missing.
  virtual void read(std::size_t most, std::function<void(std::string)> done) = 0;
};

struct Response {
  int status = 200;
  Fields headers{};
  std::string body{};
  std::string content_type = "application/json";
  std::shared_ptr<AsyncBodySource> source{};  ///< instead of `body`; HTTP servers only
};

/// Says when to try again, in whole seconds and never "now"; nothing if there is nothing to wait for.
void add_retry_after(Response& response, const std::optional<std::chrono::milliseconds>& wait);

/// The method's name if it is one of HTTP's usual ones, else "other": for logs and metrics, in which nothing
/// stands that a caller made up. Lives for ever.
std::string_view known_method(std::string_view method);

/// "Not Found" for 404; "Unknown" for a number without a name.
std::string_view reason_phrase(int status);

/// "a=1&b=%20" -> decoded pairs. Undecodable members are dropped.
/// `plus_is_space`: the form encoding, which browsers and their libraries use in queries, too; RFC 3986 knows
/// no such rule.
Fields parse_query(std::string_view query, bool plus_is_space = false);
std::string format_query(const Fields& params);

}  // namespace parley::http
