#pragma once
#include <cstdint>
#include <deque>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "chat_service/src/model.hpp"
#include "common/protocol/sync/event.hpp"

namespace parley::chat_service {

/// A list that an older client writes its commands to, and reads what became of them from.
struct SessionList {
  std::string sid{};
  std::string user{};  ///< whose it is: its UserKey
  Millis date_created = 0;
  sync::Event context{};  ///< begins the session: the first event
  std::int64_t last_event_id = 0;
  std::int64_t next_index = 0;
  std::deque<sync::Event> answers{};  ///< the newest, for a client that asks for them later
  std::size_t answer_bytes = 0;
  Millis last_use = 0;

  /// The context and the answers behind that position.
  std::vector<sync::Event> events_after(std::int64_t event_id) const;
};

/// The session lists of all users, in memory: a client whose list is gone makes a new one. Each user has a
/// few; whoever did not use one for a while loses it. What is begun and kept belongs to the transaction that
/// is open: if that fails, so do the lists that took part in it. All calls on one thread.
class SessionLists {
 public:
  struct Begin {
    std::string sid{};
    std::string user{};
    std::string context{};  ///< JSON object
    std::string date{};     ///< ISO 8601 of `now`
    Millis now = 0;
  };
  /// Adds one. The lists that make room for it are taken away, and their SIDs added to `gone`.
  SessionList& begin(Begin begin, std::vector<std::string>& gone);
  /// Null if there is none of that SID; whoever asks for it uses it.
  SessionList* find(std::string_view sid, Millis now);
  bool contains(std::string_view sid) const { return by_sid_.contains(std::string(sid)); }

  /// The index and the event that the next command has; the event of its answer is the one behind.
  struct Place {
    std::int64_t index = 0;
    std::int64_t event_id = 0;
  };
  static Place take_place(SessionList& list);
  void keep_answer(SessionList& list, sync::Event answer);
  /// Ends the transaction. The SIDs of the lists that are gone with it.
  std::vector<std::string> end_unit(bool committed);

 private:
  using Lists = std::list<SessionList>;  ///< the one that was used last is last

  void expire(Millis now, std::vector<std::string>& gone);
  void shrink(std::vector<std::string>& gone);
  void make_room(const std::string& user, std::vector<std::string>& gone);
  void remove(Lists::iterator list, std::vector<std::string>& gone);

  Lists lists_;
  std::unordered_map<std::string, Lists::iterator> by_sid_;
  std::unordered_map<std::string, std::vector<std::string>> by_user_;  ///< SIDs
  std::size_t bytes_ = 0;                                              ///< of all lists, about
  std::vector<std::string> in_unit_;                                   ///< begun or answered in it
};

}  // namespace parley::chat_service
