#pragma once
#include <filesystem>
#include <memory>
#include <string_view>

#include <parley/detail/cache_store.hpp>

#include "common/storage/database.hpp"

namespace parley::detail {

/// The cache in one SQLite database.
class SqliteStore final : public CacheStore {
 public:
  /// Brings an older one up to date. Fails with Errc::storage_error; `damaged` says whether that is because
  /// of what is in the file.
  static Result<std::unique_ptr<SqliteStore>> open(const std::string& path, bool* damaged = nullptr);

  Result<CacheContents> contents();
  /// Of the whole file; open() reads only what contents() does.
  Result<void> verify() override;
  Result<void> write(const std::vector<CacheChange>& changes) override;
  Result<CachedMessages> read(const HistoryQuery& query) override;
  /// Something was read that SQLite did not write so.
  bool is_damaged() const { return damaged_ || database_->is_damaged(); }

 private:
  explicit SqliteStore(std::unique_ptr<storage::Database> database) : database_(std::move(database)) {}
  Result<void> prepare();
  Result<void> check(std::string_view pragma);

  std::unique_ptr<storage::Database> database_;
  bool damaged_ = false;
};

/// The messages that can be read of a damaged database; none of one that cannot be opened.
std::vector<StoredOutgoing> salvage(const std::string& path);

}  // namespace parley::detail
