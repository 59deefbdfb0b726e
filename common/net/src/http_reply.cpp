#include "common/net/src/http_reply.hpp"

#include <boost/asio/dispatch.hpp>
#include <utility>

#include "common/net/src/http_connection.hpp"

namespace parley::net {
namespace {

thread_local const HttpConnection* handling = nullptr;

}  // namespace

HttpReplyTo::Scope::Scope(const HttpConnection* connection) : before_(std::exchange(handling, connection)) {}

HttpReplyTo::Scope::~Scope() { handling = before_; }

HttpReplyTo::HttpReplyTo(HttpConnection& connection, std::uint64_t request_number,
                         std::shared_ptr<const boost::asio::any_io_executor> executor)
    : connection_(&connection),
      weak_(connection.weak_from_this()),
      request_number_(request_number),
      executor_(std::move(executor)) {}

void HttpReplyTo::operator()(http::Response response) const {
  if (weak_.expired()) return;
  if (handling == connection_) return connection_->answer(request_number_, response);
  auto run = [weak = weak_, number = request_number_, response = std::move(response)] {
    if (const auto self = weak.lock()) self->answer(number, response);
  };
  boost::asio::dispatch(*executor_, std::move(run));
}

}  // namespace parley::net
