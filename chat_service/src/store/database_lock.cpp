#include "chat_service/src/store/database_lock.hpp"

#include <filesystem>

namespace parley::chat_service {
namespace {

namespace disk = media::disk;

constexpr std::string_view kEnding = "-lock";

Error unusable(const std::string& database, const std::string& why) {
  return {.code = Errc::storage_error, .message = "database: " + database + ": " + why};
}

}  // namespace

std::string file_beside(const std::string& database, std::string_view ending) {
  std::error_code unknown;
  std::string real = std::filesystem::weakly_canonical(database, unknown).string();
  if (unknown) real = database;
  return real.append(ending);
}

Result<DatabaseLock> DatabaseLock::take(const std::string& database) {
  if (database == ":memory:") return DatabaseLock(disk::File());
  auto file = disk::open_lock_file(file_beside(database, kEnding));
  if (!file) return unusable(database, "its lock: " + file.error().message);
  if (!file->try_lock()) return unusable(database, "another service or a command that writes is using it");
  return DatabaseLock(std::move(*file));
}

bool DatabaseLock::is_taken(const std::string& database) {
  auto file = disk::open(file_beside(database, kEnding));
  return file && !file->try_lock();
}

}  // namespace parley::chat_service
