#include "chat_sdk/src/model/hole_healer.hpp"

#include "chat_sdk/src/model/translation.hpp"

namespace parley::detail {
namespace {

// The document may tell of a message before the list does, and a replay of its removed predecessor: both come
// at once, so that nearly every hole closes by itself.
constexpr Duration kGrace = std::chrono::milliseconds(500);
constexpr BackoffSettings kReadBackoff{std::chrono::seconds(1), std::chrono::seconds(60), 0.8, 1.2};

}  // namespace

void HoleHealer::look_at(const RecordPtr& record) {
  if (!record->is_loaded() || !record->hole()) return;
  const std::string& sid = record->state().sid;
  if (healing_.try_emplace(sid, kReadBackoff).second) wait(sid, kGrace);
}

void HoleHealer::wait(const std::string& sid, Duration time) {
  timers_.after(time, [this, sid](const Result<void>& passed) {
    passed ? read(sid) : static_cast<void>(healing_.erase(sid));
  });
}

void HoleHealer::read(const std::string& sid) {
  const auto record = registry_.by_sid(sid);
  const auto hole = record ? record->hole() : std::nullopt;
  if (!hole) return void(healing_.erase(sid));
  const GetMessages query{
      .page_size = 100, .anchor = Anchor::at(hole->first), .direction = Direction::forwards};
  rest_.get(record->messages_items_url, *page_query(query),
            [this, record, last = hole->last](Result<http::Response> reply) {
              on_page(record, last, std::move(reply));
            });
}

void HoleHealer::on_page(const RecordPtr& record, std::int64_t last, Result<http::Response> reply) {
  const std::string sid = record->state().sid;
  auto page =
      reply ? conversations::decode_sync_page(reply->body) : Result<conversations::SyncPage>(reply.error());
  if (!page) return wait(sid, healing_.at(sid).after_failure(context_.random.uniform()));
  auto found = to_messages(*page);
  const bool more = page->has_next && !found.empty() && found.back().index < last;
  const std::int64_t through = more ? found.back().index : last;
  const bool any = !found.empty();
  record->fill_hole(std::move(found), through);
  // The service counted them, and nobody knows when: only a new count is sure to be right.
  if (any && registry_.by_sid(sid) == record) unread_.recount(record);
  read(sid);
}

}  // namespace parley::detail
