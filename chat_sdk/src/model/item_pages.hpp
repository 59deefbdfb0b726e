#pragma once
#include <string>

#include "common/base/limits.hpp"
#include "common/protocol/conversations/resources.hpp"

namespace parley::detail {

/// The query of a page of a Sync collection, oldest item first unless `backwards`. `from` is the key of the
/// first item, which is part of the page; "": the beginning.
inline http::Fields items_query(const std::string& from, std::size_t page_size = limits::kPageSize,
                                bool backwards = false) {
  http::Fields query{{"HideExpired", "true"},
                     {"PageSize", std::to_string(page_size)},
                     {"Order", backwards ? "desc" : "asc"}};
  if (!from.empty()) query.emplace_back("From", from);
  return query;
}

}  // namespace parley::detail
