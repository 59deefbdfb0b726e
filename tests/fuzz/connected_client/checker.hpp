#pragma once
#include <cstdint>
#include <map>
#include <string>

#include <parley/event.hpp>

#include "chat_sdk/src/model/channel_list.hpp"

namespace parley::fuzz {

/// Holds the client to what it promises of its events and of what they show.
class Checker {
 public:
  /// `channels`: those of the client.
  void on_event(const Event& event, const detail::ChannelList& channels);
  void on_closed() { closed_ = true; }
  /// Of any channel's state.
  static void check(const ChannelState& state);
  static void check(const MessagePage& page, const GetMessages& query);

 private:
  struct Seen {
    Channel handle;
    std::int64_t last_added = -1;
    bool left = false;
  };
  enum class Outgoing { pending, sent, failed };

  Seen& seen(const Channel& channel);
  void on_added(const Channel& channel, const Message& message);
  void on_outcome(const std::string& local_id, Outgoing outcome);

  std::map<std::string, Seen> channels_;
  std::map<std::string, Outgoing> outgoing_;
  bool closed_ = false;
};

}  // namespace parley::fuzz
