#pragma once
#include <optional>
#include <string>
#include <string_view>

/// How a message carries its author's name for it where the service does not know mutation ids: as the member
/// "parley.key" of its attributes.
namespace parley::conversations {

/// The attributes with the key; nothing if they are no JSON object.
std::optional<std::string> attributes_with_key(std::string_view attributes, std::string_view key);
/// The key in the attributes; "" if there is none.
std::string key_of(std::string_view attributes);

}  // namespace parley::conversations
