#include <parley/cache_sqlite.hpp>
#include <utility>

#include "chat_sdk/cache_sqlite/src/cache_files.hpp"
#include "chat_sdk/cache_sqlite/src/sqlite_store.hpp"
#include "common/base/path.hpp"

namespace parley::detail {
namespace {

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

std::vector<CacheChange> to_changes(const CacheContents& contents) {
  std::vector<CacheChange> changes;
  for (const auto& message : contents.outgoing) changes.emplace_back(AddOutgoing{message});
  for (const auto& channel : contents.channels)
    changes.emplace_back(PutChannel{std::make_shared<const ChannelState>(channel)});
  for (const auto& horizon : contents.horizons) changes.emplace_back(horizon);
  return changes;
}

Result<void> write_anew(const CacheFiles& files, const CacheContents& saved) {
  const auto path = files.successor();
  if (!path) return path.error();
  const auto store = SqliteStore::open(to_utf8(*path));
  if (!store) return store.error();
  return (*store)->write(to_changes(saved));
}

// The old file, which nobody has open, is kept: somebody may read more of it.
Result<OpenStore> begin_anew(const CacheFiles& files, const CacheContents& saved) {
  if (const auto written = write_anew(files, saved); !written) return written.error();
  const auto aside = files.take_place();
  if (!aside) return aside.error();
  bool damaged = false;
  auto opened = open(files, damaged);
  if (opened) opened->contents.damage = was_damaged(*aside, saved.outgoing.size());
  return opened;
}

Result<OpenStore> begin_anew(const CacheFiles& files) {
  const auto old = files.database();
  if (!old) return old.error();
  return begin_anew(files, {.outgoing = salvage(to_utf8(*old))});
}

/// The store with the lock that it is used under.
class LockedStore final : public CacheStore {
 public:
  LockedStore(CacheFiles files, std::unique_ptr<SqliteStore> store)
      : files_(std::move(files)), store_(std::move(store)) {}

  Result<void> verify() override {
    auto sound = store_->verify();
    return sound || !store_->is_damaged() ? sound : replace();
  }
  Result<void> write(const std::vector<CacheChange>& changes) override {
    return store_ ? store_->write(changes) : not_open();
  }
  Result<CachedMessages> read(const HistoryQuery& query) override {
    if (!store_) return not_open();
    return store_->read(query);
  }

 private:
  static Error not_open() {
    return {.code = Errc::storage_error, .message = "the cache could not be begun anew"};
  }

  // What was read when it was opened is sound.
  Result<void> replace() {
    const auto saved = store_->contents();
    store_.reset();
    auto opened = saved ? begin_anew(files_, *saved) : begin_anew(files_);
    if (!opened) return opened.error();
    store_ = std::move(opened->store);
    return *opened->contents.damage;
  }

  CacheFiles files_;
  std::unique_ptr<SqliteStore> store_;  // null if it was damaged, and no new one could be made
};

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
