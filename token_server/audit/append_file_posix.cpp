#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <system_error>
#include <thread>

#include "common/os/owner_rights.hpp"
#include "token_server/audit/append_file.hpp"
#include "token_server/audit/file_identity.hpp"
#include "token_server/audit/private_file.hpp"

namespace parley::token_server {

namespace {

struct Descriptor {
  int file;
  ~Descriptor() {
    if (file >= 0) ::close(file);
  }
};

// A signal may interrupt any of these calls.
template <class Call>
auto again(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

Error fail_now(const std::string& path, std::string_view doing) {
  return {
      .code = Errc::storage_error,
      .message = path + ": cannot be " + std::string(doing) + ": " + std::generic_category().message(errno)};
}

// Appending takes far less. A process that stands still with the lock must not make all others wait for ever.
constexpr std::chrono::seconds kLockPatience{2};
constexpr std::chrono::milliseconds kLockPause{1};

Result<void> take_lock(int file, int kind, const std::string& path) {
  const auto end = std::chrono::steady_clock::now() + kLockPatience;
  while (again([&] { return ::flock(file, kind | LOCK_NB); }) != 0) {
    if (errno != EWOULDBLOCK) return fail_now(path, "locked");
    if (std::chrono::steady_clock::now() >= end)
      return Error{.code = Errc::storage_error,
                   .message = path + ": cannot be locked: another process keeps it locked"};
    std::this_thread::sleep_for(kLockPause);
  }
  return {};
}

}  // namespace

struct AppendFile::Handle : Descriptor {};

Result<std::uint64_t> settled_size(const std::string& path) {
  const Descriptor handle{again([&] { return ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC); })};
  if (handle.file < 0) return fail_now(path, "opened");
  struct stat status {};
  // Closing gives the lock back.
  if (auto taken = take_lock(handle.file, LOCK_SH, path); !taken) return taken.error();
  if (::fstat(handle.file, &status) != 0) return fail_now(path, "examined");
  if (!S_ISREG(status.st_mode))
    return Error{.code = Errc::storage_error, .message = path + ": is not a file"};
  return static_cast<std::uint64_t>(status.st_size);
}

Result<std::unique_ptr<AppendFile>> AppendFile::open(const std::string& path) {
  const auto rights = os::OwnerRights::of(path);
  if (!rights) return rights.error();
  if (auto made = make_private_file(path); !made) return made.error();
  const int file = again([&] { return ::open(path.c_str(), O_RDWR | O_APPEND | O_NONBLOCK | O_CLOEXEC); });
  if (file < 0) return fail_now(path, "opened");
  return std::unique_ptr<AppendFile>(new AppendFile(path, std::unique_ptr<Handle>(new Handle{{file}})));
}

AppendFile::AppendFile(std::string path, std::unique_ptr<Handle> handle)
    : path_(std::move(path)), handle_(std::move(handle)) {}

AppendFile::~AppendFile() = default;

AppendFile::Lock::Lock(AppendFile& file)
    : taken(take_lock(file.handle_->file, LOCK_EX, file.path_)), file_(file) {}

AppendFile::Lock::~Lock() {
  if (taken) ::flock(file_.handle_->file, LOCK_UN);
}

Result<std::uint64_t> AppendFile::size() const {
  struct stat status {};
  if (::fstat(handle_->file, &status) != 0) return fail("examined");
  return static_cast<std::uint64_t>(status.st_size);
}

Result<std::string> AppendFile::read(std::uint64_t offset, std::size_t count) const {
  std::string text(count, '\0');
  for (std::size_t done = 0; done < count;) {
    const auto got = again([&] {
      return ::pread(handle_->file, text.data() + done, count - done, static_cast<off_t>(offset + done));
    });
    if (got == 0) errno = EIO;  // shorter than its size: cut while we read
    if (got <= 0) return fail("read");
    done += static_cast<std::size_t>(got);
  }
  return text;
}

Result<void> AppendFile::check_path() const {
  struct stat status {};
  if (::fstat(handle_->file, &status) != 0) return fail("examined");
  const FileIdentity open{static_cast<std::uint64_t>(status.st_dev),
                          static_cast<std::uint64_t>(status.st_ino)};
  if (identity_of(path_) == open) return {};
  return Error{.code = Errc::storage_error,
               .message = path_ + ": was moved or deleted: restart or put it back"};
}

Result<void> AppendFile::append(std::string_view text) {
  // What is written to a file that has no name any more is lost without a word.
  if (auto there = check_path(); !there) return there;
  const auto before = size();
  if (!before) return before.error();
  while (!text.empty()) {
    const auto written = again([&] { return ::write(handle_->file, text.data(), text.size()); });
    if (written < 0) {
      const Error reason = fail("written");
      if (::ftruncate(handle_->file, static_cast<off_t>(*before)) != 0) return fail("written, nor mended");
      return reason;
    }
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<void> AppendFile::check() const {
  if (auto there = check_path(); !there) return there;
  // What was opened stays writable when permissions are taken away or the file system becomes read-only.
  const Descriptor again_opened{
      again([&] { return ::open(path_.c_str(), O_WRONLY | O_APPEND | O_NONBLOCK | O_CLOEXEC); })};
  if (again_opened.file < 0) return fail("written");
  std::error_code failed;
  const auto disk = std::filesystem::space(path_, failed);
  errno = failed ? failed.value() : ENOSPC;
  if (failed || (disk.capacity > 0 && disk.available == 0)) return fail("written");
  return {};
}

Error AppendFile::fail(std::string_view doing) const { return fail_now(path_, doing); }

}  // namespace parley::token_server
