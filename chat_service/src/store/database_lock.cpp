#include "chat_service/src/store/database_lock.hpp"

#include <filesystem>

namespace parley::chat_service {
namespace {

constexpr std::string_view kEnding = "-lock";
constexpr int kMostLinks = 40;  // as the system

Error unusable(const std::string& database, const std::string& why) {
  return {.code = Errc::storage_error, .message = "database: " + database + ": " + why};
}

}  // namespace

std::string file_beside(const std::string& database, std::string_view ending) {
  std::error_code unknown;
  std::filesystem::path target = database;
  // A link to what is not there yet, too.
  for (int links = 0; links < kMostLinks && std::filesystem::is_symlink(target, unknown); ++links)
    target = target.parent_path() / std::filesystem::read_symlink(target, unknown);
  std::string real = std::filesystem::weakly_canonical(target, unknown).string();
  if (unknown) real = database;
  return real.append(ending);
}

Result<DatabaseLock> DatabaseLock::take(const std::string& database) {
  if (database == ":memory:") return DatabaseLock(os::File());
  auto file = os::open_lock_file(file_beside(database, kEnding));
  if (!file) return unusable(database, "its lock: " + file.error().message);
  // A command of the superuser must not lock the service out.
  file->share_owner_of(database);
  if (const auto taken = file->take_lock(); !taken) {
    const bool is_used = taken.error().code == Errc::conflict;
    return unusable(database, is_used ? "another service or a command that writes is using it"
                                      : "its lock: " + taken.error().message);
  }
  return DatabaseLock(std::move(*file));
}

bool DatabaseLock::is_taken(const std::string& database) {
  const std::string path = file_beside(database, kEnding);
  std::error_code unknown;
  if (!std::filesystem::exists(path, unknown)) return false;
  auto file = os::open(path);
  return !file || file->is_locked();  // what is not ours to look at is somebody else's
}

}  // namespace parley::chat_service
