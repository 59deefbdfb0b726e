#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

/// What the service has to do, without how: who may do what with which answer, and what everybody sees then.
namespace parley::properties {

struct Message {
  std::string sid;
  std::string author;
  std::string text;
};

struct Room {
  std::string sid;
  std::string creator;
  std::string friendly_name;
  bool is_public = false;
  bool deleted = false;
  /// By identity: up to which message each has read.
  std::map<std::string, std::optional<std::int64_t>> members;
  std::vector<std::optional<Message>> messages;  ///< nothing: was removed

  bool has_member(const std::string& who) const { return members.contains(who); }
  bool is_insider(const std::string& who) const { return who == creator || has_member(who); }
  bool is_visible_to(const std::string& who) const { return is_insider(who) || is_public; }
  std::optional<std::int64_t> last_message() const;
  /// Nothing: that member has read nothing yet.
  std::optional<std::int64_t> unread(const std::string& who) const;
};

/// Every method is a request of `who`: it returns the HTTP status that the service must answer with, and
/// changes the room if that is a success.
class Model {
 public:
  std::map<std::string, Room> rooms;                     ///< by SID
  std::set<std::pair<std::string, std::string>> blocks;  ///< who has blocked whom

  void create(const std::string& who, const std::string& sid, bool is_public);
  int add(const std::string& who, const std::string& sid, const std::string& whom);
  int block(const std::string& who, const std::string& whom);
  int unblock(const std::string& who, const std::string& whom);
  int remove(const std::string& who, const std::string& sid, const std::string& whom);
  int delete_room(const std::string& who, const std::string& sid);
  int rename(const std::string& who, const std::string& sid, const std::string& name);
  int send(const std::string& who, const std::string& sid, const std::string& text);
  int edit(const std::string& who, const std::string& sid, std::size_t index, const std::string& text);
  int remove_message(const std::string& who, const std::string& sid, std::size_t index);
  int read(const std::string& who, const std::string& sid, std::int64_t index);

 private:
  /// Of a request about one message; 200 if `who` may change it.
  int may_change(const std::string& who, const Room& room, std::size_t index) const;
};

}  // namespace parley::properties
