#include "common/protocol/conversations/message_key.hpp"

#include <nlohmann/json.hpp>

#include "common/base/json.hpp"

namespace parley::conversations {
namespace {

constexpr const char* kMember = "parley.key";

}  // namespace

// Spliced in, at the end: what the text says otherwise stays as it is, and of two members of one name the
// last counts.
std::optional<std::string> attributes_with_key(std::string_view attributes, std::string_view key) {
  const auto object = json::parse_object(attributes);
  if (!object) return std::nullopt;
  std::string text(attributes.substr(0, attributes.rfind('}')));
  if (!object->empty()) text += ',';
  json::append_quoted(text, kMember);
  text += ':';
  json::append_quoted(text, key);
  return text + '}';
}

std::string key_of(std::string_view attributes) {
  const auto object = json::parse_object(attributes);
  if (!object) return "";
  const auto member = object->find(kMember);
  return member != object->end() && member->is_string() ? member->get<std::string>() : std::string();
}

}  // namespace parley::conversations
