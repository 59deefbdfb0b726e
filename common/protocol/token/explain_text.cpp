#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/base/text_rules.hpp"
#include "common/protocol/token/explain_topics.hpp"

namespace parley::token {
namespace {

constexpr std::size_t kMostShown = 60;  // bytes of a foreign text in a finding

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
  return escape_hazards(text, TextKind::identifier, most);
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
