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

/// Whether the next page, which begins with the last item of this one, is worth asking for; one that would
/// begin where this one did leads in a circle.
inline bool goes_on(const conversations::SyncPage& page, const std::string& from) {
  return page.has_next && !page.items.empty() && page.items.back().key != from;
}

}  // namespace parley::detail
