#include "chat_service/src/transfer/database_file.hpp"

#include <filesystem>

#include "chat_service/src/store/schema.hpp"
#include "common/storage/migrations.hpp"

namespace parley::chat_service {
namespace {

namespace fs = std::filesystem;

// SQLite runs so many in a millisecond or less.
constexpr int kInstructions = 10'000;

Error unusable(const std::string& path, const std::string& why) {
  return {.code = Errc::storage_error, .message = "database: " + path + ": " + why};
}

/// 0: it is not a service's.
std::int64_t version_of(DatabaseFile& file) {
  auto version = file->query("SELECT COALESCE(MAX(version), 0) FROM schema_version");
  return version.next() ? version.integer(0) : 0;
}

}  // namespace

Result<void> make_directory_of(const std::string& database) {
  const auto directory = fs::path(database).parent_path();
  if (database == ":memory:" || directory.empty()) return {};
  std::error_code error;
  fs::create_directories(directory, error);
  if (!error) return {};
  return Error{
      .code = Errc::storage_error,
      .message = "database: cannot make the directory " + directory.string() + ": " + error.message()};
}

DatabaseFile::DatabaseFile(os::OwnerRights rights, std::unique_ptr<storage::Database> database)
    : rights_(std::move(rights)),
      texts_(std::make_unique<std::set<std::string>>()),
      database_(std::move(database)) {}

Result<DatabaseFile> DatabaseFile::open_as_owner(const std::string& path) {
  auto rights = os::OwnerRights::of(path);
  if (!rights) return rights.error();
  auto database = storage::Database::open({.path = path});
  if (!database) return database.error();
  return DatabaseFile(std::move(*rights), std::move(*database));
}

Result<DatabaseFile> DatabaseFile::open(const std::string& path) {
  auto file = open_any_version(path);
  if (!file) return file;
  const auto version = version_of(*file);
  if (version != schema().back().version)
    return unusable(path, "its schema has version " + std::to_string(version) + ", expected " +
                              std::to_string(schema().back().version) +
                              "; an older one is brought up to date when chat_service starts");
  return file;
}

Result<void> DatabaseFile::bring_up_to_date(const std::string& path) {
  auto file = open_any_version(path);
  if (!file) return file.error();
  return storage::migrate(**file, schema());
}

Result<DatabaseFile> DatabaseFile::open_any_version(const std::string& path) {
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) return unusable(path, "it is a directory, expected a file");
  if (!fs::is_regular_file(path, ignored))
    return unusable(path, "there is no such file; chat_service makes it at its first start");
  auto file = open_as_owner(path);
  if (!file) return file;
  if (version_of(*file) == 0)
    return unusable(path, "it is another program's, expected the database of a chat_service");
  return file;
}

Result<DatabaseFile> DatabaseFile::make(const std::string& path) {
  auto file = open_as_owner(path);
  if (!file) return file;
  if (auto migrated = storage::migrate(**file, schema()); !migrated) return migrated.error();
  return file;
}

Result<void> DatabaseFile::outcome() const {
  if (database_->error()) return *database_->error();
  return {};
}

Watch::Watch(storage::Database& database, const OnProgress& on_progress, const Progress& progress)
    : database_(database) {
  if (!on_progress) return;
  database_.on_progress(kInstructions, [&on_progress, &progress] { return on_progress(progress); });
}

}  // namespace parley::chat_service
