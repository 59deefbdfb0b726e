#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/http.hpp"
#include "common/protocol/sync/event.hpp"

namespace parley::fuzz {

/// A small chat service, well-behaved and quick: what a client hears between the steps of an input, so that
/// these find it in a state worth breaking. The user is alice. She is a member of CH1, which has messages;
/// CH2, her 1x1 channel with bob, and CH3 (room3) she may join. The Sync objects of a channel are named after
/// it: DO1, RO1, ML1; MC is her map of conversations.
class Service {
 public:
  Service();

  struct Answer {
    int status = 200;
    std::string body;
  };
  Answer answer(const http::Request& request);

  struct Note {
    std::string type;
    std::string payload;
  };
  /// What is told since the last call.
  std::vector<Note> take_notes();

  /// The number of an object's last event; the next one is one more.
  std::int64_t& last_event(std::string_view object) { return last_events_[std::string(object)]; }
  /// The batch that asked for an object last; 0: none did.
  std::int64_t correlation(std::string_view object) const;
  /// Takes note of a batch as soon as it is asked, also if somebody else answers it.
  void on_asked(const http::Request& request);

 private:
  struct Channel {
    std::string name;
    bool joined = false;
    std::set<std::string> members{};
    std::vector<std::string> messages{};  ///< their data
    std::optional<std::int64_t> horizon{};
  };
  using Channels = std::map<std::string, Channel, std::less<>>;
  using Path = std::vector<std::string>;

  Answer sync_object(const Path& path, const http::Request& request);
  Answer items(const Path& path, const http::Request& request);
  Answer conversations(const Path& path, const http::Request& request);
  Answer own(const Path& path, const http::Request& request);
  Answer subscribe(const http::Request& request);
  Answer create(const http::Request& request);
  Answer post_message(const std::string& sid, Channel& channel, const http::Request& request);
  Answer add_member(const std::string& sid, Channel& channel, const http::Request& request);
  Answer remove_member(const std::string& sid, Channel& channel, const std::string& identity);
  Answer set_horizon(const std::string& sid, Channel& channel, const http::Request& request);
  Answer message_page(const Channel& channel, const http::Request& request) const;
  Answer roster_page(const Channel& channel) const;

  Channels::iterator find(std::string_view sid_or_name);
  Channels::iterator of_object(std::string_view object);
  std::string conversation(const std::string& sid, const Channel& channel) const;
  static std::string document(const std::string& sid, const Channel& channel);
  static std::string own_item(const std::string& sid, const Channel& channel);
  void tell(sync::ObjectType type, sync::Change change, const std::string& object, const std::string& key,
            std::string data);

  Channels channels_;
  std::map<std::string, std::int64_t> last_events_;
  std::map<std::string, std::int64_t, std::less<>> correlations_;
  std::vector<Note> notes_;
};

/// One live event.
std::string live_event(sync::Event event);

}  // namespace parley::fuzz
