#pragma once
#include <cstdint>
#include <parley/seams.hpp>
#include <string>
#include <string_view>

namespace parley {

/// A SID is a two-letter prefix and 32 lower-case hex digits: AC, SK, IS, CH, MB, IM, US, ET, ES, MP, ...
bool is_sid(std::string_view text, std::string_view prefix);

std::string make_sid(std::string_view prefix, Random& random);

/// The same with the time, in milliseconds since 1970, in the first 12 digits: what is made one after the
/// other stands together in an index, so it costs as much with millions of rows as with few. 80 bits are
/// chance.
std::string make_sid_at(std::string_view prefix, std::int64_t millis, Random& random);

}  // namespace parley
