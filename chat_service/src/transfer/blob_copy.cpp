#include "chat_service/src/transfer/blob_copy.hpp"

#include <array>
#include <filesystem>
#include <set>

#include "chat_service/src/media/blobs.hpp"
#include "common/base/sha256.hpp"
#include "common/os/file.hpp"
#include "common/os/owner_rights.hpp"

namespace parley::chat_service {
namespace {

namespace fs = std::filesystem;
using media::blob_path;
using media::is_hash;

constexpr std::size_t kPiece = 256 * 1024;

struct Blob {
  std::string hash;
  std::uint64_t size;
};

Result<std::vector<Blob>> blobs_of(const std::string& database) {
  auto file = DatabaseFile::open(database);
  if (!file) return file.error();
  std::vector<Blob> blobs;
  auto query = (*file)->query("SELECT blob, MAX(size) FROM media GROUP BY blob ORDER BY blob");
  while (query.next()) blobs.push_back({query.text(0), static_cast<std::uint64_t>(query.integer(1))});
  if (const auto read = file->outcome(); !read) return read.error();
  return blobs;
}

Error damaged(const fs::path& path) {
  return {.code = Errc::storage_error, .message = "media: " + path.string() + " is not what its name says"};
}

Result<void> at(const fs::path& path, Error error) {
  error.message = path.string() + ": " + error.message;
  return error;
}

// Only such a name stays below the directory that it is looked for in.
Result<void> expect_hashes(const std::vector<Blob>& blobs) {
  for (const auto& blob : blobs)
    if (!is_hash(blob.hash))
      return Error{.code = Errc::storage_error,
                   .message = "media: a row names a file by something that is no hash; `check` says which"};
  return {};
}

Result<os::File> open_source(const fs::path& path) {
  const auto rights = os::OwnerRights::of(path);
  if (!rights) return rights.error();
  return os::open(path);
}

Result<void> make_target(const std::string& directory) {
  const auto rights = os::OwnerRights::of(directory);
  if (!rights) return rights.error();
  return os::make_directory(directory);
}

/// Copies files of media one by one.
class Copy {
 public:
  Copy(const std::string& from, const std::string& to, const OnProgress& on_progress)
      : from_(from), to_(to), on_progress_(on_progress) {}

  Result<BlobCopy> run(const std::vector<Blob>& blobs) {
    for (const auto& blob : blobs) progress_.total += blob.size;
    for (const auto& blob : blobs)
      if (auto taken = take(blob); !taken) return taken.error();
    return done_;
  }

 private:
  Result<void> take(const Blob& blob) {
    if (auto goes_on = report(on_progress_, progress_); !goes_on) return goes_on;
    const auto target = blob_path(to_, blob.hash);
    const auto source = blob_path(from_, blob.hash);
    std::error_code ignored;
    if (fs::exists(target, ignored))
      ++done_.present;
    else if (!fs::is_regular_file(source, ignored))
      ++done_.missing;
    else if (auto copied = copy_one(source, target, blob.hash); !copied)
      return copied;
    else
      ++done_.copied;
    return {};
  }

  Result<void> copy_one(const fs::path& from, const fs::path& to, const std::string& hash) {
    auto in = open_source(from);
    if (!in) return at(from, in.error());
    const auto rights = os::OwnerRights::of(to);
    if (!rights) return rights.error();
    std::error_code failed;
    fs::create_directories(to.parent_path(), failed);
    const fs::path partial = to.string() + ".partial";
    fs::remove(partial, failed);
    auto out = os::create(partial);
    if (!out) return at(partial, out.error());
    if (auto copied = copy_bytes(*in, *out, hash, from); !copied) {
      fs::remove(partial, failed);
      return copied;
    }
    return os::move(partial, to);
  }

  Result<void> copy_bytes(os::File& in, os::File& out, const std::string& hash, const fs::path& path) {
    std::vector<char> piece(kPiece);
    Sha256 digest;
    for (std::uint64_t offset = 0;;) {
      const auto count = in.read(offset, piece);
      if (!count) return at(path, count.error());
      const std::string_view bytes(piece.data(), *count);
      digest.add(bytes);
      if (auto written = out.write(bytes); !written) return written;
      offset += *count;
      progress_.done += *count;
      if (auto goes_on = report(on_progress_, progress_); !goes_on) return goes_on;
      if (*count < piece.size()) break;
    }
    if (digest.finish_hex() != hash) return damaged(path);
    return out.sync();
  }

  const std::string& from_;
  const std::string& to_;
  const OnProgress& on_progress_;
  Progress progress_{.doing = "bytes of media copied"};
  BlobCopy done_;
};

void check_blob(const Blob& blob, const std::string& directory, Violations& out) {
  std::error_code failed;
  const auto size = fs::file_size(blob_path(directory, blob.hash), failed);
  if (failed) out.push_back("a file of media is missing: " + blob.hash);
  if (!failed && size != blob.size) out.push_back("a file of media has another length: " + blob.hash);
}

void find_strays(const std::string& directory, const std::set<std::string>& known, Violations& out) {
  std::error_code failed;
  for (fs::recursive_directory_iterator entry(directory, failed), end; !failed && entry != end;
       entry.increment(failed)) {
    const auto name = entry->path().filename().string();
    if (is_hash(name) && !known.contains(name)) out.push_back("a file of media has no row: " + name);
  }
}

}  // namespace

Result<BlobCopy> copy_blobs(const std::string& database, const std::string& from, const std::string& to,
                            const OnProgress& on_progress) {
  const auto blobs = blobs_of(database);
  if (!blobs) return blobs.error();
  if (auto named = expect_hashes(*blobs); !named) return named.error();
  if (!blobs->empty())
    if (auto made = make_target(to); !made) return at(to, made.error()).error();
  return Copy(from, to, on_progress).run(*blobs);
}

Result<BlobCheck> check_blobs(const std::string& database, const std::string& directory,
                              const OnProgress& on_progress) {
  const auto blobs = blobs_of(database);
  if (!blobs) return blobs.error();
  BlobCheck found;
  std::set<std::string> known;
  Progress now{.doing = "files of media checked", .total = blobs->size()};
  for (const auto& blob : *blobs) {
    if (auto goes_on = report(on_progress, now); !goes_on) return goes_on.error();
    ++now.done;
    if (!is_hash(blob.hash)) continue;  // a violation of its row: see check_rules.cpp
    known.insert(blob.hash);
    check_blob(blob, directory, found.violations);
  }
  find_strays(directory, known, found.strays);
  return found;
}

}  // namespace parley::chat_service
