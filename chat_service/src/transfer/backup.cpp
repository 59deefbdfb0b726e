#include "chat_service/src/transfer/backup.hpp"

#include "chat_service/src/transfer/check.hpp"
#include "chat_service/src/transfer/partial_file.hpp"
#include "common/os/owner_rights.hpp"

namespace parley::chat_service {
namespace {

Error cannot(const std::string& why) { return {.code = Errc::storage_error, .message = "backup: " + why}; }

// SQLite writes only into a file that is empty; made first, nobody else can read it.
Result<void> copy(DatabaseFile& source, const std::string& to, const OnProgress& on_progress) {
  const Progress now{.doing = "copying"};
  if (auto goes_on = report(on_progress, now); !goes_on) return goes_on;
  // SQLite opens the copy by its name: with the rights for its place, not with those for the source.
  const auto rights = os::OwnerRights::of(to);
  if (!rights) return rights.error();
  const Watch watch(*source, on_progress, now);
  source->run("VACUUM INTO ?", to);
  return source.outcome();
}

Result<void> verify(const std::string& copy, const OnProgress& on_progress) {
  const auto found = check_database(copy, on_progress);
  if (!found) return found.error();
  if (!found->empty()) return cannot("the copy is not right: " + found->front());
  return {};
}

}  // namespace

Result<void> backup_database(const std::string& database, const std::string& file,
                             const OnProgress& on_progress) {
  auto source = DatabaseFile::open(database);
  if (!source) return source.error();
  auto partial = PartialFile::make(file);
  if (!partial) return partial.error();
  if (auto copied = copy(*source, partial->path(), on_progress); !copied) return copied;
  if (auto right = verify(partial->path(), on_progress); !right) return right;
  return partial->keep();
}

}  // namespace parley::chat_service
