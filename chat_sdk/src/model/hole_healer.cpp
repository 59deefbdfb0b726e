#include "chat_sdk/src/model/hole_healer.hpp"

#include "chat_sdk/src/model/translation.hpp"
#include "common/base/limits.hpp"

namespace parley::detail {
namespace {

// The document may tell of a message before the list does, and a replay of its removed predecessor: both come
// at once, so that nearly every hole closes by itself.
constexpr Duration kGrace = std::chrono::milliseconds(500);

}  // namespace

void HoleHealer::check(const RecordPtr& record) {
  if (!record->is_loaded() || !record->hole()) return;
  const std::string& sid = record->state().sid;
  if (healing_.try_emplace(sid, Healing{Backoff(kReadBackoff)}).second) wait(sid, kGrace);
}

void HoleHealer::wait(const std::string& sid, Duration time) {
  timers_.after(time, [this, sid](const Result<void>& passed) {
    passed ? read(sid) : static_cast<void>(healing_.erase(sid));
  });
}

void HoleHealer::read(const std::string& sid) {
  const auto record = registry_.by_sid(sid);
  const auto hole = record ? record->hole() : std::nullopt;
  if (!hole || !healing_.contains(sid)) return void(healing_.erase(sid));
  const GetMessages query{
      .page_size = limits::kPageSize, .anchor = Anchor::at(hole->first), .direction = Direction::forwards};
  RestRequest request{.method = "GET", .url = record->messages_items_url, .params = *page_query(query)};
  request.background = true;
  rest_.send(std::move(request), [this, record, hole = *hole, edition = record->history().edition()](
                                     const Result<http::Response>& reply) {
    const bool overtaken = reply && record->history().edition() != edition;
    overtaken ? read(record->state().sid) : on_page(record, hole, reply);
  });
}

// An index that the page lacks need not be a message that was removed: the page may lag behind the document
// that named it. It is taken to be absent when a second page lacks it, too.
void HoleHealer::on_page(const RecordPtr& record, MessageFeed::Hole hole,
                         const Result<http::Response>& reply) {
  const std::string sid = record->state().sid;
  const auto at = healing_.find(sid);
  if (at == healing_.end()) return;
  Healing& healing = at->second;
  if (registry_.by_sid(sid) != record) return read(sid);  // this user has left the channel
  const auto page = decoded(reply, conversations::decode_sync_page);
  if (!page) return wait(sid, healing.backoff.after_failure(context_.random.uniform()));
  auto found = to_messages(*page);
  const std::int64_t newest = found.empty() ? hole.first - 1 : found.back().index;
  const bool complete = newest >= hole.last;
  const bool absent = !complete && !page->has_next && healing.lacking == hole.last;
  const bool lacks = !complete && !absent && !page->has_next;
  const std::int64_t through = complete || absent ? hole.last : newest;
  const bool progress = through >= hole.first;
  // The count may or may not include these messages, so the service is asked for a new one.
  if (progress && !found.empty()) unread_.recount(record);
  record->fill_hole(std::move(found), through);
  if (progress) healing.backoff.reset();
  healing.lacking = lacks ? std::optional(hole.last) : std::nullopt;
  if (!progress || lacks) return wait(sid, healing.backoff.after_failure(context_.random.uniform()));
  read(sid);
}

}  // namespace parley::detail
