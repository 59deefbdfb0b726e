#include "common/base/text_rules.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "common/base/utf8.hpp"

namespace parley {
namespace {

/// What a code point does.
enum class Effect {
  /// It is seen, or it is a blank.
  none,
  /// It joins or varies its neighbours: part of how some scripts and emoji are spelled.
  joins,
  /// It cannot be seen, and changes nothing but itself or the direction of its neighbours.
  hides,
  /// It spells a flag behind a black flag; elsewhere it hides text.
  tags,
  /// It acts on a terminal, turns the text around, ends the line, or is no character.
  harms,
};

struct Range {
  char32_t first;
  char32_t last;
  Effect effect;
};

// Sorted. Code points that are merely unassigned in some version of Unicode are not in it: next year they are
// emoji. Noncharacters at the end of each plane are in effect_of().
constexpr Range kEffects[] = {
    {0x0000, 0x001F, Effect::harms},    // C0 controls
    {0x007F, 0x009F, Effect::harms},    // DEL, C1 controls
    {0x00AD, 0x00AD, Effect::hides},    // soft hyphen
    {0x034F, 0x034F, Effect::hides},    // combining grapheme joiner
    {0x061C, 0x061C, Effect::hides},    // Arabic letter mark
    {0x115F, 0x1160, Effect::hides},    // Hangul fillers
    {0x17B4, 0x17B5, Effect::hides},    // Khmer inherent vowels
    {0x180B, 0x180D, Effect::joins},    // Mongolian variation selectors
    {0x180E, 0x180E, Effect::hides},    // Mongolian vowel separator
    {0x180F, 0x180F, Effect::joins},    // Mongolian variation selector
    {0x200B, 0x200B, Effect::harms},    // zero width space
    {0x200C, 0x200D, Effect::joins},    // zero width non-joiner, joiner
    {0x200E, 0x200F, Effect::hides},    // left-to-right mark, right-to-left mark
    {0x2028, 0x202E, Effect::harms},    // line and paragraph separators, embeddings and overrides
    {0x2060, 0x206F, Effect::harms},    // word joiner, invisible operators, isolates, deprecated controls
    {0x3164, 0x3164, Effect::hides},    // Hangul filler
    {0xD800, 0xDFFF, Effect::harms},    // surrogates
    {0xFDD0, 0xFDEF, Effect::harms},    // noncharacters
    {0xFE00, 0xFE0F, Effect::joins},    // variation selectors
    {0xFEFF, 0xFEFF, Effect::harms},    // byte order mark
    {0xFFA0, 0xFFA0, Effect::hides},    // halfwidth Hangul filler
    {0xFFF0, 0xFFFB, Effect::harms},    // reserved, interlinear annotations
    {0x1BCA0, 0x1BCA3, Effect::hides},  // shorthand controls
    {0x1D173, 0x1D17A, Effect::hides},  // musical controls
    {0xE0000, 0xE001F, Effect::harms},  // language tag, reserved
    {0xE0020, 0xE007F, Effect::tags},   // tags
    {0xE0080, 0xE00FF, Effect::harms},  // reserved
    {0xE0100, 0xE01EF, Effect::joins},  // variation selectors of ideographs
    {0xE01F0, 0xE0FFF, Effect::harms},  // reserved
};

constexpr char32_t kBlackFlag = 0x1F3F4;

/// Scripts whose letters, and symbols whose pictures, are spelled with joiners.
constexpr Range kJoined[] = {
    {0x0600, 0x1CFF, Effect::none},    // Arabic and its relatives, the scripts of India and its neighbours
    {0x2190, 0x2BFF, Effect::none},    // arrows, symbols, dingbats
    {0xFE0E, 0xFE0F, Effect::none},    // text or picture: a joiner may follow
    {0x11000, 0x11FFF, Effect::none},  // more scripts of India
    {0x1E900, 0x1E95F, Effect::none},  // Adlam
    {0x1F000, 0x1FAFF, Effect::none},  // emoji
};

template <std::size_t size>
const Range* find(const Range (&table)[size], char32_t code_point) {
  const auto range = std::lower_bound(std::begin(table), std::end(table), code_point,
                                      [](const Range& one, char32_t value) { return one.last < value; });
  return range != std::end(table) && range->first <= code_point ? range : nullptr;
}

Effect effect_of(char32_t code_point) {
  if (code_point >= ' ' && code_point < 0x7F) return Effect::none;
  if ((code_point & 0xFFFE) == 0xFFFE) return Effect::harms;
  const Range* range = find(kEffects, code_point);
  return range ? range->effect : Effect::none;
}

/// Reads a text code point by code point and says of each whether the kind takes it there.
class Reader {
 public:
  Reader(std::string_view rest, TextKind kind) : rest_(rest), kind_(kind) {}

  bool done() const { return rest_.empty(); }

  struct Step {
    std::string_view bytes;
    CodePoint code_point;
    bool accepted;
  };
  Step next() {
    const CodePoint code_point = first_code_point(rest_);
    const Step step{rest_.substr(0, code_point.bytes), code_point, accepts(code_point)};
    previous_ = step.accepted ? code_point.value : 0;
    rest_.remove_prefix(code_point.bytes);
    return step;
  }

 private:
  bool accepts(const CodePoint& code_point) const {
    if (!code_point.valid) return false;
    const bool shown = kind_ != TextKind::identifier;
    switch (effect_of(code_point.value)) {
      case Effect::none:
        return true;
      case Effect::joins:
        return shown || find(kJoined, previous_);
      case Effect::hides:
        return shown;
      case Effect::tags:
        return previous_ == kBlackFlag || effect_of(previous_) == Effect::tags;
      case Effect::harms:
        return kind_ == TextKind::text && (code_point.value == '\n' || code_point.value == '\t');
    }
    return false;
  }

  std::string_view rest_;
  TextKind kind_;
  char32_t previous_ = 0;
};

std::string hex(const char* format, unsigned value) {
  std::array<char, 16> text{};
  const int size = std::snprintf(text.data(), text.size(), format, value);
  return {text.data(), static_cast<std::size_t>(size)};
}

std::string escaped(std::string_view bytes) {
  std::string text;
  for (const unsigned char byte : bytes) text += hex("\\x%02x", byte);
  return text;
}

// As JSON writes them: above U+FFFF as two halves.
std::string escaped_in_json(char32_t value) {
  if (value < 0x10000) return hex("\\u%04x", static_cast<unsigned>(value));
  const auto rest = static_cast<unsigned>(value - 0x10000);
  return hex("\\u%04x", 0xD800 + (rest >> 10)) + hex("\\u%04x", 0xDC00 + (rest & 0x3FF));
}

// Most texts have nothing but these.
bool is_plain_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < 0x7F; });
}

}  // namespace

bool is_clean(std::string_view text, TextKind kind) {
  for (Reader reader(text, kind); !reader.done();)
    if (!reader.next().accepted) return false;
  return true;
}

std::string without_hazards(std::string_view text, TextKind kind) {
  std::string clean;
  for (Reader reader(text, kind); !reader.done();)
    if (const auto step = reader.next(); step.accepted) clean += step.bytes;
  return clean;
}

std::string escape_hazards(std::string_view text, TextKind kind, std::size_t most_bytes) {
  std::string out;
  for (Reader reader(text, kind); !reader.done();) {
    if (out.size() >= most_bytes) return out + "...";
    const auto step = reader.next();
    step.accepted ? out.append(step.bytes) : out.append(escaped(step.bytes));
  }
  return out;
}

std::string escape_hazards_in_json(std::string_view json) {
  if (is_plain_ascii(json)) return std::string(json);
  std::string out;
  for (Reader reader(json, TextKind::text); !reader.done();) {
    const auto step = reader.next();
    // JSON itself keeps C0 controls out of its strings.
    const bool kept = step.accepted || step.code_point.value < ' ';
    kept ? out.append(step.bytes) : out.append(escaped_in_json(step.code_point.value));
  }
  return out;
}

}  // namespace parley
