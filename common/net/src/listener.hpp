#pragma once
#include <boost/asio/ip/tcp.hpp>

#include <parley/error.hpp>

#include "common/net/url.hpp"

namespace parley::net {

/// Opens, binds and listens on the first address of `wanted` that can be had. Fails with Errc::unreachable.
Result<ListenAddress> listen_on(boost::asio::ip::tcp::acceptor& acceptor, const ListenAddress& wanted);

}  // namespace parley::net
