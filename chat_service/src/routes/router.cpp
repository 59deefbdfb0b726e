#include "chat_service/src/routes/router.hpp"

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

bool fits(const std::vector<std::string_view>& pattern, const std::vector<std::string>& path,
          const std::string& service_sid) {
  if (pattern.size() != path.size()) return false;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (pattern[i] == kArgument && !path[i].empty()) continue;
    if (path[i] != (pattern[i] == kService ? std::string_view(service_sid) : pattern[i])) return false;
  }
  return true;
}

/// What stands in the path for the pattern's arguments.
std::vector<std::string> take_args(const std::vector<std::string_view>& pattern,
                                   std::vector<std::string>& path) {
  std::vector<std::string> args;
  for (std::size_t i = 0; i < path.size(); ++i)
    if (pattern[i] == kArgument) args.push_back(std::move(path[i]));
  return args;
}

// What is stored stands in a row, in what clients are shown, and for a while in the log, in pages of 4 KiB.
constexpr std::uint64_t kCopies = 4;
constexpr std::uint64_t kAround = 8 * 1024;

Result<void> take_room(Scope& scope, const http::Request& request) {
  const auto taken = scope.space.take(kAround + kCopies * request.body.size());
  if (taken) return {};
  return taken.error().http_status == 507 ? errors::no_room() : errors::internal();
}

}  // namespace

void Router::add(std::span<const Route> routes) {
  for (const Route& route : routes) entries_.push_back({route, split(route.pattern)});
}

Result<Answer> Router::handle(Scope& scope, const http::Request& request, const RunWithin& within) const {
  std::vector<std::string> path;
  for (const std::string_view segment : split(request.path)) {
    auto decoded = percent_decode(segment);
    if (!decoded) return errors::bad_request("path: not percent-encoded");
    path.push_back(std::move(*decoded));
  }
  bool known_path = false;
  for (const Entry& entry : entries_) {
    if (!fits(entry.segments, path, scope.service_sid())) continue;
    known_path = true;
    scope.route = entry.route.pattern;
    if (entry.route.method != request.method) continue;
    if (entry.route.stores == Stores::something)
      if (const auto room = take_room(scope, request); !room) return room.error();
    return entry.route.handler(scope, Call{request, take_args(entry.segments, path), within});
  }
  return known_path ? errors::method_not_allowed() : errors::no_such_route(request.path);
}

}  // namespace parley::chat_service
