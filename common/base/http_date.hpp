#pragma once
#include <optional>
#include <string_view>

#include <parley/seams.hpp>

namespace parley::http {

/// A date as HTTP writes it, in any of the three forms that RFC 9110 5.6.7 has; nothing if it is none.
/// A year of two digits is one of 1970 to 2069.
std::optional<WallTime> parse_http_date(std::string_view text);

}  // namespace parley::http
