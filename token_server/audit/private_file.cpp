#include "token_server/audit/private_file.hpp"

#include <filesystem>
#include <fstream>
#include <system_error>

#ifndef _WIN32
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#endif

namespace parley::token_server {
namespace {

namespace fs = std::filesystem;

Error cannot(const std::string& path, const std::string& reason) {
  return {.code = Errc::storage_error, .message = path + ": cannot be made or opened: " + reason};
}

#ifdef _WIN32

void give_directory_to_owner_of(const fs::path&, const fs::path&) {}

#else

// What an administrator (root) makes is for the server, which runs as another user: the one whose directory
// it is in. Where that is not allowed it stays root's.
void give_to_owner_of(const fs::path& directory, int made) {
  struct stat owner {};
  if (::geteuid() != 0 || ::stat(directory.empty() ? "." : directory.c_str(), &owner) != 0) return;
  static_cast<void>(::fchown(made, owner.st_uid, owner.st_gid) == 0);
}

// Not through a link: who owns the parent could put one there.
void give_directory_to_owner_of(const fs::path& parent, const fs::path& made) {
  const int directory = ::open(made.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (directory < 0) return;
  give_to_owner_of(parent, directory);
  ::close(directory);
}

#endif

// Directories that exist keep their permissions: they may hold other things.
std::error_code make_directory(const fs::path& directory) {
  std::error_code failed;
  if (directory.empty() || fs::exists(directory, failed)) return failed;
  failed = make_directory(directory.parent_path());
  if (failed || !fs::create_directory(directory, failed)) return failed;
  fs::permissions(directory, fs::perms::owner_all, failed);
  give_directory_to_owner_of(directory.parent_path(), directory);
  return failed;
}

#ifdef _WIN32

std::error_code make_file(const std::string& path) {
  if (std::ofstream(path, std::ios::app)) return {};
  return std::make_error_code(std::errc::permission_denied);
}

#else

// With its permissions from the first moment: a file made wider and narrowed later may be open elsewhere.
// One that is there is not opened: closing it would give back the locks this process has on a database.
std::error_code make_file(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0 && errno == EEXIST) return {};
  if (file < 0) return {errno, std::generic_category()};
  give_to_owner_of(fs::path(path).parent_path(), file);
  ::close(file);
  return {};
}

#endif

}  // namespace

Result<void> make_private_file(const std::string& path) {
  if (const auto failed = make_directory(fs::path(path).parent_path())) return cannot(path, failed.message());
  if (const auto failed = make_file(path)) return cannot(path, failed.message());
  std::error_code failed;
  if (!fs::is_regular_file(path, failed)) return cannot(path, "it is not a file");
  fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write, failed);
  if (failed) return cannot(path, failed.message());
  return {};
}

}  // namespace parley::token_server
