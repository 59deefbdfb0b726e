#pragma once
#include <vector>

#include <parley/detail/cache_store.hpp>

#include "common/storage/database.hpp"

namespace parley::detail {

/// @name The list of channels as rows of the database. Failures stick to it, see storage::Database.

std::vector<ChannelState> read_channels(storage::Database& database);
std::vector<PutHorizon> read_horizons(storage::Database& database);
void apply(storage::Database& database, const PutChannel& change);
void apply(storage::Database& database, const EraseChannel& change);
void apply(storage::Database& database, const PutHorizon& change);
void apply(storage::Database& database, const EraseHorizon& change);

}  // namespace parley::detail
