#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <parley/async.hpp>
#include <parley/detail/done.hpp>
#include <parley/detail/future.hpp>
#include <parley/export.hpp>
#include <parley/outgoing.hpp>
#include <parley/seams.hpp>

namespace parley {

class Channel;
struct ChannelState;
struct GetMessages;
struct Member;
struct Message;
struct MessagePage;
struct NewGroupChannel;
struct Unread;

}  // namespace parley

namespace parley::detail {

class ClientRuntime;
struct HorizonMove;
struct Model;

/// What a user can ask of the service: each member is one operation of Client or Channel, as a sequence of
/// REST calls. Arguments are checked before anything is sent; `sid` is a channel's. Not part of the
/// interface.
///
/// Thread: the client's I/O strand. `done` is called exactly once, perhaps before the call returns.
class Operations {
 public:
  explicit Operations(Model& model) : model_(model) {}

  /// @name Of the client
  PARLEY_API void create_group_channel(NewGroupChannel channel, Done<Channel> done);
  PARLEY_API void direct_channel(std::string peer, std::string description, Done<Channel> done);
  PARLEY_API void join_channel(std::string name, Done<Channel> done);
  PARLEY_API void find_channel(std::string sid_or_name, Done<Channel> done);
  PARLEY_API void block(std::string identity, Done<void> done);
  PARLEY_API void unblock(std::string identity, Done<void> done);
  PARLEY_API void blocked(Done<std::vector<std::string>> done);

  /// @name Of a channel
  PARLEY_API void invite(std::string sid, std::string identity, Done<Member> done);
  PARLEY_API void leave(std::string sid, Done<void> done);
  PARLEY_API void remove_member(std::string sid, std::string identity, Done<void> done);
  PARLEY_API void destroy(std::string sid, Done<void> done);

 private:
  Model& model_;
};

/// What a user can ask in every state of the connection. Thread and `done` as with Operations. Not part of
/// the interface.
class LocalOperations {
 public:
  /// Completes when operations make sense, see Connection::when_usable().
  using WhenUsable = std::function<void(Done<void>)>;

  LocalOperations(Model& model, WhenUsable when_usable)
      : model_(model), when_usable_(std::move(when_usable)) {}

  /// From the cache, or once the client is usable, from the service.
  PARLEY_API void get_messages(std::string sid, GetMessages query, Done<MessagePage> done);

  /// @name Of the read horizon
  PARLEY_API void set_read(std::string sid, std::int64_t index, Done<Unread> done);
  PARLEY_API void set_unread(std::string sid, std::int64_t index, Done<Unread> done);
  PARLEY_API void set_all_read(std::string sid, Done<Unread> done);

  /// @name Of the messages that are to be sent
  PARLEY_API void retry(std::string sid, std::string local_id, Done<Message> done);
  PARLEY_API void discard(std::string sid, std::string local_id, Done<void> done);
  PARLEY_API void outgoing(std::string sid, Done<std::vector<OutgoingMessage>> done);
  PARLEY_API void flush(Duration deadline, Done<void> done);

 private:
  void move_horizon(const std::string& sid, const std::function<HorizonMove(const ChannelState&)>& choose,
                    Done<Unread> done);

  Model& model_;
  WhenUsable when_usable_;
};

/// Runs `operation` on the I/O strand: one of Operations once the client is usable, one of LocalOperations
/// at once. Its outcome, cancellation or the end of the client completes `done`. A client that is gone
/// completes it with Errc::client_closed. Any thread.
template <class T, class Owner>
PARLEY_API void operate(const std::weak_ptr<ClientRuntime>& runtime, Completion<T> done,
                        std::function<void(Owner&, Done<T>)> operation);

extern template Awaited<void> make_awaited<void>();
extern template Awaited<Channel> make_awaited<Channel>();
extern template Awaited<Member> make_awaited<Member>();
extern template Awaited<Message> make_awaited<Message>();
extern template Awaited<MessagePage> make_awaited<MessagePage>();
extern template Awaited<Unread> make_awaited<Unread>();
extern template Awaited<std::string> make_awaited<std::string>();
extern template Awaited<std::uint64_t> make_awaited<std::uint64_t>();
extern template Awaited<std::vector<std::string>> make_awaited<std::vector<std::string>>();
extern template Awaited<std::vector<OutgoingMessage>> make_awaited<std::vector<OutgoingMessage>>();

/// The initiation of an operation that is a member of `Owner`: what async_initiate() calls with the handler
/// and the arguments.
template <class T, class Owner, class... Parameters>
auto initiation(std::weak_ptr<ClientRuntime> runtime, void (Owner::*operation)(Parameters...)) {
  return [runtime = std::move(runtime), operation](auto handler, auto... arguments) {
    operate<T, Owner>(runtime, Completion<T>(std::move(handler)),
                      [operation, arguments...](Owner& owner, Done<T> done) {
                        (owner.*operation)(arguments..., std::move(done));
                      });
  };
}

}  // namespace parley::detail
