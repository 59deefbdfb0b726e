#include "common/net/src/http_writer.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>

namespace parley::net {
namespace {

bool is_ours(std::string_view name) {
  for (std::string_view ours : {"Content-Length", "Content-Type", "Connection", "Transfer-Encoding", "Date"})
    if (name.size() == ours.size() && http::equal_ignoring_case(name, ours)) return true;
  return false;
}

bool may_have_body(int status) { return status >= 200 && status != 204 && status != 304; }

/// "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n", made once a second. Not strftime: names must not follow the
/// locale.
std::string_view date_field() {
  static constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  thread_local std::time_t made_for = -1;
  thread_local std::array<char, 64> text{};
  thread_local std::size_t size = 0;
  const auto now = std::time(nullptr);
  if (now != made_for) {
    std::tm parts{};
#ifdef _WIN32
    gmtime_s(&parts, &now);
#else
    gmtime_r(&now, &parts);
#endif
    std::snprintf(text.data(), text.size(), "Date: %s, %02d %s %d %02d:%02d:%02d GMT\r\n",
                  kDays[parts.tm_wday], parts.tm_mday, kMonths[parts.tm_mon], parts.tm_year + 1900,
                  parts.tm_hour, parts.tm_min, parts.tm_sec);
    size = std::string_view(text.data()).size();
    made_for = now;
  }
  return {text.data(), size};
}

void write_number(std::uint64_t number, std::string& out) {
  std::array<char, 24> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

bool ends_a_line(char c) { return c == '\r' || c == '\n' || c == '\0'; }

void write_status_line(int status, std::string& out) {
  out += "HTTP/1.1 ";
  write_number(static_cast<std::uint64_t>(status), out);
  out += ' ';
  out += http::reason_phrase(status);
  out += "\r\n";
}

void write_length(std::uint64_t length, std::string& out) {
  out += "Content-Length: ";
  write_number(length, out);
  out += "\r\n";
}

}  // namespace

void write_field(std::string_view name, std::string_view value, std::string& out) {
  out += name;
  out += ": ";
  const auto start = static_cast<std::ptrdiff_t>(out.size());
  out += value;
  if (std::any_of(value.begin(), value.end(), ends_a_line))
    std::replace_if(out.begin() + start, out.end(), ends_a_line, ' ');
  out += "\r\n";
}

bool sends_body(int status, const HttpWriteOptions& options) {
  return may_have_body(status) && !options.head_only;
}

void write_response(const http::Response& response, const HttpWriteOptions& options, std::string& out) {
  write_status_line(response.status, out);
  out += date_field();
  if (!options.keep_alive)
    out += "Connection: close\r\n";
  else if (options.http_1_0)
    out += "Connection: keep-alive\r\n";
  const bool body_allowed = may_have_body(response.status);
  const auto length = response.source ? response.source->size() : response.body.size();
  if (body_allowed && length != 0) write_field("Content-Type", response.content_type, out);
  if (body_allowed) write_length(length, out);
  for (const auto& [name, value] : response.headers)
    if (!is_ours(name)) write_field(name, value, out);
  out += "\r\n";
  if (body_allowed && !options.head_only && !response.source) out += response.body;
}

http::Response error_response(int status) {
  const int code = status == 400 ? 20001 : 20000 + status;
  http::Response response;
  response.status = status;
  response.body = "{\"status\":" + std::to_string(status) + ",\"code\":" + std::to_string(code) +
                  ",\"message\":\"" + std::string(http::reason_phrase(status)) + "\"}";
  return response;
}

}  // namespace parley::net
