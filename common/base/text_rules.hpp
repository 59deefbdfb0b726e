#pragma once
#include <cstddef>
#include <string>
#include <string_view>

/// Code points that act on the text around them or cannot be seen, in one table, and one rule for each kind
/// of text. Message texts and attributes have none: they are kept as they came, and whoever shows them
/// escapes.
namespace parley {

enum class TextKind {
  /// What is compared and looked up: identities, unique names, endpoint ids. Nothing invisible: two of them
  /// must not look the same. Joiners may stand where a script or an emoji sequence needs them.
  identifier,
  /// What is shown on one line: friendly names, subjects, file names. Joiners, variation selectors and the
  /// direction marks of right-to-left scripts may stand anywhere.
  line,
  /// As `line`, of several lines: line feeds and tabs may stand, too.
  text,
};

/// True if the text is UTF-8 without a code point that its kind refuses.
bool is_clean(std::string_view text, TextKind kind);

/// Without what its kind refuses, bytes that are not UTF-8 included.
std::string without_hazards(std::string_view text, TextKind kind);

/// For a terminal: what its kind refuses, and what is not UTF-8, byte for byte as \xNN. Cut after
/// `most_bytes`, with "..." there.
std::string escape_hazards(std::string_view text, TextKind kind, std::size_t most_bytes = std::string::npos);

/// For a terminal: JSON text, in whose strings what TextKind::line refuses becomes \u escapes. The value is
/// the same.
std::string escape_hazards_in_json(std::string_view json);

/// What TextKind::identifier and TextKind::line expect, for error messages.
inline constexpr std::string_view kCleanIdentifier = "no control, direction or invisible characters";
inline constexpr std::string_view kCleanLine = "no control or direction characters";

}  // namespace parley
