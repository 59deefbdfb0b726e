#include "chat_sdk/src/connection/log_line.hpp"

#include <algorithm>
#include <chrono>

namespace parley::detail {
namespace {

constexpr std::string_view kPlain = "-._/:*+";  // beside letters and digits
constexpr std::string_view kBeforeThrownText = " threw: ";
constexpr std::string_view kEndsQuery = " \t\r\n\"'<>)],";

bool is_plain(char c) {
  const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  return is_letter || (c >= '0' && c <= '9') || kPlain.find(c) != std::string_view::npos;
}

// A question mark that ends a sentence stays one.
std::string without_queries(std::string_view text) {
  std::string kept;
  while (!text.empty()) {
    const auto mark = std::min(text.find('?'), text.size());
    kept += text.substr(0, mark);
    text.remove_prefix(mark);
    if (text.empty()) break;
    kept += '?';
    text.remove_prefix(std::min(text.find_first_of(kEndsQuery), text.size()));
  }
  return kept;
}

std::string in_quotes(std::string_view text) {
  std::string value = "\"";
  for (const char c : text) {
    const bool is_control = static_cast<unsigned char>(c) < ' ' || c == '\x7f';
    if (c == '"' || c == '\\') value += '\\';
    value += is_control ? ' ' : c;
  }
  return value + '"';
}

}  // namespace

LogLine::LogLine(std::string_view event) : text_("event=" + std::string(event)) {}

LogLine& LogLine::add(std::string_view key, std::string_view value) {
  const std::string shown = without_queries(value);
  const bool plain = !shown.empty() && std::all_of(shown.begin(), shown.end(), is_plain);
  text_.append(" ").append(key).append("=").append(plain ? shown : in_quotes(shown));
  return *this;
}

LogLine& LogLine::add(std::string_view key, std::uint64_t value) { return add(key, std::to_string(value)); }

LogLine& LogLine::add(std::string_view key, Duration value) {
  const auto millis = std::chrono::duration_cast<std::chrono::milliseconds>(value).count();
  return add(key, std::to_string(millis));
}

LogLine& LogLine::add_code(const Error& error) {
  add("code", to_string(error.code));
  if (error.http_status != 0) add("status", std::to_string(error.http_status));
  if (error.server_code != 0) add("server_code", std::to_string(error.server_code));
  return *this;
}

// What a function of the user's threw may hold anything, so the message is cut before it.
LogLine& LogLine::add(const Error& error) {
  const std::string_view message = error.message;
  const auto thrown = message.find(kBeforeThrownText);
  const auto length = thrown == message.npos ? message.npos : thrown + kBeforeThrownText.find(':');
  return add_code(error).add("message", message.substr(0, length));
}

}  // namespace parley::detail
