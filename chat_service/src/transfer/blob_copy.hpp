#pragma once
#include <cstdint>
#include <string>

#include <parley/error.hpp>

#include "chat_service/src/transfer/check.hpp"

/// The files of media beside the database: they never change, so they are copied one by one, while the
/// service runs or not.
namespace parley::chat_service {

struct BlobCopy {
  std::uint64_t copied = 0;
  std::uint64_t present = 0;  ///< were there already
  std::uint64_t missing = 0;  ///< named by a row, but not to be found
};

/// Copies every blob that a row of the database names from one directory of media to another, which is made
/// if missing. Each is checked against its hash on the way. Fails with Errc::storage_error.
Result<BlobCopy> copy_blobs(const std::string& database, const std::string& from, const std::string& to,
                            const OnProgress& on_progress = {});

struct BlobCheck {
  Violations violations{};  ///< rows without their file, files of the wrong length
  /// Files without a row. A running service has some between the removal of a message and its next round.
  Violations strays{};
};

Result<BlobCheck> check_blobs(const std::string& database, const std::string& directory,
                              const OnProgress& on_progress = {});

}  // namespace parley::chat_service
