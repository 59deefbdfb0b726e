#pragma once
#include <algorithm>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <vector>

#include "chat_service/src/routes/resource.hpp"
#include "chat_service/src/store/row_window.hpp"
#include "common/base/json.hpp"

/// Lists that are read by row number, a page at a time.
namespace parley::chat_service::paging {

inline Id row_of(const Conversation& conversation) { return conversation.id; }
inline Id row_of(const resource::Chatter& chatter) { return chatter.participant; }

/// Which pages lie beside one.
struct Neighbours {
  std::optional<Id> before{};  ///< there are rows before this one
  std::optional<Id> after{};   ///< there are rows after this one
  std::size_t page_size = 0;
};
/// The neighbours' tokens, null where there is no neighbour. For .cpp files with <nlohmann/json.hpp>.
json::OrderedValue meta(const Neighbours& neighbours);

template <class T>
struct Page {
  std::vector<T> rows{};  ///< in ascending order
  Neighbours neighbours{};
};

/// `rows` were read with `window.one_more()`; what is too much for the page, by number or bytes, is cut off.
template <class T>
Page<T> cut(std::vector<T> rows, const RowWindow& window) {
  const std::size_t count = resource::fit_on_page(rows, window.limit);
  const bool more = rows.size() > count;
  rows.resize(count);
  if (window.backwards()) std::reverse(rows.begin(), rows.end());
  Neighbours neighbours{.page_size = window.limit};
  // Behind the last row of a page that was read backwards is the row that it was read from.
  if (window.backwards() ? more : window.after > 0)
    neighbours.before = rows.empty() ? window.after + 1 : row_of(rows.front());
  if (window.backwards() || more) neighbours.after = rows.empty() ? window.after : row_of(rows.back());
  return {std::move(rows), neighbours};
}

}  // namespace parley::chat_service::paging
