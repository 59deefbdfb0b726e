#pragma once
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "chat_service/src/connections/deadlines.hpp"
#include "chat_service/src/tenants.hpp"

namespace parley::chat_service {

/// Of which users it has to be written whether they are here. A commit that fails loses nothing of it.
class Presence {
 public:
  /// Nobody is told yet that this user's last connection ended: it may come back until then.
  void await(const UserKey& user, TimePoint until) { absent_.set(user, until); }
  void is_back(const UserKey& user) { absent_.set(user, std::nullopt); }
  /// Those who did not come back.
  std::vector<UserKey> gone(TimePoint now) { return absent_.due(now); }
  std::optional<TimePoint> first() const { return absent_.first(); }

  /// It is being written for this user, in the transaction that is open.
  void writing(const UserKey& user) { writing_.insert(user); }
  void ended(bool committed) {
    if (!committed) lost_.merge(writing_);
    writing_.clear();
  }
  /// Those for whom it was written in vain, to be written anew.
  std::set<UserKey> take_lost() { return std::exchange(lost_, {}); }

 private:
  Deadlines<UserKey> absent_;
  std::set<UserKey> writing_, lost_;
};

}  // namespace parley::chat_service
