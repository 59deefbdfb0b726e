#include "token_server/program/keys_file_change.hpp"

#include <chrono>
#include <filesystem>
#include <system_error>
#include <thread>

#include "common/config/keys_file.hpp"
#include "common/os/file.hpp"
#include "common/os/owner_rights.hpp"
#include "token_server/audit/private_file.hpp"

namespace parley::token_server {
namespace {

namespace fs = std::filesystem;

// A change takes far less. A process that stands still with the lock must not make all others wait for ever.
constexpr std::chrono::seconds kLockTimeout{2};
constexpr std::chrono::milliseconds kLockPause{1};

Error cannot(const char* what, const std::string& file, const Error& why) {
  return {.code = Errc::storage_error, .message = file + ": cannot be " + what + ": " + why.message};
}

Result<os::File> lock_out_others(const std::string& file) {
  const std::string path = file + ".lock";
  if (auto made = make_directory_of(path); !made) return made.error();
  auto lock = os::open_lock_file(path);
  if (!lock) return cannot("opened", path, lock.error());
  lock->share_rights_of(file);
  const auto end = std::chrono::steady_clock::now() + kLockTimeout;
  auto taken = lock->take_lock();
  while (!taken && taken.error().code == Errc::conflict && std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(kLockPause);
    taken = lock->take_lock();
  }
  if (!taken) return cannot("locked", path, taken.error());
  return lock;
}

Result<void> write_new(const std::string& path, const std::string& content, const std::string& old_file) {
  auto file = os::create(path);
  if (!file) return file.error();
  if (auto written = file->write(content); !written) return written;
  // An administrator changes what a server with another user must go on reading.
  file->share_rights_of(old_file);
  return file->sync();
}

Result<void> replace_file(const std::string& file, const std::string& content) {
  const std::string fresh = file + ".new";
  std::error_code ignored;
  fs::remove(fresh, ignored);  // of one who was killed
  if (auto written = write_new(fresh, content, file); !written)
    return cannot("written", fresh, written.error());
  if (auto moved = os::move(fresh, file); !moved) return cannot("written", file, moved.error());
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
  const auto rights = os::OwnerRights::of(name);
  if (!rights) return rights.error();
  const std::string file = target_of(name);
  const auto lock = lock_out_others(file);
  if (!lock) return lock.error();
  auto keys = config::read_keys_file(file, file);
  if (!keys) return Error{.code = Errc::invalid_config, .message = config::describe(keys.error())};
  if (auto changed = change(*keys); !changed) return changed;
  return replace_file(file, config::format_keys(*keys));
}

}  // namespace parley::token_server
