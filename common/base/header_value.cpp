#include "common/base/header_value.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "common/base/http_date.hpp"
#include "common/base/trim.hpp"

namespace parley::http {
namespace {

Error malformed(std::string message) {
  return {.code = Errc::invalid_argument, .message = std::move(message), .http_status = 400};
}

std::string_view take_until(std::string_view& text, std::string_view ends) {
  const auto end = std::min(text.find_first_of(ends), text.size());
  const auto taken = text.substr(0, end);
  text.remove_prefix(end);
  return taken;
}

/// Behind the opening quote up to and with the closing one; nothing if there is none.
std::optional<std::string> take_quoted(std::string_view& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size() && text[i + 1] == '"') {
      out += text[++i];
      continue;
    }
    if (text[i] == '"') {
      text.remove_prefix(i + 1);
      return out;
    }
    out += text[i];
  }
  return std::nullopt;
}

Result<std::string> take_value(std::string_view& text) {
  if (text.empty() || text.front() != '"') return std::string(trim_blanks(take_until(text, ";")));
  text.remove_prefix(1);
  auto quoted = take_quoted(text);
  if (!quoted) return malformed("expected a closing quote");
  if (!trim_blanks(take_until(text, ";")).empty()) return malformed("expected ';' behind a quoted value");
  return std::move(*quoted);
}

}  // namespace

std::optional<std::chrono::milliseconds> retry_after(const Fields& headers, std::optional<WallTime> now) {
  constexpr std::chrono::seconds kDay = std::chrono::hours(24);
  const auto text = find_header(headers, "Retry-After");
  if (!text) return std::nullopt;
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), seconds);
  if (error == std::errc() && end == text->data() + text->size() && seconds >= 0)
    return std::chrono::seconds(std::min<std::int64_t>(seconds, kDay.count()));
  const auto until = parse_http_date(*text);
  if (const auto sent = parse_http_date(find_header(headers, "Date").value_or(""))) now = sent;
  if (!until || !now) return std::nullopt;
  return std::clamp(std::chrono::ceil<std::chrono::seconds>(*until - *now), std::chrono::seconds(0), kDay);
}

std::string to_lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

Result<HeaderValue> parse_header_value(std::string_view text) {
  HeaderValue parsed{.value = to_lower(trim_blanks(take_until(text, ";")))};
  while (!text.empty()) {
    text.remove_prefix(1);  // the semicolon
    std::string name = to_lower(trim_blanks(take_until(text, "=;")));
    if (name.empty() && (text.empty() || text.front() == ';')) continue;
    if (name.empty() || text.empty() || text.front() != '=') return malformed("expected name=value");
    text.remove_prefix(1);
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    auto value = take_value(text);
    if (!value) return value.error();
    parsed.params.emplace_back(std::move(name), std::move(*value));
  }
  return parsed;
}

}  // namespace parley::http
