#include "chat_service/src/transfer/blob_copy.hpp"

#include <array>
#include <filesystem>
#include <set>

#include "chat_service/src/media/blobs.hpp"
#include "chat_service/src/media/disk.hpp"
#include "common/base/sha256.hpp"

namespace parley::chat_service {
namespace {

namespace fs = std::filesystem;
using media::blob_path;
using media::is_hash;
namespace disk = media::disk;

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

// Only such a name stays below the directory that it is looked for in.
Result<void> expect_hashes(const std::vector<Blob>& blobs) {
  for (const auto& blob : blobs)
    if (!is_hash(blob.hash))
      return Error{.code = Errc::storage_error,
                   .message = "media: a row names a file by something that is no hash; `check` says which"};
  return {};
}

Result<void> copy_bytes(disk::File& in, disk::File& out, const std::string& hash, const fs::path& path) {
  std::vector<char> piece(kPiece);
  Sha256 digest;
  for (std::uint64_t offset = 0;;) {
    const auto count = in.read(offset, piece);
    if (!count) return count.error();
    const std::string_view bytes(piece.data(), *count);
    digest.add(bytes);
    if (auto written = out.write(bytes); !written) return written;
    offset += *count;
    if (*count < piece.size()) break;
  }
  if (digest.finish_hex() != hash) return damaged(path);
  return out.sync();
}

Result<void> copy_one(const fs::path& from, const fs::path& to, const std::string& hash) {
  std::error_code failed;
  fs::create_directories(to.parent_path(), failed);
  const fs::path partial = to.string() + ".partial";
  fs::remove(partial, failed);
  auto in = disk::open(from);
  if (!in) return in.error();
  auto out = disk::create(partial);
  if (!out) return out.error();
  if (auto copied = copy_bytes(*in, *out, hash, from); !copied) {
    fs::remove(partial, failed);
    return copied;
  }
  return disk::move(partial, to);
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

Result<BlobCopy> copy_blobs(const std::string& database, const std::string& from, const std::string& to) {
  const auto blobs = blobs_of(database);
  if (!blobs) return blobs.error();
  if (auto named = expect_hashes(*blobs); !named) return named.error();
  if (!blobs->empty())
    if (auto made = disk::make_directory(to); !made) return made.error();
  BlobCopy done;
  for (const auto& blob : *blobs) {
    const auto target = blob_path(to, blob.hash);
    const auto source = blob_path(from, blob.hash);
    std::error_code ignored;
    if (fs::exists(target, ignored)) {
      ++done.present;
    } else if (!fs::is_regular_file(source, ignored)) {
      ++done.missing;
    } else {
      if (auto copied = copy_one(source, target, blob.hash); !copied) return copied.error();
      ++done.copied;
    }
  }
  return done;
}

Result<BlobCheck> check_blobs(const std::string& database, const std::string& directory) {
  const auto blobs = blobs_of(database);
  if (!blobs) return blobs.error();
  BlobCheck found;
  std::set<std::string> known;
  for (const auto& blob : *blobs) {
    if (!is_hash(blob.hash)) continue;  // a violation of its row: see check_rules.cpp
    known.insert(blob.hash);
    std::error_code failed;
    const auto size = fs::file_size(blob_path(directory, blob.hash), failed);
    if (failed) found.violations.push_back("a file of media is missing: " + blob.hash);
    if (!failed && size != blob.size)
      found.violations.push_back("a file of media has another length: " + blob.hash);
  }
  find_strays(directory, known, found.strays);
  return found;
}

}  // namespace parley::chat_service
