#include "common/base/http_date.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace parley::http {
namespace {

constexpr std::size_t kMaxCharacters = 40;
constexpr std::size_t kMaxWords = 6;

struct Words {
  std::array<std::string_view, kMaxWords> at{};
  std::size_t count = 0;
};

std::optional<Words> split(std::string_view text) {
  Words words;
  while (!text.empty()) {
    const auto end = std::min(text.find_first_of(" ,-"), text.size());
    if (end > 0) {
      if (words.count == kMaxWords) return std::nullopt;
      words.at[words.count++] = text.substr(0, end);
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

std::optional<int> number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size() || value < 0)
    return std::nullopt;
  return value;
}

std::optional<unsigned> month(std::string_view name) {
  constexpr std::string_view kNames = "JanFebMarAprMayJunJulAugSepOctNovDec";
  const auto at = kNames.find(name);
  if (name.size() != 3 || at == kNames.npos || at % 3 != 0) return std::nullopt;
  return static_cast<unsigned>(at / 3 + 1);
}

std::optional<int> year(std::string_view text) {
  const auto value = number(text);
  if (!value || text.size() == 4) return value;
  if (text.size() != 2) return std::nullopt;
  return *value < 70 ? 2000 + *value : 1900 + *value;
}

/// "08:49:37"; a leap second counts as the one before it.
std::optional<std::chrono::seconds> time_of_day(std::string_view text) {
  if (text.size() != 8 || text[2] != ':' || text[5] != ':') return std::nullopt;
  const auto hour = number(text.substr(0, 2)), minute = number(text.substr(3, 2)),
             second = number(text.substr(6));
  if (!hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  return std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
         std::chrono::seconds(std::min(*second, 59));
}

std::optional<WallTime> to_time(std::string_view day_text, std::string_view month_text,
                                std::string_view year_text, std::string_view time_text) {
  const auto d = number(day_text);
  const auto m = month(month_text);
  const auto y = year(year_text);
  const auto time = time_of_day(time_text);
  if (!d || !m || !y || !time) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*y), std::chrono::month(*m),
                                         std::chrono::day(static_cast<unsigned>(*d))};
  if (!date.ok()) return std::nullopt;
  return WallTime(std::chrono::sys_days(date)) + *time;
}

}  // namespace

std::optional<WallTime> parse_http_date(std::string_view text) {
  if (text.size() > kMaxCharacters) return std::nullopt;
  const auto words = split(text);
  if (!words) return std::nullopt;
  const auto& at = words->at;
  if (words->count == 5) return to_time(at[2], at[1], at[4], at[3]);  // asctime: Sun Nov  6 08:49:37 1994
  if (words->count == 6 && at[5] == "GMT") return to_time(at[1], at[2], at[3], at[4]);
  return std::nullopt;
}

}  // namespace parley::http
