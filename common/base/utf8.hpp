#pragma once
#include <string_view>

namespace parley {

/// Well-formed UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF.
bool is_valid_utf8(std::string_view text);

/// True if a C0 control, DEL or a C1 control occurs. The text must be valid UTF-8.
bool has_control_characters(std::string_view text);

}  // namespace parley
