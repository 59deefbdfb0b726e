#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include <parley/error.hpp>
#include <parley/seams.hpp>

#include "common/base/http.hpp"

namespace parley::http {

/// A header like `form-data; name="file"; filename="a.png"`.
struct HeaderValue {
  std::string value{};  ///< "form-data", in lower case
  Fields params{};      ///< names in lower case, values without quotes
};

/// Errc::invalid_argument if a name, a "=" or a closing quote is missing. Inside quotes a backslash protects
/// a quote and nothing else: file names are written as C:\a.png by some.
Result<HeaderValue> parse_header_value(std::string_view text);

/// What a Retry-After header asks for, at most a day; nothing without one. A date in it is compared with the
/// Date header of the same answer, so that the two clocks may differ, or with `now` where there is none; one
/// that is over asks for nothing to wait for, 0.
std::optional<std::chrono::milliseconds> retry_after(const Fields& headers,
                                                     std::optional<WallTime> now = std::nullopt);

std::string to_lower(std::string_view text);

}  // namespace parley::http
