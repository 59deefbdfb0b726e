#include "chat_service/src/sessions/session_lists.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "chat_service/src/limits.hpp"
#include "common/base/limits.hpp"

namespace parley::chat_service {
namespace {

constexpr Millis kUnusedMillis = 24 * 60 * 60 * 1000;
constexpr std::int64_t kContextEvent = 1;
constexpr std::size_t kFrameBytes = 1024;  // of a list or an answer, beside its data

std::size_t bytes_of(const sync::Event& event) { return event.data.size() + kFrameBytes; }

std::size_t bytes_of(const SessionList& list) { return bytes_of(list.context) + list.answer_bytes; }

}  // namespace

std::vector<sync::Event> SessionList::events_after(std::int64_t event_id) const {
  std::vector<sync::Event> events;
  if (event_id < context.id) events.push_back(context);
  for (const auto& answer : answers)
    if (answer.id > event_id) events.push_back(answer);
  return events;
}

SessionList& SessionLists::begin(Begin begin, std::vector<std::string>& gone) {
  expire(begin.now, gone);
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
  bytes_ += bytes_of(made);
  in_unit_.push_back(made.sid);
  shrink(gone);
  return made;
}

void SessionLists::expire(Millis now, std::vector<std::string>& gone) {
  for (std::size_t i = 0; i < limits::kSessionsExpired && !lists_.empty(); ++i) {
    if (now - lists_.front().last_use <= kUnusedMillis) return;
    remove(lists_.begin(), gone);
  }
}

// Never the last one: it is the one that was just begun.
void SessionLists::shrink(std::vector<std::string>& gone) {
  while (bytes_ > limits::kSessionBytes && lists_.size() > 1) remove(lists_.begin(), gone);
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
  bytes_ -= list.answer_bytes;
  list.answer_bytes += bytes_of(answer);
  list.answers.push_back(std::move(answer));
  while (list.answers.size() > limits::kSessionAnswers || list.answer_bytes > limits::kSessionAnswerBytes) {
    list.answer_bytes -= bytes_of(list.answers.front());
    list.answers.pop_front();
  }
  bytes_ += list.answer_bytes;
  in_unit_.push_back(list.sid);
}

std::vector<std::string> SessionLists::end_unit(bool committed) {
  std::vector<std::string> gone;
  for (const std::string& sid : std::exchange(in_unit_, {}))
    if (const auto list = by_sid_.find(sid); !committed && list != by_sid_.end()) remove(list->second, gone);
  return gone;
}

void SessionLists::remove(Lists::iterator list, std::vector<std::string>& gone) {
  const auto own = by_user_.find(list->user);
  std::erase(own->second, list->sid);
  if (own->second.empty()) by_user_.erase(own);
  gone.push_back(list->sid);
  bytes_ -= bytes_of(*list);
  by_sid_.erase(list->sid);
  lists_.erase(list);
}

}  // namespace parley::chat_service
