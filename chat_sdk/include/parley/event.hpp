#pragma once
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include <parley/channel.hpp>
#include <parley/outgoing.hpp>
#include <parley/status.hpp>

namespace parley {

/// How things are when a handler begins to hear: told first, and to that handler alone. What happened before
/// is not told any more: a program that adds up events reads its beginning here or later, not when on_event()
/// returns.
struct PresentState {
  ConnectionStatus status;
  /// As Client::channels() has them. They show the newest state, which may be ahead of the events that
  /// follow.
  std::vector<Channel> channels;
};
/// The connection's status changed.
struct ConnectionChanged {
  ConnectionStatus status;
};
/// A new access token was accepted on the live connection, or will be used for the next one.
struct TokenRefreshed {};
/// No new token could be had; tried again with back-off. The connection stays usable until the old one ends.
struct TokenRefreshFailed {
  Error error;
};
/// This user became a member of a channel, here or on another device, by itself or invited.
struct ChannelJoined {
  Channel channel;
};
/// This user is no member any more, or the channel was deleted.
struct ChannelLeft {
  Channel channel;
};
/// Name, description, attributes or the user's own settings of the channel changed, or it is loaded now.
struct ChannelUpdated {
  Channel channel;
};
/// Somebody became a member.
struct MemberJoined {
  Channel channel;
  Member member;
};
/// Somebody is a member no more.
struct MemberLeft {
  Channel channel;
  Member member;
};
/// Attributes or read horizon of a member changed.
struct MemberUpdated {
  Channel channel;
  Member member;
};
/// A message was stored, by anybody, on any device. Told once, in index order per channel, also if it was
/// missed while the connection was lost. In a channel that this user was just added to, telling begins with
/// the first message since then, looking back 100 at most. A service that does not list the newest messages
/// (the vendor's) may leave out those written before a channel is loaded; async_get_messages has them.
struct MessageAdded {
  Channel channel;
  Message message;
};
/// Text, attributes or files of a message changed. Never before its MessageAdded.
struct MessageUpdated {
  Channel channel;
  Message message;
};
/// A message was removed. Only `message.index` is sure to be set.
struct MessageRemoved {
  Channel channel;
  Message message;
};
/// A message of this client is to be sent: show it as `state` says. Told again when it is tried again.
struct MessagePending {
  Channel channel;
  OutgoingMessage message;
};
/// The service has stored a message of this client. The MessageAdded with the same index is told as well,
/// before or after.
struct MessageSent {
  Channel channel;
  std::string local_id;  ///< of its MessagePending
  Message message;
};
/// A message of this client was not stored, or may have been (Errc::outcome_unknown); its `error` says why.
/// It is kept, the newest thousand in all, for Channel::async_retry() and async_discard(). One that is
/// discarded or cancelled is told of with Errc::cancelled, also if it was told of before, and is gone.
struct MessageFailed {
  Channel channel;
  OutgoingMessage message;
};
/// What the cache had is there: Client::channels() lists it as it was left, not `loaded`, and messages that
/// are to be sent have been told. Told once, without a connection if CacheOptions::identity was given.
struct CacheRestored {};
/// The cache cannot be opened or written (a full disk, say), or was damaged and begun anew. Messages fail
/// with that error until it can be written again; those that were told as pending are kept. Told once until
/// then.
struct CacheFailed {
  Error error;
};
/// The number of unread messages changed.
struct UnreadChanged {
  Channel channel;
  Unread unread;
};

/// Everything a client tells, as one ordered stream. The channel's state() already shows the change.
using Event = std::variant<ConnectionChanged, TokenRefreshed, TokenRefreshFailed, ChannelJoined, ChannelLeft,
                           ChannelUpdated, MemberJoined, MemberLeft, MemberUpdated, MessageAdded,
                           MessageUpdated, MessageRemoved, MessagePending, MessageSent, MessageFailed,
                           CacheRestored, CacheFailed, UnreadChanged, PresentState>;

/// Called once per event on the callback executor. Must not throw.
using EventHandler = std::function<void(const Event&)>;

/// Keeps a handler attached. Destroying it detaches: no call begins afterwards on the callback executor.
class [[nodiscard]] Subscription {
 public:
  Subscription() = default;
  explicit Subscription(std::shared_ptr<void> link) : link_(std::move(link)) {}
  void reset() { link_.reset(); }

 private:
  std::shared_ptr<void> link_;
};

}  // namespace parley
