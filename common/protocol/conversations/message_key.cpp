#include "common/protocol/conversations/message_key.hpp"

#include <nlohmann/json.hpp>

#include "common/base/json.hpp"

namespace parley::conversations {
namespace {

constexpr const char* kMember = "parley.key";

}  // namespace

std::optional<std::string> attributes_with_key(std::string_view attributes, std::string_view key) {
  auto object = json::parse_object(attributes);
  if (!object) return std::nullopt;
  (*object)[kMember] = key;
  return json::dump(*object);
}

std::string key_of(std::string_view attributes) {
  const auto object = json::parse_object(attributes);
  if (!object) return "";
  const auto member = object->find(kMember);
  return member != object->end() && member->is_string() ? member->get<std::string>() : std::string();
}

}  // namespace parley::conversations
