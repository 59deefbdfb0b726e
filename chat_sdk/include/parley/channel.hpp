#pragma once
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <parley/async.hpp>
#include <parley/channel_state.hpp>
#include <parley/detail/operations.hpp>
#include <parley/export.hpp>
#include <parley/message.hpp>
#include <parley/outgoing.hpp>

namespace parley {

namespace detail {
class ChannelSlot;
}  // namespace detail

/// A channel of one client: a cheap handle to copy and keep. It does not keep the client alive; on a closed
/// client every operation completes with Errc::client_closed.
///
///     channel.async_send_message("hello", [](parley::Result<parley::Message> sent) { ... });
///
/// Threads: any thread may call any member.
class Channel {
 public:
  /// An empty handle; operations complete with Errc::client_closed and state() is empty.
  PARLEY_API Channel();

  /// The channel as of now. Never null; the snapshot never changes.
  PARLEY_API std::shared_ptr<const ChannelState> state() const;

  std::string sid() const { return state()->sid; }
  std::string name() const { return state()->name; }
  Unread unread() const { return state()->unread; }
  /// Whether all messages from index `first` to `last` are known here: were told, read, or are in the cache.
  /// What is told again and again by MessageAdded has no holes; they are between that and the pages that were
  /// read, and behind a long time without a connection.
  HistoryState history_state(std::int64_t first, std::int64_t last) const {
    return state()->history_state(first, last);
  }

  /// Completes with the stored message. Legal in every state of the client, also before the first connection:
  /// the message waits in the outbox (MessagePending, then MessageSent or MessageFailed tell of it) and is
  /// stored once, whatever happens to the connection. Messages of a channel, files included, are stored in
  /// the order of the calls: each is sent when the one before it has its outcome, so that a channel takes one
  /// message per round trip. Files are uploaded first, one after the other, straight from the disk.
  ///
  /// Fails with Errc::invalid_argument (the field is named; nothing was queued), with the service's refusal,
  /// e.g. Errc::forbidden (not a member) or limit_exceeded (a file is too large), with Errc::denied when the
  /// client is refused, or after OutboxOptions::lifetime with timed_out, or with outcome_unknown if it may
  /// have been stored. With a cache also with storage_error: it cannot be kept, nothing was queued; and what
  /// ends with client_closed may be sent by the next client. A cancelled message is discarded unless it is
  /// being sent or may have been stored: MessageSent tells of it then.
  template <class Token = boost::asio::deferred_t>
  auto async_send_message(NewMessage message, Token&& token = {}) const {
    return boost::asio::async_initiate<Token, Signature<Message>>(
        [self = *this](auto handler, NewMessage value) {
          self.send_message(std::move(value), Completion<Message>(std::move(handler)));
        },
        token, std::move(message));
  }

  /// The messages of this client in this channel that the service does not have, oldest first: what waits,
  /// what is being sent, what failed.
  template <class Token = boost::asio::deferred_t>
  auto async_outgoing_messages(Token&& token = {}) const {
    return start<std::vector<OutgoingMessage>>(&detail::LocalOperations::outgoing, token);
  }

  /// Sends a failed or blocked message again, a failed one behind all others. Completes as
  /// async_send_message(). Errc::not_found: there is none of that id. Errc::conflict: it has not failed.
  template <class Token = boost::asio::deferred_t>
  auto async_retry(std::string local_id, Token&& token = {}) const {
    return start<Message>(&detail::LocalOperations::retry, token, std::move(local_id));
  }

  /// Forgets a message that is not sent. Errc::not_found: there is none of that id. Errc::conflict: it is
  /// being sent, or may have been stored.
  template <class Token = boost::asio::deferred_t>
  auto async_discard(std::string local_id, Token&& token = {}) const {
    return start<void>(&detail::LocalOperations::discard, token, std::move(local_id));
  }

  /// One page of history. Pages adjoin: pass `older` or `newer` of a page to get the next one. What the cache
  /// has comes from there, without a connection as it was left (MessagePage::current); everything else from
  /// the service.
  template <class Token = boost::asio::deferred_t>
  auto async_get_messages(GetMessages query = {}, Token&& token = {}) const {
    return start<MessagePage>(&detail::LocalOperations::get_messages, token, query);
  }

  /// A link to the bytes of a medium. It needs no token and is good for some minutes only; whoever has it can
  /// read them. Ask for it whenever it is needed and keep none: the client keeps each until a minute before
  /// it expires (or for half of its life), asks for a new one by itself then, and asks for many that are
  /// wanted together in one request. Errc::not_found, Errc::forbidden.
  template <class Token = boost::asio::deferred_t>
  auto async_media_url(std::string medium_sid, Token&& token = {}) const {
    return boost::asio::async_initiate<Token, Signature<std::string>>(
        [self = *this](auto handler, std::string sid) {
          self.media_url(std::move(sid), Completion<std::string>(std::move(handler)));
        },
        token, std::move(medium_sid));
  }

  /// Stores a medium as a file, straight to the disk, on a thread of the client's own. Completes with its
  /// size in bytes when it is whole and has its name. One that breaks goes on where it broke, by ranges, if
  /// the service shows that it is still the same file, and starts over if not; with a new link if its own is
  /// refused. It fails when nothing came for about Timeouts::request (Errc::unreachable, connection_lost,
  /// timed_out, server_error), else with Errc::not_found, Errc::forbidden, Errc::invalid_argument (a path
  /// that names no file), Errc::storage_error (the file cannot be written; the path or its directory is
  /// named, and nothing is left of it). Trying again is always safe.
  template <class Token = boost::asio::deferred_t>
  auto async_download(Download download, Token&& token = {}) const {
    return boost::asio::async_initiate<Token, Signature<std::uint64_t>>(
        [self = *this](auto handler, Download wanted) {
          self.download(std::move(wanted), Completion<std::uint64_t>(std::move(handler)));
        },
        token, std::move(download));
  }

  /// Makes an identity a member. Completes with it, also if it was one already.
  template <class Token = boost::asio::deferred_t>
  auto async_invite(std::string identity, Token&& token = {}) const {
    return start<Member>(&detail::Operations::invite, token, std::move(identity));
  }

  /// Moves this user's read horizon forward to `index`, at most to the newest message known here; everything
  /// up to it counts as read. UnreadChanged tells so and state() shows it without waiting for the service, in
  /// every state of the client. Completes when the service has it, perhaps after the next connection, with
  /// the unread state then: of several moves that wait the furthest one is sent. What another device has
  /// moved further stays. Errc::not_found: not a member; or the service's refusal, which takes it back. With
  /// Errc::denied or client_closed the move is not lost if there is a cache: the next client sends it.
  template <class Token = boost::asio::deferred_t>
  auto async_set_read(std::int64_t index, Token&& token = {}) const {
    return start<Unread>(&detail::LocalOperations::set_read, token, index);
  }

  /// As async_set_read with the newest message known here; nothing to read is not an error. A channel that is
  /// only listed, and whose newest message is not known, is loaded first.
  template <class Token = boost::asio::deferred_t>
  auto async_set_all_read(Token&& token = {}) const {
    return start<Unread>(&detail::LocalOperations::set_all_read, token);
  }

  /// Marks the message `index` and all behind it as unread: moves the read horizon right before it, also
  /// back. Otherwise as async_set_read; of several moves that wait the last one counts then.
  template <class Token = boost::asio::deferred_t>
  auto async_set_unread(std::int64_t index, Token&& token = {}) const {
    return start<Unread>(&detail::LocalOperations::set_unread, token, index);
  }

  /// Ends this user's membership.
  template <class Token = boost::asio::deferred_t>
  auto async_leave(Token&& token = {}) const {
    return start<void>(&detail::Operations::leave, token);
  }

  /// Ends somebody's membership: allowed to the creator.
  template <class Token = boost::asio::deferred_t>
  auto async_remove_member(std::string identity, Token&& token = {}) const {
    return start<void>(&detail::Operations::remove_member, token, std::move(identity));
  }

  /// Deletes the channel with its messages for everybody: allowed to the creator.
  template <class Token = boost::asio::deferred_t>
  auto async_delete(Token&& token = {}) const {
    return start<void>(&detail::Operations::destroy, token);
  }

  /// Same channel of the same client.
  friend bool operator==(const Channel& a, const Channel& b) { return a.slot_ == b.slot_; }

  /// Made by the client only.
  PARLEY_API Channel(std::shared_ptr<detail::ChannelSlot> slot, std::weak_ptr<detail::ClientRuntime> runtime);

 private:
  template <class T, class Operation, class Token, class... Arguments>
  auto start(Operation operation, Token& token, Arguments... arguments) const {
    return boost::asio::async_initiate<Token, Signature<T>>(detail::initiation<T>(runtime_, operation), token,
                                                            sid(), std::move(arguments)...);
  }

  PARLEY_API void send_message(NewMessage message, Completion<Message> done) const;
  PARLEY_API void media_url(std::string sid, Completion<std::string> done) const;
  PARLEY_API void download(Download download, Completion<std::uint64_t> done) const;

  std::shared_ptr<detail::ChannelSlot> slot_;
  std::weak_ptr<detail::ClientRuntime> runtime_;
};

}  // namespace parley
