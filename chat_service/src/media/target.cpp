#include "chat_service/src/media/target.hpp"

#include <algorithm>

#include "chat_service/src/media/api.hpp"
#include "common/base/sid.hpp"

namespace parley::chat_service::media {
namespace {

constexpr std::string_view kServices = "/v1/Services/";

std::string_view take_segment(std::string_view& path) {
  const auto end = std::min(path.find('/'), path.size());
  const auto segment = path.substr(0, end);
  path.remove_prefix(std::min(end + 1, path.size()));
  return segment;
}

}  // namespace

bool Api::is_mine(std::string_view path) {
  if (!path.starts_with(kServices)) return false;
  path.remove_prefix(kServices.size());
  take_segment(path);
  const auto resource = take_segment(path);
  return resource == "Media" || resource == "MediaSet";
}

Target parse_target(std::string_view path) {
  if (!Api::is_mine(path)) return {};
  path.remove_prefix(kServices.size());
  Target target{.service_sid = std::string(take_segment(path))};
  using Kind = Target::Kind;
  if (take_segment(path) == "MediaSet") {
    target.kind = path.empty() ? Kind::set : Kind::none;
    return target;
  }
  target.sid = take_segment(path);
  const bool content = path == "Content";
  if (target.sid.empty() && path.empty())
    target.kind = Kind::all;
  else if (is_sid(target.sid, "ME") && (content || path.empty()))
    target.kind = content ? Kind::content : Kind::one;
  return target;
}

}  // namespace parley::chat_service::media
