#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <parley/error.hpp>
#include <parley/seams.hpp>

#include "chat_service/options.hpp"
#include "common/base/sha256.hpp"
#include "common/os/file.hpp"

namespace parley::chat_service::media {

/// Where the files of a service are; "": a temporary directory of its own.
std::string directory_of(const MediaOptions& options, const std::string& database);

/// Is that the name of a blob: 64 lower-case hex digits?
bool is_hash(std::string_view name);

/// Where below `directory` the blob of that hash is: "ab/cd/abcd...". It must be one.
std::filesystem::path blob_path(const std::filesystem::path& directory, std::string_view hash);

/// A blob on its way: bytes go to a temporary file, made for the first of them and removed with this unless
/// it was sealed. Every call may take as long as the disk needs. One thread at a time, but not always the
/// same.
class BlobWriter {
 public:
  ~BlobWriter();
  BlobWriter(const BlobWriter&) = delete;
  BlobWriter& operator=(const BlobWriter&) = delete;

  Result<void> write(std::string_view bytes);
  /// No more bytes come. Call once.
  Result<void> close();
  /// 64 hex digits. After close().
  const std::string& hash() const { return hash_; }
  /// Makes the bytes durable, then known by their hash. After close().
  Result<void> seal();

 private:
  friend class Blobs;
  BlobWriter(std::filesystem::path directory, std::filesystem::path temporary);
  Result<void> open();

  std::filesystem::path directory_;
  std::filesystem::path temporary_;
  os::File file_;
  Sha256 digest_;
  std::string hash_;
};

/// Files named by the SHA-256 of what is in them, so that equal ones are one. A name appears with all its
/// bytes on the disk or not at all; what a crash leaves are temporaries, cleared at the next start.
///
/// Threads: begin() on one; everything else on any. Lifetime: a temporary directory goes with it.
class Blobs {
 public:
  /// "" or a directory, made if missing (its parent must exist), readable by its owner alone. Fails with
  /// Errc::storage_error, also if another process has it.
  static Result<std::unique_ptr<Blobs>> open(const std::string& directory, Random& random);
  ~Blobs();
  Blobs(const Blobs&) = delete;
  Blobs& operator=(const Blobs&) = delete;

  /// Touches no disk.
  std::shared_ptr<BlobWriter> begin();
  /// The file of a blob, for reading. Fails with Errc::not_found if it is missing or shorter than that.
  Result<os::File> find(std::string_view hash, std::uint64_t least_bytes) const;
  /// True if it was there. Whoever reads it now may go on.
  bool remove(std::string_view hash);
  /// The blobs whose hash begins with these two hex digits.
  std::vector<std::string> list(std::string_view first_two_digits) const;

  const std::string& directory() const { return text_; }

 private:
  Blobs(std::filesystem::path directory, bool temporary, os::File lock, Random& random);
  void clear_temporaries();

  std::filesystem::path directory_;
  std::string text_;
  bool is_temporary_;
  os::File lock_;
  Random& random_;
};

}  // namespace parley::chat_service::media
