#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace parley::token_server {

/// True if `text` is the pattern, where each `*` stands for any characters, none included.
bool matches(std::string_view pattern, std::string_view text);

/// True if there are no patterns, or one matches.
bool matches_any(const std::vector<std::string>& patterns, std::string_view text);

}  // namespace parley::token_server
