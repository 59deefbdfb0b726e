#include "chat_service/src/media/range.hpp"

#include <algorithm>
#include <charconv>

#include "common/base/header_value.hpp"
#include "common/base/trim.hpp"

namespace parley::chat_service::media {
namespace {

std::optional<std::uint64_t> to_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

RangeWish last_bytes(std::optional<std::uint64_t> count, std::uint64_t size) {
  if (!count) return {};
  const auto length = std::min(*count, size);
  if (length == 0) return {.possible = false};
  return {.range = Range{size - length, length}};
}

}  // namespace

RangeWish parse_range(std::string_view header, std::uint64_t size) {
  constexpr std::string_view kUnit = "bytes=";
  if (http::to_lower(header.substr(0, kUnit.size())) != kUnit) return {};
  const auto text = trim_blanks(header.substr(kUnit.size()));
  const auto dash = text.find('-');
  if (dash == std::string_view::npos || text.find(',') != std::string_view::npos) return {};
  const auto last = to_number(text.substr(dash + 1));
  if (dash == 0) return last_bytes(last, size);
  const auto first = to_number(text.substr(0, dash));
  if (!first || (!last && dash + 1 != text.size()) || (last && *last < *first)) return {};
  if (*first >= size) return {.possible = false};
  const auto end = last ? std::min(*last, size - 1) : size - 1;
  return {.range = Range{*first, end - *first + 1}};
}

}  // namespace parley::chat_service::media
