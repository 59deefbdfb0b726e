#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include <parley/error.hpp>
#include <parley/seams.hpp>

#include "common/base/http.hpp"

namespace parley::detail {

/// A temporary URL of a medium, and what it leads to.
struct MediaLink {
  std::string url;
  std::uint64_t bytes = 0;  ///< 0: not known
};

/// How long a link is good from the time of the answer that told of it: "Expires" of its query less the Date
/// of the answer, so that the clock of this machine does not count; or its "X-Amz-Expires". Nothing: it does
/// not say.
std::optional<Duration> life_of_link(const std::string& url, const http::Fields& headers);

/// Links by the SID of their medium, each until shortly before it expires; a thousand at most. No clock of
/// its own.
class LinkCache {
 public:
  std::optional<MediaLink> find(const std::string& sid, TimePoint now);
  /// Not kept if `life` is too short to be worth it.
  void put(const std::string& sid, MediaLink link, Duration life, TimePoint now);
  void forget(const std::string& sid) { links_.erase(sid); }
  std::size_t size() const { return links_.size(); }

 private:
  struct Entry {
    MediaLink link;
    TimePoint until;
  };
  std::map<std::string, Entry> links_;
};

}  // namespace parley::detail
