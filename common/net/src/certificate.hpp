#pragma once
#include <boost/asio/ssl/context.hpp>
#include <optional>
#include <parley/error.hpp>
#include <parley/seams.hpp>
#include <string>

struct x509_st;  // OpenSSL's X509

namespace parley::net {

/// Why a certificate cannot be used at `now`, as the end of a sentence, or nothing.
std::optional<std::string> date_problem(const x509_st* certificate, WallTime now);

/// Fails with Errc::invalid_config if a certificate that `context` shows its peers is not valid at `now`.
/// `file` is where they came from, for the message.
Result<void> check_dates(boost::asio::ssl::context& context, const std::string& file, WallTime now);

}  // namespace parley::net
