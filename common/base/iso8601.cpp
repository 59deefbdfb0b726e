#include "common/base/iso8601.hpp"

#include <charconv>
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

void write_number(std::string& text, std::size_t at, std::size_t length, unsigned number) {
  for (auto i = at + length; i-- > at; number /= 10) text[i] = static_cast<char>('0' + number % 10);
}

// What a WallTime can hold, which counts nanoseconds.
constexpr int kFirstYear = 1678;
constexpr int kLastYear = 2261;

Error bad_date() { return {.code = Errc::protocol_error, .message = "not an ISO 8601 date"}; }

}  // namespace

// Digit by digit, because logs write a time in every line. A WallTime's year has four digits.
std::string format_iso8601(WallTime time) {
  const auto day = floor<days>(time);
  const year_month_day date{day};
  const hh_mm_ss clock{floor<milliseconds>(time - day)};
  std::string text = "0000-00-00T00:00:00.000Z";
  write_number(text, 0, 4, static_cast<unsigned>(static_cast<int>(date.year())));
  write_number(text, 5, 2, static_cast<unsigned>(date.month()));
  write_number(text, 8, 2, static_cast<unsigned>(date.day()));
  write_number(text, 11, 2, static_cast<unsigned>(clock.hours().count()));
  write_number(text, 14, 2, static_cast<unsigned>(clock.minutes().count()));
  write_number(text, 17, 2, static_cast<unsigned>(clock.seconds().count()));
  write_number(text, 20, 3, static_cast<unsigned>(clock.subseconds().count()));
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
  if (!date.ok() || y < kFirstYear || y > kLastYear || h > 23 || mi > 59 || s > 60) return bad_date();
  return WallTime{sys_days{date} + hours{h} + minutes{mi} + seconds{s} + milliseconds{ms}};
}

}  // namespace parley
