#include "chat_service/src/transfer/database_file.hpp"

#include <filesystem>

#include "chat_service/src/store/schema.hpp"
#include "common/storage/migrations.hpp"

namespace parley::chat_service {
namespace {

Error unusable(const std::string& path, const std::string& why) {
  return {.code = Errc::storage_error, .message = "database: " + path + ": " + why};
}

}  // namespace

DatabaseFile::DatabaseFile(std::unique_ptr<storage::Database> database)
    : texts_(std::make_unique<std::set<std::string>>()), database_(std::move(database)) {}

Result<DatabaseFile> DatabaseFile::open(const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) return unusable(path, "there is no such file");
  auto database = storage::Database::open({.path = path});
  if (!database) return database.error();
  auto version = (*database)->query("SELECT COALESCE(MAX(version), 0) FROM schema_version");
  if (!version.next()) return unusable(path, "expected the database of a chat_service");
  if (version.integer(0) != schema().back().version)
    return unusable(path, "its schema has version " + std::to_string(version.integer(0)) + ", expected " +
                              std::to_string(schema().back().version) +
                              "; an older one is brought up to date when chat_service starts");
  return DatabaseFile(std::move(*database));
}

Result<DatabaseFile> DatabaseFile::make(const std::string& path) {
  auto database = storage::Database::open({.path = path});
  if (!database) return database.error();
  if (auto migrated = storage::migrate(**database, schema()); !migrated) return migrated.error();
  return DatabaseFile(std::move(*database));
}

Result<void> DatabaseFile::outcome() const {
  if (database_->error()) return *database_->error();
  return {};
}

}  // namespace parley::chat_service
