#pragma once
#include <parley/detail/cache_store.hpp>

/// Including this in one source file of a program, and linking parley::cache_sqlite, makes
/// CacheOptions::sqlite() work.
namespace parley::detail {

Result<CacheComponent::Opened> open_sqlite_cache(const CachePlace& place);
Result<void> remove_sqlite_cache(const CachePlace& place);

inline const bool has_sqlite_cache = set_cache_component({open_sqlite_cache, remove_sqlite_cache});

}  // namespace parley::detail
