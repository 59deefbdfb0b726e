#pragma once
#include <filesystem>

#include <parley/detail/cache_store.hpp>

#include "common/os/file.hpp"

namespace parley::detail {

/// The files of one cache, locked: whoever has this is the only one, in this process and among all. Failures
/// are Errc::storage_error and name the path.
class CacheFiles {
 public:
  /// Makes the directory if it is missing. Waits a second for somebody who is ending; Errc::conflict after
  /// it.
  static Result<CacheFiles> lock(const CachePlace& place);

  /// The database; made, for this user alone, if it is missing.
  Result<std::filesystem::path> database() const;
  /// A new one, empty and for this user alone, that take_place() makes the database.
  Result<std::filesystem::path> successor() const;
  /// Sets the database aside, and the successor, which is closed, is the database. If the process dies
  /// meanwhile the next one finishes it. Returns where the old one is.
  Result<std::filesystem::path> take_place() const;
  /// Nothing is left but an empty lock file.
  Result<void> remove() const;

 private:
  Result<std::filesystem::path> finish_change() const;
  std::filesystem::path place_aside() const;
  CacheFiles(std::filesystem::path database, os::File lock)
      : database_(std::move(database)), lock_(std::move(lock)) {}

  std::filesystem::path database_;
  os::File lock_;
};

}  // namespace parley::detail
