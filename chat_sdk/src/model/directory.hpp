#pragma once
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "chat_sdk/src/connection/context.hpp"
#include "chat_sdk/src/connection/rest_calls.hpp"
#include "chat_sdk/src/connection/service_urls.hpp"
#include "chat_sdk/src/model/channel_list.hpp"
#include "chat_sdk/src/model/channel_record.hpp"
#include "common/protocol/sync/subscriber.hpp"

namespace parley::detail {

using RecordPtr = std::shared_ptr<ChannelRecord>;

/// The channels this user is a member of: learns them from the map "my conversations", opens each (document,
/// roster, message list, own state), keeps them subscribed and routes every Sync change to its record.
class Directory {
 public:
  Directory(Context& context, Timers& timers, RestCalls& rest, sync::Subscriber& subscriber,
            ServiceUrls& urls);

  /// Loads everything; `done` when each channel was opened or could not be.
  void load(std::weak_ptr<ClientRuntime> runtime, Done<void> done);

  /// Completes when the channel is open; opens it if need be.
  void open(const std::string& sid, Done<RecordPtr> done);
  /// This user is no member any more.
  void drop(const std::string& sid);
  /// Takes over what the service says of read horizon and unread count.
  void set_mine(const RecordPtr& record, const conversations::Conversation& mine);
  /// Asks the service for them again.
  void recount(const RecordPtr& record);

  RecordPtr by_sid(const std::string& sid) const;
  RecordPtr by_name(std::string_view name) const;
  const ChannelList& list() const { return list_; }
  void set_current(const Channel& channel) { list_.set_current(channel); }

  void on_applied(const sync::Event& event);
  void on_established(const std::string& object_sid);
  void on_gone(const std::string& object_sid);
  void on_failed(const std::string& object_sid, const Error& error);
  /// The connection was given up: whoever waits for a channel is told; the next connect opens it again.
  void fail_openings(const Error& reason);

 private:
  enum class Part { document, roster, messages };
  struct Place {
    std::string channel_sid;
    Part part;
  };
  struct Opening {
    RecordPtr record;
    bool announce;
    bool started = false;
    bool roster_done = false;
    bool mine_done = false;
    std::vector<Done<RecordPtr>> waiters;
  };

  void load_my_items(std::string from, Done<void> done);
  void begin(const std::string& sid, bool announce, Done<RecordPtr> done);
  void start_openings();
  void watch(const std::string& sid, const RecordPtr& record);
  void retry_later(const std::string& sid);
  void fetch_document(const std::string& sid);
  void fetch_roster(const std::string& sid, const std::string& name);
  void fetch_roster_items(const std::string& sid, std::string from);
  void fetch_messages(const std::string& sid, const std::string& name);
  void fetch_mine(const std::string& sid);
  void finish_if_complete(const std::string& sid);
  void fail(const std::string& sid, const Error& error);
  void apply_my_conversation(const sync::Event& event);
  void subscribe(const RecordPtr& record, Part part, sync::ObjectType type,
                 const conversations::SyncObject& object);
  void forget(const RecordPtr& record);
  Opening* opening(const std::string& sid);

  Context& context_;
  Timers& timers_;
  RestCalls& rest_;
  sync::Subscriber& subscriber_;
  ServiceUrls& urls_;
  std::weak_ptr<ClientRuntime> runtime_;
  std::string my_map_sid_, my_items_url_;
  std::map<std::string, RecordPtr> records_;
  std::map<std::string, Opening> openings_;
  std::deque<std::string> queue_;
  std::map<std::string, int> to_retry_;  // failed openings, with the number of failures
  std::map<std::string, Place> places_;  // by Sync object
  ChannelList list_;
};

}  // namespace parley::detail
