#pragma once
#include <string_view>

namespace parley::twilsock {

/// True for the acknowledgement exactly as the official client writes it, `reply` 200 without anything else:
/// by far the most frequent packet, and all that it says is that the client lives. Whatever looks different
/// is decode()'s.
bool is_plain_acknowledgement(std::string_view bytes);

}  // namespace parley::twilsock
