#include "common/net/src/listener.hpp"

#ifndef _WIN32
#include <fcntl.h>
#include <unistd.h>
#endif

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
#ifndef _WIN32
  // Tells Asio that there may be copies of the descriptor: it must leave the reactor before it is closed.
  if (!error) acceptor.assign(endpoint.protocol(), acceptor.release(), error);
#endif
  ErrorCode ignored;
  if (error) acceptor.close(ignored);
  return error;
}

Error cannot_listen(const ListenAddress& wanted, const ErrorCode& error) {
  return {.code = Errc::unreachable,
          .message = "cannot listen on " + wanted.to_string() + ": " + error.message()};
}

Error cannot_share(const std::string& why) {
  return {.code = Errc::invalid_config, .message = "cannot share the listening socket: " + why};
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

#ifdef _WIN32
Result<void> share_listener(const tcp::acceptor&, tcp::acceptor&) {
  return cannot_share("this system allows one worker for each listening address");
}
#else
Result<void> share_listener(const tcp::acceptor& first, tcp::acceptor& second) {
  ErrorCode error;
  const auto endpoint = first.local_endpoint(error);
  if (error) return cannot_share("the first server does not listen");
  // The handle can be asked of a mutable acceptor only; nothing changes in it.
  const int copy = ::fcntl(const_cast<tcp::acceptor&>(first).native_handle(), F_DUPFD_CLOEXEC, 0);
  if (copy < 0) return cannot_share(ErrorCode(errno, boost::system::system_category()).message());
  second.assign(endpoint.protocol(), copy, error);
  if (!error) return {};
  ::close(copy);
  return cannot_share(error.message());
}
#endif

}  // namespace parley::net
