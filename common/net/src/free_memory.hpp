#pragma once
#include <string>

namespace parley::net {

/// Gives back the memory of a text. Assigning an empty one would keep it: a short text is copied into what is
/// there.
inline void free_memory(std::string& text) { std::string().swap(text); }

}  // namespace parley::net
