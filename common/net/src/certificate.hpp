#pragma once
#include <boost/asio/ssl/context.hpp>
#include <parley/error.hpp>
#include <parley/seams.hpp>
#include <string>

namespace parley::net {

/// Fails with Errc::invalid_config if a certificate that `context` shows its peers is not valid at `now`.
/// `file` is where they came from, for the message.
Result<void> check_dates(boost::asio::ssl::context& context, const std::string& file, WallTime now);

}  // namespace parley::net
