#pragma once
#include <parley/seams.hpp>
#include <string>
#include <string_view>

namespace parley {

/// A SID is a two-letter prefix and 32 lower-case hex digits: AC, SK, IS, CH, MB, IM, US, ET, ES, MP, ...
bool is_sid(std::string_view text, std::string_view prefix);

std::string make_sid(std::string_view prefix, Random& random);

}  // namespace parley
