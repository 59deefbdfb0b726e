#include "token_server/oidc/jwks_answer.hpp"

#include <algorithm>
#include <charconv>

#include "common/base/trim.hpp"

namespace parley::token_server {
namespace {

using std::chrono::seconds;

constexpr std::int64_t kMostSeconds = 10LL * 365 * 86400;

std::optional<seconds> parse_seconds(std::string_view digits) {
  std::int64_t value = 0;
  const auto* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, value);
  if (error == std::errc::result_out_of_range && stop == end) return seconds(kMostSeconds);
  if (error != std::errc() || stop != end || value < 0) return std::nullopt;
  return seconds(std::min(value, kMostSeconds));
}

std::optional<seconds> read_directive(std::string_view directive) {
  const auto equals = directive.find('=');
  const auto name = trim_blanks(directive.substr(0, equals));
  if (http::equal_ignoring_case(name, "no-store") || http::equal_ignoring_case(name, "no-cache"))
    return seconds(0);
  if (equals == directive.npos || !http::equal_ignoring_case(name, "max-age")) return std::nullopt;
  return parse_seconds(trim_blanks(directive.substr(equals + 1)));
}

void keep_shortest(std::optional<seconds>& shortest, std::optional<seconds> other) {
  if (other && (!shortest || *other < *shortest)) shortest = other;
}

}  // namespace

std::optional<seconds> max_age_of(const http::Fields& headers) {
  std::optional<seconds> shortest;
  for (const auto& [name, value] : headers) {
    if (!http::equal_ignoring_case(name, "Cache-Control")) continue;
    std::string_view rest = value;
    while (!rest.empty()) {
      const auto comma = std::min(rest.find(','), rest.size());
      keep_shortest(shortest, read_directive(rest.substr(0, comma)));
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
  }
  return shortest;
}

Result<FetchedKeys> read_jwks_answer(const http::Response& response) {
  if (response.status != 200)
    return Error{.code = Errc::server_error,
                 .message = "JWKS: expected status 200, got " + std::to_string(response.status),
                 .http_status = response.status};
  auto keys = JwkSet::parse(response.body);
  if (!keys) return keys.error();
  return FetchedKeys{std::move(*keys), max_age_of(response.headers)};
}

}  // namespace parley::token_server
