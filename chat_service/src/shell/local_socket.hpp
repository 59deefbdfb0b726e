#pragma once
#include <boost/asio/local/stream_protocol.hpp>
#include <string>

#include <parley/error.hpp>

/// Unix sockets with files of any name, and who is at their other end.
namespace parley::chat_service {

/// The address of a socket's file. The system takes about a hundred bytes; a longer path is said from its
/// directory on, which is held open for as long as this lives.
class SocketAddress {
 public:
  /// Fails with Errc::unreachable if there is no way to say it, or if the directory cannot be opened.
  static Result<SocketAddress> of(const std::string& path);
  ~SocketAddress();
  SocketAddress(SocketAddress&& other) noexcept;
  SocketAddress& operator=(SocketAddress&&) = delete;

  boost::asio::local::stream_protocol::endpoint endpoint() const { return {name_}; }

 private:
  SocketAddress(std::string name, int directory) : name_(std::move(name)), directory_(directory) {}

  std::string name_;
  int directory_;  ///< -1: not needed
};

/// Is the process at the other end one of the database's owner, of this process's user or of root? True where
/// the system does not tell: there the permissions of the socket's file decide alone.
bool is_trusted_peer(boost::asio::local::stream_protocol::socket& socket, const std::string& database);

}  // namespace parley::chat_service
