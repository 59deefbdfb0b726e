#include "common/os/read_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <system_error>

#include "common/os/file.hpp"

namespace parley::os {
namespace {

constexpr const char* kNoRegularFile = "it is no regular file but a pipe, a device or a socket";

Error because(std::string why, Errc code = Errc::storage_error) {
  return {.code = code, .message = std::move(why)};
}

Error not_opened(int reason) {
  if (reason == ENOENT || reason == ENOTDIR) return because("there is no such file", Errc::not_found);
  if (reason == EACCES)
    return because("this program may not read it (look at the modes of the file and of its directories)");
  if (reason == ENXIO) return because(kNoRegularFile);
  return because("it cannot be opened: " + std::generic_category().message(reason));
}

}  // namespace

Result<FileContent> read_file(const std::filesystem::path& path, std::size_t limit) {
  // Without O_NONBLOCK a pipe would keep this call waiting for a writer.
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (descriptor < 0) return not_opened(errno);
  const File file(descriptor);
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) return not_opened(errno);
  if (S_ISDIR(status.st_mode)) return because("it is a directory");
  if (!S_ISREG(status.st_mode)) return because(kNoRegularFile);
  FileContent content{std::string(limit + 1, '\0'), std::filesystem::perms(status.st_mode & 07777)};
  const auto count = file.read(0, content.text);
  if (!count) return because("it cannot be read: " + count.error().message);
  if (*count > limit)
    return because("it has more than " + std::to_string(limit / 1024) + " KiB", Errc::limit_exceeded);
  content.text.resize(*count);
  return content;
}

}  // namespace parley::os
