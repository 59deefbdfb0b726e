#pragma once
#include <cstdint>
#include <optional>
#include <string>

namespace parley::token_server {

/// Which file it is, whatever its name. No other file gets the same while it is open.
struct FileIdentity {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  bool operator==(const FileIdentity&) const = default;
};

/// The file a path leads to. Nothing if there is none, or it cannot be examined; on systems without inodes
/// (Windows) always nothing. Any thread.
std::optional<FileIdentity> identity_of(const std::string& path);

}  // namespace parley::token_server
