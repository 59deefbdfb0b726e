#pragma once
#include <string>
#include <string_view>

#include <parley/detail/done.hpp>

#include "common/base/http.hpp"

namespace parley::detail {

/// The service's REST API as the model calls it. `url` is absolute; `params` are not encoded; every outcome
/// that is not 2xx is an Error.
class RestCalls {
 public:
  virtual ~RestCalls() = default;
  virtual void get(std::string_view url, http::Fields params, Done<http::Response> done) = 0;
  /// Writes may be repeated after a lost connection: the service does them once.
  virtual void post(std::string_view url, std::string body, Done<http::Response> done) = 0;
  virtual void remove(std::string_view url, Done<http::Response> done) = 0;
};

}  // namespace parley::detail
