#include "common/net/src/tls_bio.hpp"

#include <openssl/bio.h>
#include <boost/asio/buffer.hpp>
#include <memory>

namespace parley::net {
namespace {

namespace asio = boost::asio;
using ErrorCode = boost::system::error_code;

TlsSocket& socket_of(BIO* bio) { return *static_cast<TlsSocket*>(BIO_get_data(bio)); }

bool is_for_later(const ErrorCode& error) {
  return error == asio::error::would_block || error == asio::error::try_again;
}

int write(BIO* bio, const char* data, int size) {
  BIO_clear_retry_flags(bio);
  auto& peer = socket_of(bio);
  ErrorCode now;
  const auto written = peer.socket.send(asio::buffer(data, static_cast<std::size_t>(size)), 0, now);
  if (!now) return static_cast<int>(written);
  if (is_for_later(now))
    BIO_set_retry_write(bio);
  else
    peer.error = now;
  return -1;
}

int take_early(std::string& early, char* data, int size) {
  const auto taken = early.copy(data, static_cast<std::size_t>(size));
  early.erase(0, taken);
  return static_cast<int>(taken);
}

int read(BIO* bio, char* data, int size) {
  BIO_clear_retry_flags(bio);
  auto& peer = socket_of(bio);
  if (!peer.early.empty()) return take_early(peer.early, data, size);
  ErrorCode now;
  const auto taken = peer.socket.receive(asio::buffer(data, static_cast<std::size_t>(size)), 0, now);
  if (!now) return static_cast<int>(taken);
  if (is_for_later(now)) {
    BIO_set_retry_read(bio);
    return -1;
  }
  peer.error = now;
  return now == asio::error::eof ? 0 : -1;
}

long control(BIO* bio, int command, long, void*) {
  if (command == BIO_CTRL_FLUSH) return 1;
  if (command == BIO_CTRL_EOF) return socket_of(bio).error == asio::error::eof;
  return 0;
}

int create(BIO* bio) {
  BIO_set_init(bio, 1);
  return 1;
}

const BIO_METHOD* method() {
  static const std::unique_ptr<BIO_METHOD, decltype(&BIO_meth_free)> made = [] {
    std::unique_ptr<BIO_METHOD, decltype(&BIO_meth_free)> method(
        BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "asio socket"), &BIO_meth_free);
    BIO_meth_set_write(method.get(), write);
    BIO_meth_set_read(method.get(), read);
    BIO_meth_set_ctrl(method.get(), control);
    BIO_meth_set_create(method.get(), create);
    return method;
  }();
  return made.get();
}

}  // namespace

BIO* make_tls_bio(TlsSocket& socket) {
  BIO* bio = BIO_new(method());
  BIO_set_data(bio, &socket);
  return bio;
}

}  // namespace parley::net
