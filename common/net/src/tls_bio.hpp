#pragma once
#include <boost/asio/ip/tcp.hpp>
#include <string>

struct bio_st;  // OpenSSL's BIO

namespace parley::net {

/// What a TlsBio reads from and writes to. Lives as long as the BIO.
struct TlsSocket {
  boost::asio::ip::tcp::socket socket;  ///< must not block
  std::string early{};                  ///< read from it already: this comes first
  boost::system::error_code error{};    ///< of the last call that failed for good
};

/// A BIO straight on an Asio socket: no buffers of its own, and no signal where the peer has gone, as
/// OpenSSL's would cause. Owned by the caller (or the SSL object it is given to).
bio_st* make_tls_bio(TlsSocket& socket);

}  // namespace parley::net
