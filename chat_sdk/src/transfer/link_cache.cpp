#include "chat_sdk/src/transfer/link_cache.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "common/base/trim.hpp"

namespace parley::detail {
namespace {

constexpr std::size_t kMaxLinks = 1000;
/// A link that is given out is good for this long at least, or for half of its life.
constexpr Duration kMargin = std::chrono::seconds(60);
constexpr Duration kMaxLife = std::chrono::hours(24);

std::optional<std::int64_t> to_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 0) return std::nullopt;
  return number;
}

std::optional<unsigned> month_of(std::string_view name) {
  constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto at = std::find(kMonths.begin(), kMonths.end(), name);
  if (at == kMonths.end()) return std::nullopt;
  return static_cast<unsigned>(at - kMonths.begin()) + 1;
}

/// Of "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 5.6.7), since 1970. Other forms are not written any more.
std::optional<std::int64_t> seconds_of_date(std::string_view text) {
  if (text.size() != 29 || !text.ends_with(" GMT")) return std::nullopt;
  const auto day = to_number(text.substr(5, 2)), year = to_number(text.substr(12, 4));
  const auto hour = to_number(text.substr(17, 2)), minute = to_number(text.substr(20, 2));
  const auto second = to_number(text.substr(23, 2));
  const auto month = month_of(text.substr(8, 3));
  if (!day || !year || !hour || !minute || !second || !month) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)),
                                         std::chrono::month(*month),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  const std::chrono::seconds midnight = std::chrono::sys_days(date).time_since_epoch();
  return midnight.count() + *hour * 3600 + *minute * 60 + *second;
}

std::optional<std::int64_t> number_in(const http::Fields& query, std::string_view name) {
  const auto value = http::find_param(query, name);
  return value ? to_number(*value) : std::nullopt;
}

/// Far from what a number of seconds overflows.
Duration bounded(std::int64_t seconds) {
  const std::int64_t most = std::chrono::duration_cast<std::chrono::seconds>(kMaxLife).count();
  return std::chrono::seconds(std::clamp<std::int64_t>(seconds, 0, most));
}

}  // namespace

std::optional<Duration> life_of_link(const std::string& url, const http::Fields& headers) {
  const auto start = url.find('?');
  if (start == std::string::npos) return std::nullopt;
  const auto query = http::parse_query(std::string_view(url).substr(start + 1));
  if (const auto seconds = number_in(query, "X-Amz-Expires")) return bounded(*seconds);
  const auto expires = number_in(query, "Expires");
  const auto date = http::find_header(headers, "Date");
  const auto now = date ? seconds_of_date(trim_blanks(*date)) : std::nullopt;
  if (!expires || !now) return std::nullopt;
  return bounded(*expires - *now);
}

std::optional<MediaLink> LinkCache::find(const std::string& sid, TimePoint now) {
  const auto at = links_.find(sid);
  if (at == links_.end()) return std::nullopt;
  if (at->second.until > now) return at->second.link;
  links_.erase(at);
  return std::nullopt;
}

// The one that expires first is the least useful: it makes room.
void LinkCache::put(const std::string& sid, MediaLink link, Duration life, TimePoint now) {
  const Duration kept = life - std::min(kMargin, life / 2);
  if (kept < std::chrono::seconds(1)) return forget(sid);
  links_.insert_or_assign(sid, Entry{std::move(link), now + kept});
  if (links_.size() <= kMaxLinks) return;
  links_.erase(std::min_element(links_.begin(), links_.end(), [](const auto& a, const auto& b) {
    return a.second.until < b.second.until;
  }));
}

}  // namespace parley::detail
