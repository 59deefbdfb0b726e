#include "chat_sdk/src/login/foreign_text.hpp"

#include <algorithm>
#include <exception>

#include "common/base/json.hpp"
#include "common/base/text_rules.hpp"

namespace parley::detail {
namespace {

constexpr std::size_t kMinSecretBytes = 4;
constexpr std::string_view kTokenStart = "eyJ";  // {" in base64url: the header of every JWT
constexpr std::size_t kMinTokenBytes = 20;
constexpr std::string_view kTokenCharacters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";

bool is_continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }

}  // namespace

std::string one_line(std::string_view text, std::size_t most_bytes) {
  // Cleaning never makes a text longer, so what lies far behind the cut need not be looked at.
  std::string line(text.substr(0, most_bytes * 4));
  std::replace_if(
      line.begin(), line.end(), [](char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
  line = without_hazards(line, TextKind::line);
  if (line.size() > most_bytes) {
    std::size_t end = most_bytes;
    while (end > 0 && is_continuation(line[end])) --end;
    line.resize(end);
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

std::string loggable_line(std::string_view text) {
  const std::string line = one_line(text, kForeignTextBytes * 4);
  std::string out;
  for (std::string_view rest = line; !rest.empty();) {
    const auto at = std::min(rest.find(kTokenStart), rest.size());
    out.append(rest.substr(0, at));
    rest.remove_prefix(at);
    const auto end = std::min(rest.find_first_not_of(kTokenCharacters), rest.size());
    out.append(end >= kMinTokenBytes ? "(token)" : rest.substr(0, end));
    rest.remove_prefix(end);
  }
  return one_line(out);
}

bool repeats_secret(std::string_view text, const std::vector<std::string>& secrets) {
  return std::any_of(secrets.begin(), secrets.end(), [text](const std::string& secret) {
    if (secret.size() < kMinSecretBytes) return false;
    if (text.find(secret) != text.npos) return true;
    const std::string quoted = json::quote(secret);
    return text.find(std::string_view(quoted).substr(1, quoted.size() - 2)) != text.npos;
  });
}

std::string text_of_current_exception() {
  try {
    throw;
  } catch (const std::exception& failure) {
    return loggable_line(failure.what());
  } catch (...) {
    return "an exception that is no std::exception";
  }
}

}  // namespace parley::detail
