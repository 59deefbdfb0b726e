#include "common/base/iso8601.hpp"

#include <charconv>
#include <cstdio>
#include <string>

namespace parley {
namespace {

using namespace std::chrono;

bool read_number(std::string_view text, std::size_t at, std::size_t length, int& out) {
  if (text.size() < at + length) return false;
  const char* first = text.data() + at;
  const auto [end, error] = std::from_chars(first, first + length, out);
  return error == std::errc{} && end == first + length && out >= 0;
}

bool read_separators(std::string_view text) {
  return text.size() >= 20 && text[4] == '-' && text[7] == '-' && text[10] == 'T' && text[13] == ':' &&
         text[16] == ':' && text.back() == 'Z';
}

// "" or "." and 1 to 9 digits, of which three count.
bool read_fraction(std::string_view text, int& milliseconds_out) {
  if (text.empty()) return true;
  const auto digits = text.substr(1);
  const bool good = text[0] == '.' && !digits.empty() && digits.size() <= 9 &&
                    digits.find_first_not_of("0123456789") == std::string_view::npos;
  if (!good) return false;
  const std::string padded = std::string(digits.substr(0, 3)) + "00";
  return read_number(padded, 0, 3, milliseconds_out);
}

Error bad_date() { return {.code = Errc::protocol_error, .message = "not an ISO 8601 date"}; }

}  // namespace

std::string format_iso8601(WallTime time) {
  const auto day = floor<days>(time);
  const year_month_day date{day};
  const hh_mm_ss clock{floor<milliseconds>(time - day)};
  char text[40];
  std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
  return text;
}

Result<WallTime> parse_iso8601(std::string_view text) {
  int y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0, ms = 0;
  const bool whole = read_separators(text) && read_number(text, 0, 4, y) && read_number(text, 5, 2, mo) &&
                     read_number(text, 8, 2, d) && read_number(text, 11, 2, h) &&
                     read_number(text, 14, 2, mi) && read_number(text, 17, 2, s);
  if (!whole) return bad_date();
  if (!read_fraction(text.substr(19, text.size() - 20), ms)) return bad_date();
  const year_month_day date{year{y}, month{static_cast<unsigned>(mo)}, day{static_cast<unsigned>(d)}};
  if (!date.ok() || h > 23 || mi > 59 || s > 60) return bad_date();
  return WallTime{sys_days{date} + hours{h} + minutes{mi} + seconds{s} + milliseconds{ms}};
}

}  // namespace parley
