#include "chat_sdk/src/io/download_file.hpp"

#include <utility>

#include "common/base/path.hpp"
#include "common/base/random.hpp"

namespace parley::detail {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kRandomBytes = 4;
constexpr std::size_t kMaxNameBytes = 200;  // with what is added it is no longer than file systems allow

Error cannot_write(const fs::path& path, const std::string& why) {
  return {.code = Errc::storage_error, .message = to_utf8(path) + ": " + why};
}

// Renamed over, a device or a link to a directory would be gone.
Result<void> check_target(const fs::path& path) {
  std::error_code unknown;
  const auto status = fs::status(path, unknown);
  if (fs::is_directory(status))
    return cannot_write(path, "expected the name of a file, which is a directory");
  if (fs::exists(status) && !fs::is_regular_file(status))
    return cannot_write(path, "expected the name of a file, which is no regular file");
  return {};
}

/// At most `most` bytes of a longer `text`, and no half of a UTF-8 sequence.
std::size_t whole_characters(std::string_view text, std::size_t most) {
  while (most > 0 && (text[most] & 0xC0) == 0x80) --most;
  return most;
}

fs::path temporary_beside(const fs::path& target, Random& random) {
  std::string name = to_utf8(target.filename());
  if (name.size() > kMaxNameBytes) name.resize(whole_characters(name, kMaxNameBytes));
  return target.parent_path() / to_path("." + name + ".parley-" + random_hex(random, kRandomBytes));
}

}  // namespace

DownloadFile::DownloadFile(fs::path target, fs::path temporary, os::File file)
    : target_(std::move(target)), temporary_(std::move(temporary)), file_(std::move(file)) {}

DownloadFile::~DownloadFile() {
  if (kept_) return;
  std::error_code ignored;
  if (file_.is_open()) static_cast<void>(file_.close());
  fs::remove(temporary_, ignored);
}

Result<std::unique_ptr<DownloadFile>> DownloadFile::create(const std::string& path, Random& random) {
  std::error_code unknown;
  const fs::path target = fs::absolute(to_path(path), unknown);  // The program may change its directory.
  if (unknown || path.find('\0') != std::string::npos || !target.has_filename())
    return Error{.code = Errc::invalid_argument, .message = "path: expected the name of a file, got " + path};
  if (const auto fits = check_target(target); !fits) return fits.error();
  fs::path temporary = temporary_beside(target, random);
  auto file = os::create_public(temporary);
  if (!file)
    return cannot_write(target.parent_path(),
                        "no file can be made in this directory for " + path + ": " + file.error().message);
  return std::unique_ptr<DownloadFile>(new DownloadFile(target, std::move(temporary), std::move(*file)));
}

Result<void> DownloadFile::told(Result<void> outcome) const {
  if (outcome) return {};
  return cannot_write(target_, outcome.error().message);
}

Result<void> DownloadFile::write(std::string_view bytes) { return told(file_.write(bytes)); }

Result<void> DownloadFile::clear() { return told(file_.clear()); }

Result<void> DownloadFile::keep() {
  if (auto closed = told(file_.close()); !closed) return closed;
  if (auto fits = check_target(target_); !fits) return fits;  // It may have come meanwhile.
  if (auto replaced = told(os::replace(temporary_, target_)); !replaced) return replaced;
  kept_ = true;
  return {};
}

}  // namespace parley::detail
