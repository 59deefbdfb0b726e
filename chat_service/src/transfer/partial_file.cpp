#include "chat_service/src/transfer/partial_file.hpp"

#include <filesystem>

#include "common/os/owner_rights.hpp"

namespace parley::chat_service {
namespace {

namespace fs = std::filesystem;

bool exists(const std::string& path) {
  std::error_code unknown;
  return fs::exists(fs::symlink_status(path, unknown));
}

Error refused(const std::string& path, const std::string& why) {
  return {.code = Errc::storage_error, .message = path + ": " + why};
}

}  // namespace

Result<PartialFile> PartialFile::make(const std::string& name) {
  if (exists(name)) return refused(name, "it is there already, and no command overwrites a file");
  return make_replacement(name);
}

Result<PartialFile> PartialFile::make_replacement(const std::string& name) {
  const std::string partial = name + ".partial";
  if (exists(partial))
    return refused(partial,
                   "it is there already: another command writes it now, or was killed while it did; "
                   "if none runs, remove it");
  const auto rights = os::OwnerRights::of(name);
  if (!rights) return rights.error();
  auto file = os::create(partial);
  if (!file)
    return refused(name, "it cannot be made (" + file.error().message +
                             "); expected a place in which this user may write");
  return PartialFile(name, std::move(*file));
}

PartialFile::~PartialFile() {
  if (!file_.is_open()) return;
  const auto rights = os::OwnerRights::of(name_);
  if (!rights) return;
  std::error_code ignored;
  for (const char* rest : {"", "-wal", "-shm", "-journal"}) fs::remove(path() + rest, ignored);
}

Error PartialFile::failed(const Error& why) const {
  return {.code = why.code, .message = name_ + ": " + why.message, .http_status = why.http_status};
}

Result<void> PartialFile::write(std::string_view bytes) {
  if (auto written = file_.write(bytes); !written) return failed(written.error());
  return {};
}

Result<void> PartialFile::keep() {
  if (auto synced = file_.sync(); !synced) return failed(synced.error());
  const auto rights = os::OwnerRights::of(name_);
  if (!rights) return rights.error();
  if (auto moved = os::move(path(), name_); !moved) return failed(moved.error());
  file_ = os::File();
  return {};
}

}  // namespace parley::chat_service
