#pragma once
#include <map>
#include <string>
#include <vector>

#include <parley/detail/cache_store.hpp>

#include "common/storage/database.hpp"

namespace parley::detail {

/// @name The messages of channels as rows of the database. Failures stick to it, see storage::Database.

/// Of which indexes the messages are there, by channel.
std::map<std::string, std::vector<IndexRange>> read_ranges(storage::Database& database);
CachedMessages read_messages(storage::Database& database, const HistoryQuery& query);
void apply(storage::Database& database, const ChangeHistory& change);
void apply(storage::Database& database, const LimitHistories& change);
void erase_history(storage::Database& database, const std::string& channel_sid);

}  // namespace parley::detail
