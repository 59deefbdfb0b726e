#include "token_server/audit/file_identity.hpp"

#ifndef _WIN32
#include <sys/stat.h>
#endif

namespace parley::token_server {

#ifdef _WIN32

std::optional<FileIdentity> identity_of(const std::string&) { return std::nullopt; }

#else

std::optional<FileIdentity> identity_of(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  return FileIdentity{static_cast<std::uint64_t>(status.st_dev), static_cast<std::uint64_t>(status.st_ino)};
}

#endif

}  // namespace parley::token_server
