#pragma once
#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>
#include <utility>

#include <parley/error.hpp>

/// Files by their descriptors, and directories. Failures are Errc::storage_error with http_status 507 where
/// the disk is full, else 500; they name what was done, not the file.
namespace parley::os {

/// An open file; closes it at its end.
class File {
 public:
  File() = default;
  explicit File(int descriptor) : descriptor_(descriptor) {}
  ~File();
  File(File&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  File& operator=(File&& other) noexcept;

  /// All of it.
  Result<void> write(std::string_view bytes);
  /// How many were read; fewer than asked for at the end of the file only.
  Result<std::size_t> read(std::uint64_t offset, std::span<char> into) const;
  Result<std::uint64_t> size() const;
  /// That it is a regular file.
  Result<void> expect_regular() const;
  /// That it belongs to the user whose rights this process has taken, see OwnerRights. The superuser's eyes
  /// see more than that user may be given.
  Result<void> expect_own() const;
  /// Returns when what was written survives a power loss.
  Result<void> sync();
  /// Removes all that is in it; the next write() begins at its start.
  Result<void> clear();
  /// Changes whenever somebody writes to the file, or puts another file in its place.
  struct Version {
    std::uint64_t size = 0;
    std::int64_t modified_ns = 0;
    std::uint64_t number = 0;  ///< of the file in its file system
    friend bool operator==(const Version&, const Version&) = default;
  };
  Result<Version> version() const;
  /// Some file systems tell only now that what was written has found no room. Closed in any case.
  Result<void> close();
  bool is_open() const { return descriptor_ >= 0; }
  /// Until it is closed. Does not wait: Errc::conflict if another opening of the file has it, in this process
  /// or in another one.
  Result<void> take_lock();
  /// Has another opening of the file the lock? Takes nothing, so nobody who wants it is disturbed.
  bool is_locked() const;
  /// If this is the superuser: it belongs to the owner of that file from now on, unless it has a second name.
  void share_owner_of(const std::filesystem::path& path);
  /// Best effort: if there is that regular file, this one gets its owner and group, and then what the group
  /// may do with it.
  void share_rights_of(const std::filesystem::path& path);

 private:
  int descriptor_ = -1;
};

// None of these but open_through_links() follows a link that stands in the file's own place, and none but
// open_blocking() waits for a pipe's other end.

/// A new file for writing, for its owner alone. Fails if there is one.
Result<File> create(const std::filesystem::path& path);
/// The same, with the rights that this process gives to new files (its umask).
Result<File> create_public(const std::filesystem::path& path);
/// Made if missing.
Result<File> open_lock_file(const std::filesystem::path& path);
/// For reading.
Result<File> open(const std::filesystem::path& path);
/// The same, of a file that the user names: a link leads to it.
Result<File> open_through_links(const std::filesystem::path& path);
/// As open(), but as long as it takes: for a thread that waits for disks, in a directory where nobody else
/// plants anything.
Result<File> open_blocking(const std::filesystem::path& path);

/// For its owner alone; one that exists stays as it is. Survives a power loss.
Result<void> make_directory(const std::filesystem::path& path);
/// Replaces what is there. Survives a power loss.
Result<void> move(const std::filesystem::path& from, const std::filesystem::path& to);
/// The same without waiting for the disk. Other processes see the old file or the new one, whole.
Result<void> replace(const std::filesystem::path& from, const std::filesystem::path& to);
/// Bytes that may still be written on the file system of that directory.
Result<std::uint64_t> free_bytes(const std::filesystem::path& directory);
/// A new directory for its owner alone, in the system's place for such.
Result<std::filesystem::path> make_temporary_directory();

}  // namespace parley::os
