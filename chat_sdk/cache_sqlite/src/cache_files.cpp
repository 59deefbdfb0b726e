#include "chat_sdk/cache_sqlite/src/cache_files.hpp"

#include <chrono>
#include <thread>
#include <utility>

#include "common/base/crypto.hpp"
#include "common/base/path.hpp"

namespace parley::detail {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kNameDigits = 32;
constexpr auto kLockTries = 50;
constexpr auto kLockPause = std::chrono::milliseconds(20);
constexpr int kMostSetAside = 9;
constexpr const char* kSuccessor = ".new";
constexpr const char* kWhole = ".whole";  // a successor with everything that it is to have
constexpr const char* kEndings[] = {"-wal", "-shm", "-journal",
                                    ""};  // the database is the last that is moved

Error at(const fs::path& path, Error error) {
  error.message = "cache " + to_utf8(path) + ": " + error.message;
  return error;
}

Error at(const fs::path& path, const std::error_code& code) {
  return at(path, {.code = Errc::storage_error, .message = code.message()});
}

fs::path with(fs::path path, const char* ending) { return path += ending; }

std::string damaged_name(int number) { return ".damaged-" + std::to_string(number); }

// A client that was closed a moment ago may still be writing.
Result<void> wait_for(os::File& lock) {
  for (int left = kLockTries;; --left) {
    auto taken = lock.take_lock();
    if (taken || taken.error().code != Errc::conflict) return taken;
    if (left == 0) return Error{.code = Errc::conflict, .message = "another client has it open"};
    std::this_thread::sleep_for(kLockPause);
  }
}

Result<void> erase(const fs::path& path) {
  for (const char* ending : kEndings) {
    std::error_code code;
    fs::remove(with(path, ending), code);
    if (code) return at(path, code);
  }
  return {};
}

}  // namespace

// Services and identities hold any characters: their digest is the name.
Result<CacheFiles> CacheFiles::lock(const CachePlace& place) {
  const fs::path directory = to_path(place.directory);
  if (const auto made = os::make_directory(directory); !made) return at(directory, made.error());
  const fs::path name = directory / sha256_hex(place.service + '\n' + place.identity).substr(0, kNameDigits);
  auto lock = os::open_lock_file(with(name, ".lock"));
  if (!lock) return at(with(name, ".lock"), lock.error());
  if (const auto taken = wait_for(*lock); !taken) return at(with(name, ".db"), taken.error());
  return CacheFiles(with(name, ".db"), std::move(*lock));
}

// SQLite gives the files that it makes beside the database the rights of the database.
Result<fs::path> CacheFiles::database() const {
  std::error_code unknown;
  if (fs::exists(with(database_, kWhole), unknown))
    if (const auto finished = finish_change(); !finished) return finished.error();
  if (!fs::exists(fs::symlink_status(database_, unknown)))
    if (const auto made = os::create(database_); !made) return at(database_, made.error());
  if (const auto file = os::open(database_); !file) return at(database_, file.error());
  std::error_code code;
  fs::permissions(database_, fs::perms::owner_read | fs::perms::owner_write, code);
  if (code) return at(database_, code);
  return database_;
}

Result<fs::path> CacheFiles::successor() const {
  const fs::path path = with(database_, kSuccessor);
  if (const auto gone = erase(path); !gone) return gone.error();
  if (const auto made = os::create(path); !made) return at(path, made.error());
  return path;
}

Result<fs::path> CacheFiles::take_place() const {
  std::error_code unknown;
  if (fs::exists(with(with(database_, kSuccessor), "-wal"), unknown))  // not all of it is in the file
    return at(database_, {.code = Errc::storage_error, .message = "it cannot be begun anew"});
  const auto moved = os::move(with(database_, kSuccessor), with(database_, kWhole));
  if (!moved) return at(database_, moved.error());
  return finish_change();
}

// An old log beside the new database would be taken for its own: everything of the old one goes first.
Result<fs::path> CacheFiles::finish_change() const {
  const fs::path aside = place_aside();
  std::error_code unknown;
  if (fs::exists(aside, unknown))
    if (const auto gone = erase(aside); !gone) return gone.error();
  for (const char* ending : kEndings) {
    if (!fs::exists(with(database_, ending), unknown)) continue;
    const auto moved = os::move(with(database_, ending), with(aside, ending));
    if (!moved) return at(database_, moved.error());
  }
  const auto moved = os::move(with(database_, kWhole), database_);
  if (!moved) return at(database_, moved.error());
  return aside;
}

// The last one is replaced: a disk that damages every file does not fill up.
fs::path CacheFiles::place_aside() const {
  for (int number = 1;; ++number) {
    std::error_code unknown;
    fs::path path = with(database_, damaged_name(number).c_str());
    if (number == kMostSetAside || !fs::exists(path, unknown)) return path;
  }
}

Result<void> CacheFiles::remove() const {
  for (int number = 1; number <= kMostSetAside; ++number)
    if (const auto gone = erase(with(database_, damaged_name(number).c_str())); !gone) return gone;
  for (const char* successor : {kSuccessor, kWhole})
    if (const auto gone = erase(with(database_, successor)); !gone) return gone;
  return erase(database_);
}

}  // namespace parley::detail
