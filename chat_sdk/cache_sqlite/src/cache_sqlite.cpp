#include <parley/cache_sqlite.hpp>
#include <utility>

#include "chat_sdk/cache_sqlite/src/cache_files.hpp"
#include "chat_sdk/cache_sqlite/src/sqlite_store.hpp"
#include "common/base/path.hpp"

namespace parley::detail {
namespace {

/// The store with the lock that it is used under.
class LockedStore final : public CacheStore {
 public:
  LockedStore(CacheFiles files, std::unique_ptr<SqliteStore> store)
      : files_(std::move(files)), store_(std::move(store)) {}
  Result<void> write(const std::vector<CacheChange>& changes) override { return store_->write(changes); }
  Result<CachedMessages> read(const HistoryQuery& query) override { return store_->read(query); }

 private:
  CacheFiles files_;
  std::unique_ptr<SqliteStore> store_;
};

struct OpenStore {
  std::unique_ptr<SqliteStore> store;
  CacheContents contents;
};

Result<OpenStore> open(const CacheFiles& files, bool& damaged) {
  const auto path = files.database();
  if (!path) return path.error();
  auto store = SqliteStore::open(to_utf8(*path), &damaged);
  if (!store) return store.error();
  auto contents = (*store)->contents();
  damaged = (*store)->is_damaged();
  if (!contents) return contents.error();
  return OpenStore{std::move(*store), std::move(*contents)};
}

Error was_damaged(const std::filesystem::path& aside, std::size_t saved) {
  return {.code = Errc::storage_error,
          .message = "the cache was damaged and is begun anew: " + std::to_string(saved) +
                     " messages to be sent could be read, and the old file is " + to_utf8(aside)};
}

Result<void> write_anew(const CacheFiles& files, const std::vector<StoredOutgoing>& messages) {
  const auto path = files.successor();
  if (!path) return path.error();
  const auto store = SqliteStore::open(to_utf8(*path));
  if (!store) return store.error();
  std::vector<CacheChange> changes;
  for (const auto& message : messages) changes.emplace_back(AddOutgoing{message});
  return (*store)->write(changes);
}

// The old file is kept: somebody may read more of it.
Result<OpenStore> begin_anew(const CacheFiles& files) {
  const auto old = files.database();
  if (!old) return old.error();
  const auto saved = salvage(to_utf8(*old));
  if (const auto written = write_anew(files, saved); !written) return written.error();
  const auto aside = files.take_place();
  if (!aside) return aside.error();
  bool damaged = false;
  auto opened = open(files, damaged);
  if (opened) opened->contents.damage = was_damaged(*aside, saved.size());
  return opened;
}

}  // namespace

Result<CacheComponent::Opened> open_sqlite_cache(const CachePlace& place) {
  auto files = CacheFiles::lock(place);
  if (!files) return files.error();
  bool damaged = false;
  auto opened = open(*files, damaged);
  if (damaged) opened = begin_anew(*files);
  if (!opened) return opened.error();
  auto store = std::make_unique<LockedStore>(std::move(*files), std::move(opened->store));
  return CacheComponent::Opened{std::move(store), std::move(opened->contents)};
}

Result<void> remove_sqlite_cache(const CachePlace& place) {
  const auto files = CacheFiles::lock(place);
  return files ? files->remove() : files.error();
}

}  // namespace parley::detail
