#pragma once
#include <cstddef>
#include <filesystem>
#include <parley/error.hpp>
#include <string>

namespace parley::os {

struct FileContent {
  std::string text;
  std::filesystem::perms permissions;  ///< of the very file that was read
};

/// All of a regular file of at most `limit` bytes, a whole number of KiB. For configuration and secrets,
/// which an operator names: links are followed, and nothing is waited for. A directory, pipe, device or
/// socket is refused before a byte is read.
///
/// Fails with Errc::not_found, Errc::limit_exceeded or Errc::storage_error. The message is the end of a
/// sentence about the file and does not name it: "it is a directory", "there is no such file".
Result<FileContent> read_file(const std::filesystem::path& path, std::size_t limit);

}  // namespace parley::os
