#include "common/os/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

namespace parley::os {
namespace {

// A signal may interrupt any of these calls.
template <class Call>
auto again(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

bool is_full(int reason) { return reason == ENOSPC || reason == EDQUOT || reason == EFBIG; }

Error failed(std::string_view doing) {
  const int reason = errno;
  return {.code = Errc::storage_error,
          .message = "a file " + std::string(doing) + ": " + std::generic_category().message(reason),
          .http_status = is_full(reason) ? 507 : 500};
}

Error unfit(const std::string& why) {
  return {.code = Errc::storage_error,
          .message = std::string("a file cannot be used: ") + why,
          .http_status = 500};
}

Result<File> open_with(const std::filesystem::path& path, int flags, mode_t mode = 0600) {
  const int descriptor = again([&] { return ::open(path.c_str(), flags | O_CLOEXEC, mode); });
  if (descriptor < 0 && errno == ELOOP) return unfit("it is a symbolic link");
  if (descriptor < 0) return failed("cannot be opened");
  return File(descriptor);
}

// Who may write to the directory could have put a link to somebody else's file there, or a pipe: without
// O_NONBLOCK that keeps this process waiting.
Result<File> open_regular(const std::filesystem::path& path, int flags) {
  auto file = open_with(path, flags | O_NOFOLLOW);
  if (!file) return file;
  if (const auto fits = file->expect_regular(); !fits) return fits.error();
  return file;
}

// The parent of a bare file name is empty: the working directory.
Result<void> sync_directory(const std::filesystem::path& path) {
  auto directory = open_with(path.empty() ? "." : path, O_RDONLY | O_DIRECTORY);
  if (!directory) return directory.error();
  return directory->sync();
}

/// For fcntl(): a lock on all of a file, however long it will be.
struct flock whole_file() {
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  return lock;
}

}  // namespace

File::~File() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

File& File::operator=(File&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

Result<void> File::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = again([&] { return ::write(descriptor_, bytes.data(), bytes.size()); });
    if (written < 0) return failed("cannot be written");
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<std::size_t> File::read(std::uint64_t offset, std::span<char> into) const {
  std::size_t have = 0;
  while (have < into.size()) {
    const auto got = again([&] {
      return ::pread(descriptor_, into.data() + have, into.size() - have, static_cast<off_t>(offset + have));
    });
    if (got < 0) return failed("cannot be read");
    if (got == 0) break;
    have += static_cast<std::size_t>(got);
  }
  return have;
}

Result<std::uint64_t> File::size() const {
  struct stat status {};
  if (::fstat(descriptor_, &status) != 0) return failed("cannot be looked at");
  return static_cast<std::uint64_t>(status.st_size);
}

Result<void> File::expect_regular() const {
  struct stat status {};
  if (::fstat(descriptor_, &status) != 0) return failed("cannot be looked at");
  if (!S_ISREG(status.st_mode)) return unfit("it is no regular file");
  return {};
}

Result<void> File::expect_own() const {
  if (::getuid() != 0 || ::geteuid() == 0) return {};
  struct stat status {};
  if (::fstat(descriptor_, &status) != 0) return failed("cannot be looked at");
  if (status.st_uid != ::geteuid())
    return unfit("it belongs to user " + std::to_string(status.st_uid) + ", its directory to user " +
                 std::to_string(::geteuid()));
  return {};
}

Result<void> File::sync() {
  if (again([&] { return ::fsync(descriptor_); }) != 0) return failed("cannot be flushed");
  return {};
}

Result<void> File::take_lock() {
  struct flock whole = whole_file();
  if (again([&] { return ::fcntl(descriptor_, F_OFD_SETLK, &whole); }) == 0) return {};
  if (errno == EAGAIN || errno == EACCES)
    return Error{.code = Errc::conflict, .message = "another process uses it"};
  return failed("cannot be locked");
}

Result<void> File::clear() {
  if (again([&] { return ::ftruncate(descriptor_, 0); }) != 0) return failed("cannot be emptied");
  if (::lseek(descriptor_, 0, SEEK_SET) != 0) return failed("cannot be emptied");
  return {};
}

Result<File::Version> File::version() const {
  struct stat status {};
  if (::fstat(descriptor_, &status) != 0) return failed("cannot be looked at");
  constexpr std::int64_t kNanoseconds = 1'000'000'000;
  return Version{static_cast<std::uint64_t>(status.st_size),
                 status.st_mtim.tv_sec * kNanoseconds + status.st_mtim.tv_nsec,
                 static_cast<std::uint64_t>(status.st_ino)};
}

// Not again after EINTR: the descriptor is gone then, and may be another file's already.
Result<void> File::close() {
  if (::close(std::exchange(descriptor_, -1)) != 0 && errno != EINTR) return failed("cannot be written");
  return {};
}

bool File::is_locked() const {
  struct flock other = whole_file();
  return ::fcntl(descriptor_, F_OFD_GETLK, &other) != 0 || other.l_type != F_UNLCK;
}

// Best effort: whoever cannot open it says so. A file with a second name may be another user's, linked here.
void File::share_owner_of(const std::filesystem::path& path) {
  struct stat owner {
  }, own{};
  if (::geteuid() != 0 || ::stat(path.c_str(), &owner) != 0) return;
  if (::fstat(descriptor_, &own) != 0 || own.st_nlink != 1) return;
  static_cast<void>(!::fchown(descriptor_, owner.st_uid, owner.st_gid));
}

void File::share_rights_of(const std::filesystem::path& path) {
  struct stat other {};
  if (::lstat(path.c_str(), &other) != 0 || !S_ISREG(other.st_mode)) return;
  if (::fchown(descriptor_, other.st_uid, other.st_gid) != 0) return;
  static_cast<void>(!::fchmod(descriptor_, S_IRUSR | S_IWUSR | (other.st_mode & (S_IRGRP | S_IWGRP))));
}

Result<File> create(const std::filesystem::path& path) {
  return open_with(path, O_WRONLY | O_CREAT | O_EXCL);
}

Result<File> create_public(const std::filesystem::path& path) {
  return open_with(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0666);
}

Result<File> open_lock_file(const std::filesystem::path& path) {
  return open_regular(path, O_RDWR | O_CREAT | O_NONBLOCK);
}

Result<File> open(const std::filesystem::path& path) { return open_regular(path, O_RDONLY | O_NONBLOCK); }

Result<File> open_through_links(const std::filesystem::path& path) {
  auto file = open_with(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  if (!file) return file;
  if (const auto fits = file->expect_regular(); !fits) return fits.error();
  return file;
}

Result<File> open_blocking(const std::filesystem::path& path) { return open_regular(path, O_RDONLY); }

Result<void> make_directory(const std::filesystem::path& path) {
  if (::mkdir(path.c_str(), 0700) == 0) return sync_directory(path.parent_path());
  if (errno == EEXIST) return {};
  return failed("cannot get its directory");
}

Result<void> move(const std::filesystem::path& from, const std::filesystem::path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) return failed("cannot be moved to its place");
  return sync_directory(to.parent_path());
}

Result<void> replace(const std::filesystem::path& from, const std::filesystem::path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) return failed("cannot be moved to its place");
  return {};
}

// Not what is kept for the superuser: the service need not be one, and should not live on it.
Result<std::uint64_t> free_bytes(const std::filesystem::path& directory) {
  std::error_code error;
  const auto space = std::filesystem::space(directory, error);
  if (!error) return static_cast<std::uint64_t>(space.available);
  errno = error.value();
  return failed("has a disk that cannot be looked at");
}

Result<std::filesystem::path> make_temporary_directory() {
  std::error_code error;
  std::string name = std::filesystem::temp_directory_path(error) / "parley-media-XXXXXX";
  if (error || !::mkdtemp(name.data())) return failed("cannot get a temporary directory");
  return std::filesystem::path(name);
}

}  // namespace parley::os
