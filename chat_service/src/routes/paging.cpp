#include "chat_service/src/routes/paging.hpp"

#include <nlohmann/json.hpp>
#include <string>

#include "chat_service/src/routes/input.hpp"

namespace parley::chat_service::paging {
namespace {

using Side = input::PageToken::Side;

json::OrderedValue token(Side side, const std::optional<Id>& row) {
  if (!row) return nullptr;
  return input::make_page_token({side, std::to_string(*row)});
}

}  // namespace

json::OrderedValue meta(const Neighbours& neighbours) {
  return {{"page_size", neighbours.page_size},
          {"previous_token", token(Side::before, neighbours.before)},
          {"next_token", token(Side::after, neighbours.after)}};
}

}  // namespace parley::chat_service::paging
