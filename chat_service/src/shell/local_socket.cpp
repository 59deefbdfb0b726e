#include "chat_service/src/shell/local_socket.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <optional>
#include <utility>

namespace parley::chat_service {
namespace {

using Local = boost::asio::local::stream_protocol;

constexpr std::size_t kNameBytes = sizeof(sockaddr_un::sun_path) - 1;

Error cannot_say(std::string why) { return {.code = Errc::unreachable, .message = std::move(why)}; }

// Of a file below an open directory; "" where the system has no such name.
std::string name_below([[maybe_unused]] int directory, [[maybe_unused]] const std::string& file) {
#ifdef __linux__
  return "/proc/self/fd/" + std::to_string(directory) + "/" + file;
#else
  return "";
#endif
}

std::optional<uid_t> user_of([[maybe_unused]] Local::socket& socket) {
#ifdef __linux__
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(socket.native_handle(), SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0) return peer.uid;
#endif
  return std::nullopt;
}

bool owns(uid_t user, const std::string& file) {
  struct stat status {};
  return ::stat(file.c_str(), &status) == 0 && status.st_uid == user;
}

}  // namespace

Result<SocketAddress> SocketAddress::of(const std::string& path) {
  if (path.size() <= kNameBytes) return SocketAddress(path, -1);
  const std::filesystem::path whole(path);
  const int directory = ::open(whole.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return cannot_say(std::generic_category().message(errno));
  SocketAddress address(name_below(directory, whole.filename().string()), directory);
  if (address.name_.empty() || address.name_.size() > kNameBytes)
    return cannot_say("the name is too long for the system");
  return address;
}

SocketAddress::~SocketAddress() {
  if (directory_ >= 0) ::close(directory_);
}

SocketAddress::SocketAddress(SocketAddress&& other) noexcept
    : name_(std::move(other.name_)), directory_(std::exchange(other.directory_, -1)) {}

bool is_trusted_peer(Local::socket& socket, const std::string& database) {
  const auto user = user_of(socket);
  return !user || *user == 0 || *user == ::geteuid() || owns(*user, database);
}

}  // namespace parley::chat_service
