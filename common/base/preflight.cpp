#include "common/base/preflight.hpp"

#include <algorithm>

#include "common/base/trim.hpp"

namespace parley::http {
namespace {

/// A token of RFC 9110 §5.6.2.
bool is_field_name(std::string_view name) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !name.empty() && name.size() <= kMaxPreflightHeaderBytes &&
         std::all_of(name.begin(), name.end(), [&](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  kMarks.find(c) != kMarks.npos;
         });
}

/// The next of a comma-separated list, which is shortened by it.
std::string_view take_name(std::string_view& list) {
  const auto comma = std::min(list.find(','), list.size());
  const auto name = trim_blanks(list.substr(0, comma));
  list.remove_prefix(std::min(comma + 1, list.size()));
  return name;
}

bool names(std::string_view list, std::string_view name) {
  while (!list.empty())
    if (equal_ignoring_case(take_name(list), name)) return true;
  return false;
}

}  // namespace

std::string allowed_request_headers(const Request& preflight, std::string_view usual) {
  std::string allowed(usual);
  auto asked = find_header(preflight.headers, "Access-Control-Request-Headers").value_or("");
  for (std::size_t i = 0; i < kMaxPreflightHeaders && !asked.empty(); ++i)
    if (const auto name = take_name(asked); is_field_name(name) && !names(usual, name))
      allowed.append(", ").append(name);
  return allowed;
}

}  // namespace parley::http
