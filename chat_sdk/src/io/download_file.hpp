#pragma once
#include <filesystem>
#include <memory>
#include <string>

#include <parley/error.hpp>
#include <parley/seams.hpp>

#include "common/os/file.hpp"

namespace parley::detail {

/// A download on its way to the disk: a file of its own beside the target until keep(), removed without it.
/// Failures are Errc::storage_error and name the path, or the directory if that is what cannot be written.
class DownloadFile {
 public:
  /// `path` must not lead to anything but a file; a directory, or a link to one, stays as it is.
  static Result<std::unique_ptr<DownloadFile>> create(const std::string& path, Random& random);
  ~DownloadFile();
  DownloadFile(const DownloadFile&) = delete;
  DownloadFile& operator=(const DownloadFile&) = delete;

  Result<void> write(std::string_view bytes);
  /// Back to an empty file.
  Result<void> clear();
  /// Everything is there: gives it its name. It survives the end of this program, not a power loss within the
  /// next seconds.
  Result<void> keep();

 private:
  DownloadFile(std::filesystem::path target, std::filesystem::path temporary, os::File file);
  Result<void> told(Result<void> outcome) const;

  std::filesystem::path target_, temporary_;
  os::File file_;
  bool kept_ = false;
};

}  // namespace parley::detail
