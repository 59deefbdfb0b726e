#include <filesystem>
#include <fstream>

#include "token_server/audit/append_file.hpp"
#include "token_server/audit/private_file.hpp"

// For systems without flock: the same on C++ streams, without a lock between processes.
namespace parley::token_server {

struct AppendFile::Handle {};

Result<std::uint64_t> settled_size(const std::string& path) {
  std::error_code failed;
  const auto size = std::filesystem::file_size(path, failed);
  if (!failed) return size;
  return Error{.code = Errc::storage_error, .message = path + ": cannot be examined"};
}

Result<std::unique_ptr<AppendFile>> AppendFile::open(const std::string& path) {
  if (auto made = make_private_file(path); !made) return made.error();
  return std::unique_ptr<AppendFile>(new AppendFile(path, std::make_unique<Handle>()));
}

AppendFile::AppendFile(std::string path, std::unique_ptr<Handle> handle)
    : path_(std::move(path)), handle_(std::move(handle)) {}

AppendFile::~AppendFile() = default;

AppendFile::Lock::Lock(AppendFile& file) : file_(file) {}

AppendFile::Lock::~Lock() { static_cast<void>(file_); }

Result<std::uint64_t> AppendFile::size() const {
  std::error_code failed;
  const auto size = std::filesystem::file_size(path_, failed);
  if (failed) return fail("examined");
  return size;
}

Result<std::string> AppendFile::read(std::uint64_t offset, std::size_t count) const {
  std::string text(count, '\0');
  std::ifstream file(path_, std::ios::binary);
  file.seekg(static_cast<std::streamoff>(offset));
  if (!file.read(text.data(), static_cast<std::streamsize>(count))) return fail("read");
  return text;
}

Result<void> AppendFile::check_path() const { return {}; }

Result<void> AppendFile::check() const {
  if (std::filesystem::exists(path_)) return {};
  return Error{.code = Errc::storage_error, .message = path_ + ": was moved or deleted"};
}

Result<void> AppendFile::append(std::string_view text) {
  const auto before = size();
  if (!before) return before.error();
  std::ofstream file(path_, std::ios::binary | std::ios::app);
  if (file.write(text.data(), static_cast<std::streamsize>(text.size())).flush()) return {};
  file.close();
  std::error_code failed;
  std::filesystem::resize_file(path_, *before, failed);
  return fail(failed ? "written, nor mended" : "written");
}

Error AppendFile::fail(std::string_view doing) const {
  return {.code = Errc::storage_error, .message = path_ + ": cannot be " + std::string(doing)};
}

}  // namespace parley::token_server
