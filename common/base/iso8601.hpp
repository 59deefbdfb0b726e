#pragma once
#include <parley/error.hpp>
#include <parley/seams.hpp>
#include <string>
#include <string_view>

namespace parley {

/// "2026-11-20T12:09:16.910Z": milliseconds, always UTC.
std::string format_iso8601(WallTime time);

/// Accepts UTC dates without a fraction or with one of up to nine digits, of which milliseconds are kept.
Result<WallTime> parse_iso8601(std::string_view text);

}  // namespace parley
