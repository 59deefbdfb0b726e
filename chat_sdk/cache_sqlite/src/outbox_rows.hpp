#pragma once
#include <vector>

#include <parley/detail/cache_store.hpp>

#include "common/storage/database.hpp"

namespace parley::detail {

/// @name The outbox as rows of the database. Failures stick to it, see storage::Database.

/// Oldest first. As many as can be read of a database that is damaged: from both ends.
std::vector<StoredOutgoing> read_outgoing(storage::Database& database);
std::vector<StoredOutgoing> salvage_outgoing(storage::Database& database);
void apply(storage::Database& database, const AddOutgoing& change);
void apply(storage::Database& database, const UpdateOutgoing& change);
void apply(storage::Database& database, const EraseOutgoing& change);
void apply(storage::Database& database, const MarkSendable& change);

}  // namespace parley::detail
