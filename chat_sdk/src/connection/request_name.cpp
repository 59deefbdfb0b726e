#include "chat_sdk/src/connection/request_name.hpp"

#include <algorithm>
#include <iterator>

#include "common/base/sid.hpp"

namespace parley::detail {
namespace {

// A name or a SID follows.
constexpr std::string_view kCollections[] = {"Services", "Users", "Conversations", "Participants",
                                             "Messages", "Media", "Documents",     "Maps",
                                             "Lists",    "Items", "Blocks"};
// Nothing of a user's follows.
constexpr std::string_view kWords[] = {"Client", "Configuration", "Subscriptions", "v1", "v2", "v3", "v4"};

template <std::size_t N>
bool is_one_of(std::string_view word, const std::string_view (&words)[N]) {
  return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

std::string_view path_of(std::string_view target) {
  target = target.substr(0, target.find_first_of("?#"));
  const auto scheme = target.find("://");
  if (scheme == std::string_view::npos) return target;
  target.remove_prefix(scheme + 3);
  return target.substr(std::min(target.find('/'), target.size()));
}

bool is_any_sid(std::string_view text) {
  const auto is_upper = [](char c) { return c >= 'A' && c <= 'Z'; };
  return text.size() > 2 && is_upper(text[0]) && is_upper(text[1]) && is_sid(text, text.substr(0, 2));
}

}  // namespace

std::string request_name(std::string_view target) {
  std::string name;
  std::string_view path = path_of(target);
  for (bool names_one = false; !path.empty();) {
    path.remove_prefix(path.front() == '/' ? 1 : 0);
    const auto segment = path.substr(0, path.find('/'));
    path.remove_prefix(segment.size());
    const bool is_collection = !names_one && is_one_of(segment, kCollections);
    const bool is_ours =
        segment.empty() || is_collection || is_any_sid(segment) || (!names_one && is_one_of(segment, kWords));
    name.append("/").append(is_ours ? segment : "*");
    names_one = is_collection;
  }
  return name;
}

}  // namespace parley::detail
