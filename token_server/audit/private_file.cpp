#include "token_server/audit/private_file.hpp"

#include <filesystem>
#include <system_error>

#include "common/os/file.hpp"
#include "common/os/owner_rights.hpp"

namespace parley::token_server {
namespace {

namespace fs = std::filesystem;

Error cannot(const std::string& path, const std::string& reason) {
  return {.code = Errc::storage_error, .message = path + ": cannot be made or opened: " + reason};
}

// Directories that exist keep their permissions: they may hold other things.
std::error_code make_directory(const fs::path& directory) {
  std::error_code failed;
  if (directory.empty() || fs::exists(directory, failed)) return failed;
  failed = make_directory(directory.parent_path());
  if (failed || !fs::create_directory(directory, failed)) return failed;
  fs::permissions(directory, fs::perms::owner_all, failed);
  return failed;
}

}  // namespace

Result<void> make_directory_of(const std::string& path) {
  if (const auto failed = make_directory(fs::path(path).parent_path())) return cannot(path, failed.message());
  return {};
}

Result<void> make_private_file(const std::string& path) {
  const auto rights = os::OwnerRights::of(path);
  if (!rights) return rights.error();
  if (auto made = make_directory_of(path); !made) return made;
  // With its permissions from the first moment: a file made wider and narrowed later may be open elsewhere.
  // One that is there is not opened: closing it would give back the locks this process has on a database.
  std::error_code failed;
  if (const auto made = os::create(path); !made && !fs::exists(path, failed))
    return cannot(path, made.error().message);
  if (!fs::is_regular_file(path, failed)) return cannot(path, "it is not a file");
  fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write, failed);
  if (failed) return cannot(path, failed.message());
  return {};
}

}  // namespace parley::token_server
