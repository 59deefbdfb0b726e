#include "chat_service/src/transfer/backup.hpp"

#include <filesystem>

#include "chat_service/src/media/disk.hpp"
#include "chat_service/src/transfer/check.hpp"

namespace parley::chat_service {
namespace {

namespace fs = std::filesystem;

Error cannot(const std::string& why) { return {.code = Errc::storage_error, .message = "backup: " + why}; }

// SQLite writes only into a file that is empty; made first, nobody else can read it.
Result<void> copy(const std::string& database, const fs::path& to) {
  if (auto made = media::disk::create(to); !made) return made.error();
  auto source = DatabaseFile::open(database);
  if (!source) return source.error();
  (*source)->run("VACUUM INTO ?", to.string());
  return source->outcome();
}

Result<void> verify(const fs::path& copy) {
  const auto found = check_database(copy.string());
  if (!found) return found.error();
  if (!found->empty()) return cannot("the copy is not right: " + found->front());
  return {};
}

Result<void> make_durable(const fs::path& copy, const fs::path& to) {
  auto file = media::disk::open(copy);
  if (!file) return file.error();
  if (auto synced = file->sync(); !synced) return synced;
  return media::disk::move(copy, to);
}

Result<void> try_backup(const std::string& database, const fs::path& partial, const fs::path& to) {
  if (auto copied = copy(database, partial); !copied) return copied;
  if (auto right = verify(partial); !right) return right;
  return make_durable(partial, to);
}

}  // namespace

Result<void> backup_database(const std::string& database, const std::string& file) {
  std::error_code ignored;
  if (fs::exists(file, ignored)) return cannot(file + " is there already");
  const fs::path partial = file + ".partial";
  fs::remove(partial, ignored);
  auto done = try_backup(database, partial, file);
  for (const char* rest : {"", "-wal", "-shm", "-journal"}) fs::remove(partial.string() + rest, ignored);
  return done;
}

}  // namespace parley::chat_service
