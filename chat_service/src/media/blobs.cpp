#include "chat_service/src/media/blobs.hpp"

#include "common/base/random.hpp"

namespace parley::chat_service::media {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kIncoming = "incoming";
constexpr std::size_t kHashDigits = 64;

Error missing() { return {.code = Errc::not_found, .message = "a medium has no file", .http_status = 404}; }

/// The names in a directory; nothing if it cannot be read.
std::vector<std::string> names_in(const fs::path& directory) {
  std::vector<std::string> names;
  std::error_code error;
  fs::directory_iterator entry(directory, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error))
    names.push_back(entry->path().filename());
  return names;
}

Error cannot_use(const fs::path& directory, const std::string& why) {
  return {.code = Errc::storage_error, .message = "the media directory " + directory.string() + ": " + why};
}

}  // namespace

std::string directory_of(const MediaOptions& options, const std::string& database) {
  if (!options.directory.empty()) return options.directory;
  return database == ":memory:" ? std::string() : database + ".media";
}

bool is_hash(std::string_view name) {
  return name.size() == kHashDigits && name.find_first_not_of("0123456789abcdef") == name.npos;
}

fs::path blob_path(const fs::path& directory, std::string_view hash) {
  return directory / hash.substr(0, 2) / hash.substr(2, 2) / hash;
}

BlobWriter::BlobWriter(fs::path directory, fs::path temporary)
    : directory_(std::move(directory)), temporary_(std::move(temporary)) {}

BlobWriter::~BlobWriter() {
  std::error_code ignored;
  if (!temporary_.empty()) fs::remove(temporary_, ignored);
}

Result<void> BlobWriter::write(std::string_view bytes) {
  if (auto opened = open(); !opened) return opened;
  digest_.add(bytes);
  return file_.write(bytes);
}

Result<void> BlobWriter::open() {
  if (file_.is_open()) return {};
  auto made = os::create(temporary_);
  if (!made) return made.error();
  file_ = std::move(*made);
  return {};
}

// One without any bytes needs its file, too.
Result<void> BlobWriter::close() {
  hash_ = digest_.finish_hex();
  return open();
}

// A blob that is there is replaced by the same bytes: that heals one that a failing disk has spoilt.
Result<void> BlobWriter::seal() {
  if (auto synced = file_.sync(); !synced) return synced;
  const fs::path place = blob_path(directory_, hash_);
  if (auto made = os::make_directory(place.parent_path().parent_path()); !made) return made;
  if (auto made = os::make_directory(place.parent_path()); !made) return made;
  if (auto moved = os::move(temporary_, place); !moved) return moved;
  temporary_.clear();
  return {};
}

Result<std::unique_ptr<Blobs>> Blobs::open(const std::string& directory, Random& random) {
  fs::path path(directory);
  if (directory.empty()) {
    auto made = os::make_temporary_directory();
    if (!made) return made.error();
    path = std::move(*made);
  } else if (auto made = os::make_directory(path); !made) {
    return cannot_use(path, made.error().message);
  }
  auto lock = os::open_lock_file(path / "lock");
  if (!lock) return cannot_use(path, lock.error().message);
  if (auto taken = lock->take_lock(); !taken) return cannot_use(path, taken.error().message);
  if (auto made = os::make_directory(path / kIncoming); !made) return cannot_use(path, made.error().message);
  std::unique_ptr<Blobs> blobs(new Blobs(std::move(path), directory.empty(), std::move(*lock), random));
  blobs->clear_temporaries();
  return blobs;
}

Blobs::Blobs(fs::path directory, bool temporary, os::File lock, Random& random)
    : directory_(std::move(directory)),
      text_(directory_.string()),
      is_temporary_(temporary),
      lock_(std::move(lock)),
      random_(random) {}

Blobs::~Blobs() {
  std::error_code ignored;
  if (is_temporary_) fs::remove_all(directory_, ignored);
}

void Blobs::clear_temporaries() {
  std::error_code ignored;
  for (const std::string& name : names_in(directory_ / kIncoming))
    fs::remove(directory_ / kIncoming / name, ignored);
}

std::shared_ptr<BlobWriter> Blobs::begin() {
  fs::path temporary = directory_ / kIncoming / random_hex(random_, 16);
  return std::shared_ptr<BlobWriter>(new BlobWriter(directory_, std::move(temporary)));
}

Result<os::File> Blobs::find(std::string_view hash, std::uint64_t least_bytes) const {
  if (!is_hash(hash)) return missing();
  const fs::path path = blob_path(directory_, hash);
  auto file = os::open_blocking(path);
  std::error_code error;
  if (!file) return fs::exists(path, error) ? file.error() : missing();
  const auto size = file->size();
  if (!size || *size < least_bytes) return missing();
  return file;
}

bool Blobs::remove(std::string_view hash) {
  std::error_code error;
  return is_hash(hash) && fs::remove(blob_path(directory_, hash), error);
}

std::vector<std::string> Blobs::list(std::string_view first_two_digits) const {
  std::vector<std::string> hashes;
  const fs::path directory = directory_ / first_two_digits;
  for (const std::string& second : names_in(directory))
    for (std::string& name : names_in(directory / second))
      if (is_hash(name)) hashes.push_back(std::move(name));
  return hashes;
}

}  // namespace parley::chat_service::media
