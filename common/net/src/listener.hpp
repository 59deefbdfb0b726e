#pragma once
#include <boost/asio/ip/tcp.hpp>

#include <parley/error.hpp>

#include "common/net/url.hpp"

namespace parley::net {

/// Opens, binds and listens on the first address of `wanted` that can be had. Fails with Errc::unreachable.
Result<ListenAddress> listen_on(boost::asio::ip::tcp::acceptor& acceptor, const ListenAddress& wanted);

/// Makes `second` accept from the socket on which `first` listens. Fails with Errc::invalid_config where
/// `first` does not listen or the system cannot share a listening socket.
Result<void> share_listener(const boost::asio::ip::tcp::acceptor& first,
                            boost::asio::ip::tcp::acceptor& second);

}  // namespace parley::net
