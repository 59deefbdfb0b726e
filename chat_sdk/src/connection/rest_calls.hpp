#pragma once
#include <string>
#include <string_view>

#include <parley/detail/done.hpp>

#include "common/base/http.hpp"

namespace parley::detail {

struct RestRequest {
  std::string method;
  std::string url;            ///< absolute
  http::Fields params{};      ///< not encoded
  std::string body{};         ///< JSON
  bool background = false;    ///< nobody waits for it: what somebody waits for goes first
  std::string mutation_id{};  ///< of a write; "": a new one
  /// The service does it once, however often it comes: sent again after a lost connection. Otherwise it fails
  /// with Errc::outcome_unknown then.
  bool repeatable = true;
};

/// The service's REST API as the model calls it. Every outcome that is not 2xx is an Error. A write that
/// was done, but whose result cannot be read, is Errc::outcome_unknown with an `http_status`.
class RestCalls {
 public:
  virtual ~RestCalls() = default;
  virtual void send(RestRequest request, Done<http::Response> done) = 0;

  void get(std::string_view url, http::Fields params, Done<http::Response> done) {
    send({.method = "GET", .url = std::string(url), .params = std::move(params)}, std::move(done));
  }
  void post(std::string_view url, std::string body, Done<http::Response> done) {
    send({.method = "POST", .url = std::string(url), .body = std::move(body)}, std::move(done));
  }
  void remove(std::string_view url, Done<http::Response> done) {
    send({.method = "DELETE", .url = std::string(url), .body = "{}"}, std::move(done));
  }
};

/// True for a status that says: the same again, later.
inline bool is_busy(int status) { return status == 502 || status == 503 || status == 504; }

/// What a reply says, or why there is none.
template <class T>
Result<T> decoded(const Result<http::Response>& reply, Result<T> (*decode)(std::string_view body)) {
  if (!reply) return reply.error();
  return decode(reply->body);
}

}  // namespace parley::detail
