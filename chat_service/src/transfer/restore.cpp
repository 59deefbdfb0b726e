#include "chat_service/src/transfer/restore.hpp"

#include <filesystem>
#include <vector>

#include "chat_service/src/store/database_lock.hpp"
#include "chat_service/src/transfer/check.hpp"
#include "chat_service/src/transfer/partial_file.hpp"
#include "common/os/owner_rights.hpp"

namespace parley::chat_service {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPiece = 256 * 1024;

Error refused(const std::string& backup, const std::string& why) {
  return {.code = Errc::storage_error, .message = backup + ": " + why};
}

bool exists(const std::string& path) {
  std::error_code unknown;
  return fs::exists(fs::symlink_status(path, unknown));
}

Result<void> expect_whole(const std::string& backup) {
  std::error_code unknown;
  if (fs::is_directory(backup, unknown))
    return refused(backup, "it is a directory, expected what `backup` made");
  if (!fs::is_regular_file(backup, unknown)) return refused(backup, "there is no such file");
  const auto log = backup + "-wal";
  if (exists(log) && fs::file_size(log, unknown) > 0)
    return refused(log, "a log that belongs to the backup; `chat_service check " + backup + "` brings it in");
  return {};
}

// The operator's own links are followed, as everywhere on a command line.
Result<os::File> open_backup(const std::string& backup) {
  const auto rights = os::OwnerRights::of(backup);
  if (!rights) return rights.error();
  std::error_code failed;
  auto file = os::open(fs::canonical(backup, failed));
  if (!file) return file;
  if (auto own = file->expect_own(); !own) return own.error();
  return file;
}

Result<void> copy(const std::string& backup, PartialFile& to, const OnProgress& on_progress) {
  const auto from = open_backup(backup);
  if (!from) return refused(backup, from.error().message);
  const auto size = from->size();
  if (!size) return refused(backup, size.error().message);
  std::vector<char> piece(kPiece);
  for (Progress now{.doing = "bytes copied", .total = *size};;) {
    const auto count = from->read(now.done, piece);
    if (!count) return refused(backup, count.error().message);
    if (auto written = to.write({piece.data(), *count}); !written) return written;
    now.done += *count;
    if (auto goes_on = report(on_progress, now); !goes_on) return goes_on;
    if (*count < piece.size()) return {};
  }
}

Result<void> verify(const std::string& backup, const std::string& copy, const OnProgress& on_progress) {
  if (auto updated = DatabaseFile::bring_up_to_date(copy); !updated)
    return refused(backup, updated.error().message);
  const auto found = check_database(copy, on_progress);
  if (!found) return found.error();
  if (!found->empty()) return refused(backup, "it is not right: " + found->front());
  return {};
}

Result<std::string> set_aside(const std::string& database) {
  constexpr const char* kFiles[] = {"", "-wal", "-shm"};  // the log last: without its file it means nothing
  std::string name;
  for (int number = 1; name.empty() || exists(name) || exists(name + "-wal"); ++number)
    name = database + ".replaced-" + std::to_string(number);
  bool any = false;
  for (const char* rest : kFiles) {
    if (!exists(database + rest)) continue;
    any = true;
    if (auto moved = os::move(database + rest, name + rest); !moved)
      return refused(database + rest, moved.error().message);
  }
  return any ? name : "";
}

}  // namespace

Result<std::string> restore_database(const std::string& backup, const std::string& database,
                                     const OnProgress& on_progress) {
  if (auto whole = expect_whole(backup); !whole) return whole.error();
  if (auto made = make_directory_of(database); !made) return made.error();
  const auto lock = DatabaseLock::take(database);
  if (!lock) return lock.error();
  auto partial = PartialFile::make_replacement(database);
  if (!partial) return partial.error();
  if (auto copied = copy(backup, *partial, on_progress); !copied) return copied.error();
  if (auto right = verify(backup, partial->path(), on_progress); !right) return right.error();
  auto replaced = set_aside(database);
  if (!replaced) return replaced;
  if (auto kept = partial->keep(); !kept) return kept.error();
  return replaced;
}

}  // namespace parley::chat_service
