#pragma once
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <parley/error.hpp>

#include "chat_service/src/scope.hpp"
#include "common/base/http.hpp"

namespace parley::chat_service {

/// What a handler gives back when it succeeded.
struct Answer {
  int status = 200;
  std::string body{};          ///< JSON text; "" for 204
  std::string resource_url{};  ///< of what a write made or changed: where a repeated write is sent to
};

/// Runs another request within the one that is running. What it did is undone alone if it fails.
using RunWithin = std::function<Result<Answer>(Scope&, const http::Request&)>;

struct Call {
  const http::Request& request;
  std::vector<std::string> args;  ///< the path's variable segments, decoded
  const RunWithin& within;        ///< while the handler runs
};

using Handler = Result<Answer> (*)(Scope&, const Call&);

/// Does a request store something new? Such are refused while too little is free on the disk.
enum class Stores { nothing, something };

struct Route {
  std::string_view method{};
  /// "/Client/v2/Services/{service}/Users/{}": "{}" is an argument, "{service}" must be the caller's service.
  std::string_view pattern{};
  Handler handler;
  Stores stores = Stores::nothing;
};

/// Finds a request's handler by method and path. Host and query play no part.
class Router {
 public:
  void add(std::span<const Route> routes);

  /// Errors: 400 for a path that cannot be decoded, 404 for an unknown one, 405 for the wrong method,
  /// 507 if there is no room for what it stores.
  Result<Answer> handle(Scope& scope, const http::Request& request, const RunWithin& within) const;

 private:
  struct Entry {
    Route route;
    std::vector<std::string_view> segments;
  };
  std::vector<Entry> entries_;
};

}  // namespace parley::chat_service
