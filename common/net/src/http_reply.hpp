#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <cstdint>
#include <memory>

#include "common/base/http.hpp"

namespace parley::net {

class HttpConnection;

/// What a handler is given as its HttpReply: brings the answer to the request's connection, if that still
/// waits for it. Any thread.
class HttpReplyTo {
 public:
  HttpReplyTo(HttpConnection& connection, std::uint64_t request_number,
              std::shared_ptr<const boost::asio::any_io_executor> executor);

  void operator()(http::Response response) const;

  /// The connection's handler runs on this thread as long as this lives: replies need not ask the executor
  /// where they are. Most handlers answer before they return.
  class Scope {
   public:
    explicit Scope(const HttpConnection* connection);
    ~Scope();
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    const HttpConnection* before_;
  };

 private:
  HttpConnection* connection_;  // may be gone, and another may have its address: weak_ tells
  std::weak_ptr<HttpConnection> weak_;
  std::uint64_t request_number_;
  std::shared_ptr<const boost::asio::any_io_executor> executor_;
};

}  // namespace parley::net
