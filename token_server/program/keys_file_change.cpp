#include "token_server/program/keys_file_change.hpp"

#include <filesystem>
#include <fstream>
#include <system_error>

#include "common/config/keys_file.hpp"
#include "token_server/audit/append_file.hpp"
#include "token_server/audit/private_file.hpp"

#ifndef _WIN32
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#endif

namespace parley::token_server {
namespace {

namespace fs = std::filesystem;

Error cannot_write(const std::string& file) {
  return {.code = Errc::storage_error, .message = file + ": cannot be written"};
}

fs::path directory_of(const std::string& file) {
  const auto directory = fs::path(file).parent_path();
  return directory.empty() ? fs::path(".") : directory;
}

#ifdef _WIN32
bool bring_to_disk(const fs::path&) { return true; }
void look_like(const std::string&, const std::string&) {}
#else
bool bring_to_disk(const fs::path& path) {
  const int handle = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (handle < 0) return false;
  const bool synced = ::fsync(handle) == 0;
  ::close(handle);
  return synced;
}

// An administrator (root) changes what a server with another user must go on reading: the new file gets the
// owner, and what its group may do, of the old one, or the owner of the directory.
void look_like(const std::string& old_file, const std::string& new_file) {
  struct stat old {};
  const bool exists = ::stat(old_file.c_str(), &old) == 0;
  if (!exists && ::stat(directory_of(old_file).c_str(), &old) != 0) return;
  if (::geteuid() == 0 && ::chown(new_file.c_str(), old.st_uid, old.st_gid) != 0) return;
  if (exists) ::chmod(new_file.c_str(), S_IRUSR | S_IWUSR | (old.st_mode & (S_IRGRP | S_IWGRP)));
}
#endif

Result<void> replace_file(const std::string& file, const std::string& content) {
  const std::string fresh = file + ".new";
  if (auto made = make_private_file(fresh); !made) return made;
  std::ofstream out(fresh, std::ios::binary | std::ios::trunc);
  out << content;
  out.close();
  if (!out || !bring_to_disk(fresh)) return cannot_write(fresh);
  look_like(file, fresh);
  std::error_code failed;
  fs::rename(fresh, file, failed);
  if (failed || !bring_to_disk(directory_of(file))) return cannot_write(file);
  return {};
}

// A link stays a link: what it leads to is replaced.
std::string target_of(const std::string& file) {
  std::error_code failed;
  const auto target = fs::canonical(file, failed);
  return failed ? file : target.string();
}

}  // namespace

Result<void> change_keys_file(const std::string& name, const KeysChange& change) {
  const std::string file = target_of(name);
  auto gate = AppendFile::open(file + ".lock");
  if (!gate) return gate.error();
  look_like(file, file + ".lock");
  const AppendFile::Lock lock(**gate);
  if (!lock.taken) return lock.taken.error();
  auto keys = config::read_keys_file(file, file);
  if (!keys) return Error{.code = Errc::invalid_config, .message = config::describe(keys.error())};
  if (auto changed = change(*keys); !changed) return changed;
  return replace_file(file, config::format_keys(*keys));
}

}  // namespace parley::token_server
