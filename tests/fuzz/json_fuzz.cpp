#include <cstddef>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string_view>

#include "common/base/json.hpp"
#include "common/base/json_text.hpp"
#include "common/base/text_rules.hpp"
#include "common/base/utf8.hpp"

using namespace parley;

namespace {

// The parts of a text are those of the parsed value.
void compare(std::string_view text, const json::Value& value) {
  if (value.is_array()) {
    const auto elements = json::elements_in(text);
    if (elements.size() != value.size()) __builtin_trap();
    for (std::size_t i = 0; i < elements.size(); ++i)
      if (json::parse(elements[i]).value() != value[i]) __builtin_trap();
  }
  if (!value.is_object()) return;
  std::map<std::string, std::string_view> last;
  for (const auto& [name, part] : json::members_in(text)) last[name] = part;
  if (last.size() != value.size()) __builtin_trap();
  for (const auto& [name, part] : last)
    if (json::parse(part).value() != value.at(name)) __builtin_trap();
  json::TextReader reader(text, "");
  if (reader.failed()) __builtin_trap();
  for (const auto& [name, part] : last)
    if (reader.any(name) != (part == "null" ? "" : part)) __builtin_trap();
  if (!last.empty() && json::member_in(text, last.begin()->first) != last.begin()->second) __builtin_trap();
}

void check_rules(std::string_view text) {
  for (const auto kind : {TextKind::identifier, TextKind::line, TextKind::text}) {
    const auto escaped = escape_hazards(text, kind);
    if (is_clean(text, kind) != (escaped == text)) __builtin_trap();
    if (!is_clean(without_hazards(text, TextKind::line), TextKind::line)) __builtin_trap();
    if (!is_clean(escape_hazards(text, TextKind::line), TextKind::line)) __builtin_trap();
  }
  if (is_clean(text, TextKind::identifier) && !is_clean(text, TextKind::line)) __builtin_trap();
}

}  // namespace

// Any bytes as JSON and as a text for people. With many members the time is the test: see -timeout.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)json::members_in(text);
  (void)json::elements_in(text);
  const auto repeated = json::find_repeated_member(text);
  const auto value = json::parse(text);
  if (value.has_value() != json::check(text).has_value()) __builtin_trap();
  if (value && !json::is_json(text)) __builtin_trap();
  if (value && value->is_object() && !repeated && !json::parse_unique_object(text)) __builtin_trap();
  if (value) compare(text, *value);
  const bool marked = text.starts_with("\xEF\xBB\xBF");
  if (value && !marked && json::parse(escape_hazards_in_json(text)).value() != *value) __builtin_trap();
  check_rules(text);
  return 0;
}
