#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/http.hpp"

namespace parley::chat_service {

/// Which web pages may talk to the service from a browser: the Fetch standard's CORS protocol, and the same
/// question for WebSocket, where browsers ask nobody but send the page's origin.
///
/// Without a list any page may: what authenticates is a token that the page must have, never a cookie that a
/// browser adds by itself, so a foreign page can do nothing that a foreign program could not. Programs that
/// are no browsers send no origin and are always admitted.
class Origins {
 public:
  explicit Origins(std::vector<std::string> allowed) : allowed_(std::move(allowed)) {}

  /// False: the request comes from a page that may not.
  bool admits(const http::Request& request) const;
  /// Says which pages may read this response.
  void decorate(const http::Request& request, http::Response& response) const;
  /// The same for a response to a request that could not be read.
  void decorate(http::Response& response) const;
  /// Answers OPTIONS: the browser's question before a request, or what any client may ask.
  http::Response answer_options(const http::Request& request, std::string_view methods) const;

 private:
  std::vector<std::string> allowed_;
};

}  // namespace parley::chat_service
