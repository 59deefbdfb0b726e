#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// Texts that somebody else wrote, made fit for an Error.
namespace parley::detail {

inline constexpr std::size_t kForeignTextBytes = 500;

/// On one line, without control and direction characters, and cut after `most_bytes` at a character's end.
std::string one_line(std::string_view text, std::size_t most_bytes = kForeignTextBytes);

/// As one_line(), with "(token)" in the place of whatever looks like an access token: for texts that go to
/// logs.
std::string loggable_line(std::string_view text);

/// True if `text` has one of `secrets` in it, as it is or as JSON writes it. Those shorter than four
/// characters stand in any text by chance and are not looked for.
bool repeats_secret(std::string_view text, const std::vector<std::string>& secrets);

/// What the exception that is being handled says, as loggable_line(). Call it in a catch block.
std::string text_of_current_exception();

}  // namespace parley::detail
