#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/base/encoding.hpp"
#include "common/base/utf8.hpp"
#include "common/protocol/token/explain_topics.hpp"

namespace parley::token {
namespace {

constexpr std::size_t kMostShown = 60;  // bytes of a foreign text in a finding

// Bytes of the well-formed, visible character at the beginning of `text`; 0: there is none.
std::size_t visible_character(std::string_view text) {
  for (std::size_t size = 1; size <= 4 && size <= text.size(); ++size)
    if (const auto character = text.substr(0, size); is_valid_utf8(character))
      return has_control_characters(character) ? 0 : size;
  return 0;
}

// Right-to-left marks and the like turn around what is printed behind them.
bool turns_text(std::string_view character) {
  return (character >= "\u200B" && character <= "\u200F") ||
         (character >= "\u2028" && character <= "\u202E") ||
         (character >= "\u2066" && character <= "\u2069") || character == "\uFEFF";
}

std::string kind_of(const json::Value& value) {
  if (value.is_null()) return "null";
  if (value.is_boolean()) return value.get<bool>() ? "true" : "false";
  if (value.is_number()) return "the number " + printable(value.dump(), kMostShown);
  if (value.is_array()) return "a list";
  return "an object";
}

struct Unit {
  std::chrono::seconds::rep seconds;
  const char* one;
  const char* many;
};

constexpr Unit kUnits[] = {
    {86400, " day", " days"}, {3600, " h", " h"}, {60, " min", " min"}, {1, " s", " s"}};

std::string count(std::chrono::seconds::rep number, const Unit& unit) {
  return std::to_string(number) + (number == 1 ? unit.one : unit.many);
}

}  // namespace

std::string printable(std::string_view text, std::size_t most) {
  std::string out;
  while (!text.empty() && out.size() < most) {
    const std::size_t size = visible_character(text);
    const auto character = text.substr(0, size ? size : 1);
    if (size == 0 || turns_text(character))
      for (auto byte : as_bytes(character)) out += "\\x" + hex_encode({&byte, 1});
    else
      out += character;
    text.remove_prefix(character.size());
  }
  return text.empty() ? out : out + "...";
}

std::string in_words(std::chrono::seconds duration) {
  const auto seconds = std::max(duration, -duration).count();
  for (std::size_t i = 0; i < std::size(kUnits); ++i) {
    const Unit& unit = kUnits[i];
    if (seconds < unit.seconds) continue;
    std::string out = count(seconds / unit.seconds, unit);
    const auto rest = seconds % unit.seconds;
    // Seconds matter in a few minutes only.
    const bool wanted = i + 2 < std::size(kUnits) || seconds < 600;
    const bool finer = wanted && i + 1 < std::size(kUnits) && rest >= kUnits[i + 1].seconds;
    return finer ? out + " " + count(rest / kUnits[i + 1].seconds, kUnits[i + 1]) : out;
  }
  return "0 s";
}

std::string shown(const json::Value& object, const char* member) {
  const auto found = object.find(member);
  if (found == object.end()) return "absent";
  if (!found->is_string()) return kind_of(*found);
  return "\"" + printable(found->get_ref<const std::string&>(), kMostShown) + "\"";
}

}  // namespace parley::token
