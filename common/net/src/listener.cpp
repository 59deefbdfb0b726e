#include "common/net/src/listener.hpp"

namespace parley::net {
namespace {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using ErrorCode = boost::system::error_code;

ErrorCode try_listen(tcp::acceptor& acceptor, const tcp::endpoint& endpoint) {
  ErrorCode error;
  acceptor.open(endpoint.protocol(), error);
#ifndef _WIN32  // there the option would let a second program take the port
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
#endif
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  ErrorCode ignored;
  if (error) acceptor.close(ignored);
  return error;
}

Error cannot_listen(const ListenAddress& wanted, const ErrorCode& error) {
  return {.code = Errc::unreachable,
          .message = "cannot listen on " + wanted.to_string() + ": " + error.message()};
}

}  // namespace

Result<ListenAddress> listen_on(tcp::acceptor& acceptor, const ListenAddress& wanted) {
  ErrorCode error;
  tcp::resolver resolver(acceptor.get_executor());
  const auto found =
      resolver.resolve(wanted.host, std::to_string(wanted.port), tcp::resolver::passive, error);
  for (const auto& entry : found) {
    error = try_listen(acceptor, entry.endpoint());
    if (!error) return ListenAddress{.host = wanted.host, .port = acceptor.local_endpoint().port()};
  }
  return cannot_listen(wanted, error);
}

}  // namespace parley::net
