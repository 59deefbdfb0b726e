#pragma once
#include <string_view>

/// For the preprocessor: `#if PARLEY_VERSION >= PARLEY_MAKE_VERSION(0, 2, 0)`.
#define PARLEY_VERSION_MAJOR 0
#define PARLEY_VERSION_MINOR 1
#define PARLEY_VERSION_PATCH 0
#define PARLEY_MAKE_VERSION(major, minor, patch) ((major)*1000000 + (minor)*1000 + (patch))
#define PARLEY_VERSION PARLEY_MAKE_VERSION(PARLEY_VERSION_MAJOR, PARLEY_VERSION_MINOR, PARLEY_VERSION_PATCH)
#define PARLEY_TEXT_OF(number) #number
#define PARLEY_JOIN_VERSION(major, minor, patch) \
  PARLEY_TEXT_OF(major) "." PARLEY_TEXT_OF(minor) "." PARLEY_TEXT_OF(patch)
#define PARLEY_VERSION_STRING \
  PARLEY_JOIN_VERSION(PARLEY_VERSION_MAJOR, PARLEY_VERSION_MINOR, PARLEY_VERSION_PATCH)

namespace parley {

/// Of the headers.
inline constexpr std::string_view kVersion = PARLEY_VERSION_STRING;

}  // namespace parley
