#pragma once
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <string>

namespace parley::support {

/// A port on 127.0.0.1 below those that the system gives to connections: a server that starts again finds it
/// free. "0" if there is none.
inline std::string free_port() {
  boost::asio::io_context io;
  for (int port = 20'000 + ::getpid() % 10'000; port < 32'000; ++port) {
    boost::asio::ip::tcp::acceptor acceptor(io);
    boost::system::error_code taken;
    acceptor.open(boost::asio::ip::tcp::v4());
    acceptor.bind({boost::asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(port)}, taken);
    if (!taken) return std::to_string(port);
  }
  return "0";
}

}  // namespace parley::support
