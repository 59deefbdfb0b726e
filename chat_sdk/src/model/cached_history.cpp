#include "chat_sdk/src/model/cached_history.hpp"

#include <algorithm>
#include <utility>

#include "chat_sdk/src/model/translation.hpp"

namespace parley::detail {

// Without a connection the newest message that is known counts as the newest.
std::optional<CachedHistory::Part> CachedHistory::find(const ChannelRecord& record,
                                                       const GetMessages& query) const {
  const auto& history = record.history();
  const IndexRanges& ranges = ready_ ? history.current() : history.known();
  const auto newest = ready_ ? record.state().last_message_index : ranges.highest();
  if (!newest) return std::nullopt;
  const bool backwards = query.direction == Direction::backwards;
  auto from = first_index(query).value_or(backwards ? *newest : 0);
  if (backwards) from = std::min(from, *newest);
  const auto known = ranges.around(from);
  if (!known) return std::nullopt;
  return Part{.known = *known,
              .within = backwards ? IndexRange{known->first, from} : IndexRange{from, known->last},
              .newest = *newest,
              .edition = history.edition(),
              .current = ready_};
}

void CachedHistory::read(const std::string& channel_sid, GetMessages query,
                         std::function<void(std::optional<MessagePage>)> done) {
  const auto record = registry_.by_sid(channel_sid);
  const auto part = record && writer_.is_enabled() ? find(*record, query) : std::nullopt;
  if (!part) return done(std::nullopt);
  writer_.flush(channel_sid);
  cache_.read({channel_sid, part->within, query.page_size, query.direction == Direction::backwards},
              [this, channel_sid, query, part = *part, done = std::move(done)](Result<CachedMessages> found) {
                const bool good = found && found->complete && is_unchanged(channel_sid, query, part);
                done(good ? to_page(part, query, std::move(*found)) : std::nullopt);
              });
}

// What was read must not be older than what was told meanwhile.
bool CachedHistory::is_unchanged(const std::string& channel_sid, const GetMessages& query,
                                 const Part& part) const {
  const auto record = registry_.by_sid(channel_sid);
  const auto now = record && writer_.is_written(channel_sid) ? find(*record, query) : std::nullopt;
  return now && now->edition == part.edition && now->newest == part.newest && now->current == part.current;
}

std::optional<MessagePage> CachedHistory::to_page(const Part& part, const GetMessages& query,
                                                  CachedMessages found) const {
  const bool backwards = query.direction == Direction::backwards;
  const bool to_the_end = backwards ? part.within.first == 0 : part.within.last >= part.newest;
  const bool whole = found.messages.size() == query.page_size || to_the_end;
  if (part.current ? !whole : found.messages.empty()) return std::nullopt;
  const bool has_older = (backwards ? found.more : found.before) || part.known.first > 0;
  const bool has_newer = (backwards ? found.before : found.more) || part.known.last < part.newest;
  auto page = to_message_page(std::move(found.messages), has_older, has_newer, query);
  page.current = part.current;
  return page;
}

}  // namespace parley::detail
