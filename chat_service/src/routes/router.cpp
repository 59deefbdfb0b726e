#include "chat_service/src/routes/router.hpp"

#include <optional>

#include "chat_service/src/errors.hpp"
#include "common/base/encoding.hpp"
#include "common/base/limits.hpp"

namespace parley::chat_service {
namespace {

constexpr std::string_view kArgument = "{}";
constexpr std::string_view kService = "{service}";

std::vector<std::string_view> split(std::string_view path) {
  std::vector<std::string_view> segments;
  if (!path.empty() && path.front() == '/') path.remove_prefix(1);
  while (segments.size() <= limits::kPathSegments) {
    const auto slash = path.find('/');
    segments.push_back(path.substr(0, slash));
    if (slash == std::string_view::npos) break;
    path.remove_prefix(slash + 1);
  }
  return segments;
}

/// The arguments if the path fits the pattern.
std::optional<std::vector<std::string>> match(const std::vector<std::string_view>& pattern,
                                              const std::vector<std::string>& path,
                                              const std::string& service_sid) {
  if (pattern.size() != path.size()) return std::nullopt;
  std::vector<std::string> args;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (pattern[i] == kArgument && !path[i].empty())
      args.push_back(path[i]);
    else if (path[i] != (pattern[i] == kService ? std::string_view(service_sid) : pattern[i]))
      return std::nullopt;
  }
  return args;
}

}  // namespace

void Router::add(std::span<const Route> routes) {
  for (const Route& route : routes) entries_.push_back({route, split(route.pattern)});
}

Result<Answer> Router::handle(Scope& scope, const http::Request& request) const {
  std::vector<std::string> path;
  for (const std::string_view segment : split(request.path)) {
    auto decoded = percent_decode(segment);
    if (!decoded) return errors::bad_request("path: not percent-encoded");
    path.push_back(std::move(*decoded));
  }
  bool known_path = false;
  for (const Entry& entry : entries_) {
    auto args = match(entry.segments, path, scope.service_sid());
    if (!args) continue;
    known_path = true;
    scope.route = entry.route.pattern;
    if (entry.route.method == request.method)
      return entry.route.handler(scope, Call{request, std::move(*args)});
  }
  return known_path ? errors::method_not_allowed() : errors::no_such_route(request.path);
}

}  // namespace parley::chat_service
