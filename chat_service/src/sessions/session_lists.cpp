#include "chat_service/src/sessions/session_lists.hpp"

#include <algorithm>
#include <iterator>

#include "common/base/limits.hpp"

namespace parley::chat_service {
namespace {

constexpr Millis kUnusedMillis = 24 * 60 * 60 * 1000;
constexpr std::int64_t kContextEvent = 1;

}  // namespace

std::vector<sync::Event> SessionList::events_after(std::int64_t event_id) const {
  std::vector<sync::Event> events;
  if (event_id < context.id) events.push_back(context);
  for (const auto& answer : answers)
    if (answer.id > event_id) events.push_back(answer);
  return events;
}

SessionList& SessionLists::begin(Begin begin, std::vector<std::string>& gone) {
  while (!lists_.empty() && begin.now - lists_.front().last_use > kUnusedMillis) remove(lists_.begin(), gone);
  make_room(begin.user, gone);
  SessionList list{.sid = std::move(begin.sid), .user = std::move(begin.user), .date_created = begin.now};
  list.context.type = sync::ObjectType::list;
  list.context.change = sync::Change::context_updated;
  list.context.id = kContextEvent;
  list.context.object_sid = list.sid;
  list.context.data = std::move(begin.context);
  list.context.date_created = std::move(begin.date);
  list.last_event_id = kContextEvent;
  list.last_use = begin.now;
  lists_.push_back(std::move(list));
  SessionList& made = lists_.back();
  by_sid_[made.sid] = std::prev(lists_.end());
  by_user_[made.user].push_back(made.sid);
  return made;
}

void SessionLists::make_room(const std::string& user, std::vector<std::string>& gone) {
  const auto own = by_user_.find(user);
  if (own == by_user_.end() || own->second.size() < limits::kSessionLists) return;
  const auto last_use = [&](const std::string& sid) { return by_sid_.at(sid)->last_use; };
  const auto least =
      std::min_element(own->second.begin(), own->second.end(),
                       [&](const auto& a, const auto& b) { return last_use(a) < last_use(b); });
  remove(by_sid_.at(*least), gone);
}

SessionList* SessionLists::find(std::string_view sid, Millis now) {
  const auto found = by_sid_.find(std::string(sid));
  if (found == by_sid_.end()) return nullptr;
  found->second->last_use = now;
  lists_.splice(lists_.end(), lists_, found->second);
  return &*found->second;
}

SessionLists::Place SessionLists::take_place(SessionList& list) {
  const Place place{list.next_index++, list.last_event_id + 1};
  list.last_event_id += 2;
  return place;
}

void SessionLists::keep_answer(SessionList& list, sync::Event answer) {
  list.answer_bytes += answer.data.size();
  list.answers.push_back(std::move(answer));
  while (list.answers.size() > limits::kSessionAnswers || list.answer_bytes > limits::kSessionAnswerBytes) {
    list.answer_bytes -= list.answers.front().data.size();
    list.answers.pop_front();
  }
}

void SessionLists::remove(Lists::iterator list, std::vector<std::string>& gone) {
  const auto own = by_user_.find(list->user);
  std::erase(own->second, list->sid);
  if (own->second.empty()) by_user_.erase(own);
  gone.push_back(list->sid);
  by_sid_.erase(list->sid);
  lists_.erase(list);
}

}  // namespace parley::chat_service
