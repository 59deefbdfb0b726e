#include "chat_sdk/src/model/cached_history.hpp"

#include <algorithm>
#include <utility>

#include "chat_sdk/src/model/translation.hpp"

namespace parley::detail {
namespace {

constexpr Duration kDiskTimeout = std::chrono::seconds(2);  // of a user who could ask the service

}  // namespace

// While there is a connection only what is kept up to date counts: the list of messages is followed, and what
// has left the window of the cache is not brought up to date there.
std::optional<CachedHistory::Part> CachedHistory::find(const ChannelRecord& record,
                                                       const GetMessages& query) const {
  if (ready_ && !subscriptions_.live(record)) return std::nullopt;
  const auto& history = record.history();
  const IndexRanges& ranges = ready_ ? history.current() : history.known();
  const auto last_message = record.state().last_message_index;
  const auto end = ready_ ? last_message : ranges.highest();
  if (!end) return std::nullopt;
  const bool backwards = query.direction == Direction::backwards;
  auto from = first_index(query).value_or(backwards ? *end : 0);
  if (backwards) from = std::min(from, *end);
  auto known = ranges.around(from);
  if (known && ready_) known->first = std::max(known->first, writer_.oldest_kept(record.state().sid));
  if (!known || from < known->first) return std::nullopt;
  return Part{.within = backwards ? IndexRange{known->first, from} : IndexRange{from, known->last},
              .newest = std::max(*end, last_message.value_or(-1)),
              .edition = history.edition(),
              .current = ready_};
}

void CachedHistory::read(const std::string& channel_sid, GetMessages query, DonePage done) {
  const auto record = registry_.by_sid(channel_sid);
  const auto part = record && writer_.is_enabled() ? find(*record, query) : std::nullopt;
  if (!part) return done(std::nullopt);
  // Whoever is first, the disk or the time, says what comes of it.
  const auto once = std::make_shared<DonePage>(std::move(done));
  const auto finish = [once](std::optional<MessagePage> page) {
    if (const auto first = std::exchange(*once, nullptr)) first(std::move(page));
  };
  if (part->current) timers_.after(kDiskTimeout, [finish](const Result<void>&) { finish(std::nullopt); });
  writer_.flush(channel_sid);
  cache_.read({channel_sid, part->within, query.page_size, query.direction == Direction::backwards},
              [this, channel_sid, query, part = *part, finish](Result<CachedMessages> found) {
                const bool good = found && found->complete && is_unchanged(channel_sid, query, part);
                finish(good ? to_page(part, query, std::move(*found)) : std::nullopt);
              });
}

// What was read must not be older than what was told meanwhile.
bool CachedHistory::is_unchanged(const std::string& channel_sid, const GetMessages& query,
                                 const Part& part) const {
  const auto record = registry_.by_sid(channel_sid);
  const auto now = record ? find(*record, query) : std::nullopt;
  if (!now || now->current != part.current) return false;
  return !part.current ||
         (now->edition == part.edition && now->newest == part.newest && writer_.is_written(channel_sid));
}

std::optional<MessagePage> CachedHistory::to_page(const Part& part, const GetMessages& query,
                                                  CachedMessages found) const {
  const bool backwards = query.direction == Direction::backwards;
  const bool to_the_end = backwards ? part.within.first == 0 : part.within.last >= part.newest;
  const bool whole = found.messages.size() == query.page_size || to_the_end;
  if (part.current ? !whole : found.messages.empty()) return std::nullopt;
  const bool has_older = part.within.first > 0 || (backwards && found.more);
  const bool has_newer = part.within.last < part.newest || (!backwards && found.more);
  auto page = to_message_page(std::move(found.messages), has_older, has_newer, query);
  page.current = part.current;
  return page;
}

}  // namespace parley::detail
