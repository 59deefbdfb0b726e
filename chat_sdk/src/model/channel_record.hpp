#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <parley/channel.hpp>
#include <parley/event.hpp>

#include "chat_sdk/src/connection/context.hpp"
#include "chat_sdk/src/model/channel_slot.hpp"
#include "chat_sdk/src/model/message_feed.hpp"
#include "chat_sdk/src/model/message_history.hpp"
#include "chat_sdk/src/model/unread_counter.hpp"
#include "common/protocol/conversations/resources.hpp"
#include "common/protocol/sync/event.hpp"

namespace parley::detail {

class ChannelCache;
class HistoryCache;

/// Makes the handle of a channel that users hold; given by whoever runs the engine.
using MakeHandle = std::function<Channel(std::shared_ptr<ChannelSlot>)>;

/// One channel as the engine keeps it: the working state, and how each Sync change alters it. The wire's
/// words end here: what goes out are the SDK's events and snapshots.
///
/// Until the user is told of the channel, by mark_loaded() or mark_listed(), events are kept back, so that
/// the first thing that is heard of a channel is the channel.
class ChannelRecord {
 public:
  /// `counts_own`: one's own messages may be unread, see ClientOptions::count_own_messages.
  ChannelRecord(Context& context, std::string sid, std::string self_identity, const MakeHandle& make_handle,
                bool counts_own = false);

  const Channel& handle() const { return handle_; }
  const ChannelState& state() const { return state_; }

  /// @name What loading brings
  /// As the cache has it; the user is told of it in another way.
  void restore(ChannelState state);
  /// Nothing was heard of it since.
  bool is_from_cache() const { return from_cache_; }
  /// This user is a member of it still.
  void confirm() { from_cache_ = false; }
  /// What the list of channels says; not yet the members, and perhaps not the newest message.
  void set_listed(const conversations::Conversation& entry);
  void set_document(const conversations::ConversationDocument& document);
  /// The pages of members that follow are all there are.
  void begin_roster() { roster_.clear(); }
  void set_roster(const std::vector<conversations::SyncItem>& items);
  /// The service's own count. With a `live` message list it is exact: it was computed between the events
  /// before and after it. While the list waits for its replay nobody knows which messages it includes.
  void set_own_state(const conversations::Conversation& own, bool live);
  /// Where the user wants the read horizon, see UnreadCounter::want().
  void want_horizon(std::optional<HorizonMove> wanted);
  const UnreadCounter& unread() const { return unread_; }
  /// Everything is known. From now on every change is an event; those kept back follow.
  void mark_loaded(bool announce);
  /// The user sees the channel in the list, though not everything is known of it: events as with
  /// mark_loaded().
  void mark_listed();
  bool is_loaded() const { return state_.loaded; }

  /// @name Messages, each told once and in order (see MessageFeed)
  /// Messages up to and with `last_old` are old; nothing if that was said before.
  void begin_messages(std::int64_t last_old);
  bool messages_begun() const { return feed_.begun(); }
  std::optional<MessageFeed::Hole> hole() const { return feed_.hole(); }
  void fill_hole(std::vector<Message> found, std::int64_t through) {
    tell(feed_.fill(std::move(found), through));
  }
  /// Of the indexes of `range`, `messages` are all that exist; in order. They were read, and are not told.
  void put_read(IndexRange range, const std::vector<Message>& messages);
  /// Of these indexes there was no message that one may have written oneself.
  void put_nobodys(IndexRange range);
  const MessageHistory& history() const { return history_; }
  /// Nothing is heard of the channel's messages any more.
  void interrupt_history();
  /// The unread count may be wrong, until the next one.
  void doubt_count() { unread_.doubt(); }

  /// @name Changes of the Sync objects
  void apply_document(const sync::Event& event);
  void apply_roster(const sync::Event& event);
  void apply_message(const sync::Event& event);
  /// True if the read horizon was moved on another device, so that the count must be asked for.
  bool apply_my_conversation(const conversations::MyConversation& own);
  void mark_left();

  /// It is to be kept in these from now on.
  void keep_in(ChannelCache& cache, HistoryCache& history_cache) {
    cache_ = &cache;
    history_.keep_in(&history_cache);
  }

  /// nullptr if that identity is no member.
  const Member* member(std::string_view identity) const;

  std::string document_sid, roster_sid, messages_sid;
  std::string roster_items_url, messages_items_url;

 private:
  struct RosterEntry {
    Member member;
    std::int64_t last_event_id;
  };

  void put_document(const conversations::ConversationDocument& document);
  void message_added(const Message& message);
  void message_updated(const Message& message);
  void message_removed(const Message& message);
  bool learn(const std::vector<Message>& told);
  void learn(IndexRange range, const std::vector<Message>& messages);
  void tell(std::vector<Message> messages);
  void announce(std::vector<Message> messages);
  template <class Source>
  void put_description(const Source& source);
  void put_own_state(const conversations::Conversation& own, bool live);
  void put_unread();
  void publish_unread();
  void tell_unread();
  void release_kept_back();
  void publish();
  void publish_roster();
  void emit(Event event);

  Context& context_;
  std::string self_;
  std::shared_ptr<ChannelSlot> slot_ = std::make_shared<ChannelSlot>();
  Channel handle_;
  ChannelState state_;
  std::map<std::string, RosterEntry> roster_;
  bool told_ = false;  ///< the user knows the channel
  bool from_cache_ = false;
  ChannelCache* cache_ = nullptr;
  UnreadCounter unread_;
  Unread told_unread_;
  std::vector<Event> kept_back_;
  MessageFeed feed_;
  MessageHistory history_;
};

using RecordPtr = std::shared_ptr<ChannelRecord>;
using MakeRecord = std::function<RecordPtr(const std::string& sid)>;

}  // namespace parley::detail
