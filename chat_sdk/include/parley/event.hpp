#pragma once
#include <functional>
#include <memory>
#include <string>
#include <variant>

#include <parley/channel.hpp>
#include <parley/status.hpp>

namespace parley {

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
struct MemberJoined {
  Channel channel;
  Member member;
};
struct MemberLeft {
  Channel channel;
  Member member;
};
/// Attributes or read horizon of a member changed.
struct MemberUpdated {
  Channel channel;
  Member member;
};
/// A message was stored, by anybody, on any device. Once per message, in index order per channel, none left out:
/// also those that were missed while the connection was lost, and those written as soon as this user was added.
struct MessageAdded {
  Channel channel;
  Message message;
};
struct MessageUpdated {
  Channel channel;
  Message message;
};
struct MessageRemoved {
  Channel channel;
  Message message;
};
/// The number of unread messages changed.
struct UnreadChanged {
  Channel channel;
  Unread unread;
};

/// Everything a client tells, as one ordered stream. The channel's state() already shows the change.
using Event = std::variant<ConnectionChanged, TokenRefreshed, TokenRefreshFailed, ChannelJoined, ChannelLeft,
                           ChannelUpdated, MemberJoined, MemberLeft, MemberUpdated, MessageAdded,
                           MessageUpdated, MessageRemoved, UnreadChanged>;

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
