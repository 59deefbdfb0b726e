#pragma once
#include <memory>
#include <string>
#include <utility>

#include <parley/async.hpp>
#include <parley/channel_state.hpp>
#include <parley/message.hpp>

namespace parley {

namespace detail {
class ChannelSlot;
class ClientRuntime;
}  // namespace detail

/// A channel of one client: a cheap handle to copy and keep. It does not keep the client alive; on a closed
/// client every operation completes with Errc::client_closed.
///
///     channel.async_send_message({.text = "hello"}, [](parley::Result<parley::Message> sent) { ... });
///
/// Threads: any thread may call any member.
class Channel {
 public:
  /// An empty handle; operations complete with Errc::client_closed and state() is empty.
  Channel();

  /// The channel as of now. Never null; the snapshot never changes.
  std::shared_ptr<const ChannelState> state() const;

  std::string sid() const { return state()->sid; }
  std::string name() const { return state()->name; }
  Unread unread() const { return state()->unread; }

  /// Completes with the stored message. Fails with Errc::invalid_argument (the field is named),
  /// Errc::forbidden (not a member) or a transport error. Sent again after a lost connection; the service
  /// stores it once. Files are uploaded first, one after the other, straight from the disk, and are not sent
  /// again: a failure there (Errc::limit_exceeded: too large) ends the operation, and nobody sees a message.
  template <class Token = boost::asio::deferred_t>
  auto async_send_message(NewMessage message, Token&& token = {}) const {
    return start<Message>([](const Channel& self, Completion<Message> done,
                             NewMessage value) { self.send_message(std::move(value), std::move(done)); },
                          token, std::move(message));
  }

  /// One page of history. Pages adjoin: pass `older` or `newer` of a page to get the next one.
  template <class Token = boost::asio::deferred_t>
  auto async_get_messages(GetMessages query = {}, Token&& token = {}) const {
    return start<MessagePage>([](const Channel& self, Completion<MessagePage> done,
                                 GetMessages value) { self.get_messages(value, std::move(done)); },
                              token, query);
  }

  /// A link to the bytes of a medium. It needs no token and is good for some minutes only; whoever has it can
  /// read them. Errc::not_found, Errc::forbidden.
  template <class Token = boost::asio::deferred_t>
  auto async_media_url(std::string medium_sid, Token&& token = {}) const {
    return start<std::string>([](const Channel& self, Completion<std::string> done,
                                 std::string value) { self.media_url(std::move(value), std::move(done)); },
                              token, std::move(medium_sid));
  }

  /// Stores a medium as a file, straight to the disk. Completes with its size in bytes. Errc::not_found,
  /// Errc::forbidden, Errc::storage_error (the file cannot be written; the path is named).
  template <class Token = boost::asio::deferred_t>
  auto async_download(Download download, Token&& token = {}) const {
    return start<std::uint64_t>([](const Channel& self, Completion<std::uint64_t> done,
                                   Download value) { self.download(std::move(value), std::move(done)); },
                                token, std::move(download));
  }

  /// Makes an identity a member. Completes with it, also if it was one already.
  template <class Token = boost::asio::deferred_t>
  auto async_invite(std::string identity, Token&& token = {}) const {
    return start<Member>([](const Channel& self, Completion<Member> done,
                            std::string value) { self.invite(std::move(value), std::move(done)); },
                         token, std::move(identity));
  }

  /// Moves this user's read horizon to `index` (clamped to the newest message by the service); everything up
  /// to it counts as read. Completes with the new unread state.
  template <class Token = boost::asio::deferred_t>
  auto async_set_read(std::int64_t index, Token&& token = {}) const {
    return start<Unread>([](const Channel& self, Completion<Unread> done,
                            std::int64_t value) { self.set_read(value, std::move(done)); },
                         token, index);
  }

  /// As async_set_read with the newest message known here; nothing to read is not an error.
  template <class Token = boost::asio::deferred_t>
  auto async_set_all_read(Token&& token = {}) const {
    return start<Unread>(
        [](const Channel& self, Completion<Unread> done) { self.set_all_read(std::move(done)); }, token);
  }

  /// Ends this user's membership.
  template <class Token = boost::asio::deferred_t>
  auto async_leave(Token&& token = {}) const {
    return start<void>([](const Channel& self, Completion<void> done) { self.leave(std::move(done)); },
                       token);
  }

  /// Ends somebody's membership: allowed to the creator.
  template <class Token = boost::asio::deferred_t>
  auto async_remove_member(std::string identity, Token&& token = {}) const {
    return start<void>([](const Channel& self, Completion<void> done,
                          std::string value) { self.remove_member(std::move(value), std::move(done)); },
                       token, std::move(identity));
  }

  /// Deletes the channel with its messages for everybody: allowed to the creator.
  template <class Token = boost::asio::deferred_t>
  auto async_delete(Token&& token = {}) const {
    return start<void>([](const Channel& self, Completion<void> done) { self.destroy(std::move(done)); },
                       token);
  }

  /// Same channel of the same client.
  friend bool operator==(const Channel& a, const Channel& b) { return a.slot_ == b.slot_; }

  /// Made by the client only.
  Channel(std::shared_ptr<detail::ChannelSlot> slot, std::weak_ptr<detail::ClientRuntime> runtime);

 private:
  template <class T, class Start, class Token, class... Values>
  auto start(Start start, Token& token, Values... values) const {
    return boost::asio::async_initiate<Token, Signature<T>>(
        [self = *this, start](auto handler, auto... args) {
          start(self, Completion<T>(std::move(handler)), std::move(args)...);
        },
        token, std::move(values)...);
  }

  void send_message(NewMessage message, Completion<Message> done) const;
  void get_messages(GetMessages query, Completion<MessagePage> done) const;
  void media_url(std::string sid, Completion<std::string> done) const;
  void download(Download download, Completion<std::uint64_t> done) const;
  void invite(std::string identity, Completion<Member> done) const;
  void set_read(std::int64_t index, Completion<Unread> done) const;
  void set_all_read(Completion<Unread> done) const;
  void leave(Completion<void> done) const;
  void remove_member(std::string identity, Completion<void> done) const;
  void destroy(Completion<void> done) const;

  std::shared_ptr<detail::ChannelSlot> slot_;
  std::weak_ptr<detail::ClientRuntime> runtime_;
};

}  // namespace parley
