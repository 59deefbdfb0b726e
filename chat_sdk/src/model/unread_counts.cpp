#include "chat_sdk/src/model/unread_counts.hpp"

#include "chat_sdk/src/model/asked_page.hpp"
#include "chat_sdk/src/model/send_outcome.hpp"
#include "chat_sdk/src/model/translation.hpp"
#include "common/base/limits.hpp"

namespace parley::detail {

UnreadCounts::UnreadCounts(const ServiceAccess& service, ChannelSubscriptions& subscriptions,
                           ChannelRegistry& registry)
    : context_(service.context),
      timers_(service.timers),
      rest_(service.rest),
      urls_(service.urls),
      subscriptions_(subscriptions),
      registry_(registry) {}

// An answer may come after this user has left the channel: nothing more is told of it then.
bool UnreadCounts::is_member(const RecordPtr& record) const {
  return registry_.by_sid(record->state().sid) == record;
}

void UnreadCounts::apply(const RecordPtr& record, const conversations::Conversation& own_state) {
  record->set_own_state(own_state, subscriptions_.live(*record));
  settle(record);
}

// While the list of messages is not live, the next count would be blind, too: it is asked for when it is.
void UnreadCounts::check(const RecordPtr& record) {
  if (!record->is_loaded()) return;
  const bool recounts = record->unread().wants_recount() && subscriptions_.live(*record);
  recounts ? recount(record) : settle(record);
}

void UnreadCounts::recount(const RecordPtr& record) {
  const std::string& sid = record->state().sid;
  record->doubt_count();  // so that it is asked for again, should nobody answer
  begin(recounts_, sid, &UnreadCounts::ask_count);
}

void UnreadCounts::begin(Askings& askings, const std::string& sid, Ask ask) {
  const auto [at, fresh] = askings.try_emplace(sid);
  fresh ? (this->*ask)(sid) : static_cast<void>(at->second.again = true);
}

void UnreadCounts::ask_later(Askings& askings, const std::string& sid, Ask ask) {
  const Duration rest = askings.at(sid).backoff.after_failure(context_.random.uniform());
  timers_.after(rest, [this, &askings, sid, ask](const Result<void>& time) {
    time ? (this->*ask)(sid) : static_cast<void>(askings.erase(sid));
  });
}

void UnreadCounts::ask_count(const std::string& sid) {
  const auto record = registry_.by_sid(sid);
  if (!record || !recounts_.contains(sid)) return void(recounts_.erase(sid));
  RestRequest request{.method = "GET", .url = urls_.my_conversation(sid), .background = true};
  rest_.send(std::move(request), [this, record](Result<http::Response> reply) { on_answer(record, reply); });
}

void UnreadCounts::on_answer(const RecordPtr& record, const Result<http::Response>& reply) {
  const std::string sid = record->state().sid;
  const auto at = recounts_.find(sid);
  if (at == recounts_.end()) return;
  if (!is_member(record)) return ask_count(sid);  // of who has joined again meanwhile, if anybody has
  const auto own_state = decoded(reply, conversations::decode_conversation);
  if (own_state) apply(record, *own_state);
  const bool retry = !own_state && outcome_of(own_state.error()) != SendOutcome::refused;
  if (!retry && !at->second.again) return void(recounts_.erase(at));
  at->second.again = false;
  retry ? ask_later(recounts_, sid, &UnreadCounts::ask_count) : ask_count(sid);
}

void UnreadCounts::settle(const RecordPtr& record) {
  if (!record->is_loaded() || !record->unread().unsettled_from()) return;
  begin(settling_, record->state().sid, &UnreadCounts::read_unsettled);
}

void UnreadCounts::read_unsettled(const std::string& sid) {
  const auto record = registry_.by_sid(sid);
  const auto from = record ? record->unread().unsettled_from() : std::nullopt;
  if (!from || !settling_.contains(sid)) return void(settling_.erase(sid));
  const AskedPage asked(
      *record,
      {.page_size = limits::kPageSize, .anchor = Anchor::at(*from), .direction = Direction::forwards});
  RestRequest request{.method = "GET", .url = record->messages_items_url, .params = *page_query(asked.query)};
  request.background = true;
  rest_.send(std::move(request),
             [this, record, asked](const Result<http::Response>& reply) { on_page(record, asked, reply); });
}

// More is read as long as that brings something new.
void UnreadCounts::on_page(const RecordPtr& record, const AskedPage& asked,
                           const Result<http::Response>& reply) {
  const std::string sid = record->state().sid;
  const auto at = settling_.find(sid);
  if (at == settling_.end()) return;
  if (!is_member(record)) return read_unsettled(sid);
  const auto page = decoded(reply, conversations::decode_sync_page);
  if (!page && outcome_of(page.error()) == SendOutcome::refused) return void(settling_.erase(at));
  if (!page || record->history().edition() != asked.edition)
    return ask_later(settling_, sid, &UnreadCounts::read_unsettled);
  const bool again = at->second.again;
  const auto before = record->unread().unsettled_from();
  settling_.erase(at);
  learn(*record, asked, *page);
  if (again || record->unread().unsettled_from() != before) settle(record);
}

}  // namespace parley::detail
