#pragma once
#include <cstdint>
#include <memory>
#include <parley/error.hpp>
#include <string>
#include <string_view>

namespace parley::token_server {

/// How long the file is while nobody is in the middle of appending. Makes and changes nothing. Waits some
/// seconds at most for one who is.
Result<std::uint64_t> settled_size(const std::string& path);

/// A private file (mode 0600) that only grows, shared with other processes through a lock.
///
/// Where the system has no such lock (Windows), one process at a time may use a file.
/// Thread rule: one thread at a time. Failures are Errc::storage_error and name the path.
class AppendFile {
 public:
  /// The superuser opens it with the rights of its directory's owner (os::OwnerRights): while no other thread
  /// runs.
  static Result<std::unique_ptr<AppendFile>> open(const std::string& path);
  ~AppendFile();

  /// Keeps other processes from appending as long as it lives. Waits some seconds at most for another's:
  /// check `taken` first.
  class Lock {
   public:
    explicit Lock(AppendFile& file);
    ~Lock();
    Lock(const Lock&) = delete;
    Lock& operator=(const Lock&) = delete;
    Result<void> taken = {};

   private:
    AppendFile& file_;
  };

  const std::string& path() const { return path_; }
  Result<std::uint64_t> size() const;
  /// Exactly `count` bytes from `offset`.
  Result<std::string> read(std::uint64_t offset, std::size_t count) const;
  /// All of `text`, or nothing: what was written in part is taken back. Call it under a Lock.
  /// Fails if the path is not this file any more: it was moved, deleted or replaced (not noticed on Windows).
  Result<void> append(std::string_view text);
  /// Fails if append() would: the path is not this file any more, may not be written, or its disk is full
  /// (neither of them noticed on Windows). Changes nothing. Any thread.
  Result<void> check() const;

 private:
  struct Handle;
  AppendFile(std::string path, std::unique_ptr<Handle> handle);
  Result<void> check_path() const;
  Error fail(std::string_view doing) const;

  std::string path_;
  std::unique_ptr<Handle> handle_;
};

}  // namespace parley::token_server
