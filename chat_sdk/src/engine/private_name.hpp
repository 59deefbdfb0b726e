#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace parley::detail {

/// The other identity if `name` is the 1x1 name of `self` and somebody; nothing for any other name.
std::optional<std::string> peer_of_private_name(std::string_view name, std::string_view self);

}  // namespace parley::detail
