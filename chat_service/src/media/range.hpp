#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

namespace parley::chat_service::media {

/// A part of a file.
struct Range {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};

struct RangeWish {
  bool possible = true;          ///< false: 416
  std::optional<Range> range{};  ///< nothing: the whole file
};

/// Reads "bytes=0-99", "bytes=100-", "bytes=-100". Several ranges, other units and nonsense mean the whole
/// file, as RFC 9110 14.2 allows.
RangeWish parse_range(std::string_view header, std::uint64_t file_size);

}  // namespace parley::chat_service::media
