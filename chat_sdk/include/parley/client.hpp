#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <parley/async.hpp>
#include <parley/channel.hpp>
#include <parley/detail/operations.hpp>
#include <parley/event.hpp>
#include <parley/export.hpp>
#include <parley/options.hpp>
#include <parley/runtime.hpp>
#include <parley/status.hpp>

namespace parley {

/// What a new group channel is called. The name finds it; it is unique in the service.
struct NewGroupChannel {
  NewGroupChannel() {}
  NewGroupChannel(std::string unique_name, std::string shown = "", std::string json_attributes = "{}")
      : name(std::move(unique_name)), description(std::move(shown)), attributes(std::move(json_attributes)) {}
  NewGroupChannel(const char* unique_name) : name(unique_name) {}

  std::string name;               ///< 1 to 320 bytes of UTF-8; '#' is reserved for 1x1 channels
  std::string description;        ///< shown to people: one line, at most 256 characters; "": none
  std::string attributes = "{}";  ///< JSON text, at most 16 KiB
};

/// One user's connection to the chat service: keeps itself connected, its token fresh, its channels current.
///
///     parley::Runtime runtime;
///     parley::ClientOptions options;
///     options.endpoint = parley::Endpoint::service("ws://127.0.0.1:4010/v3/wsconnect");
///     options.tokens = parley::token_endpoint({.url = url, .user = "alice"});
///     parley::Client client(runtime, options);
///     auto events = client.on_event([](const parley::Event& event) { ... });
///     client.async_connect(boost::asio::use_future).get().value();
///     auto channel = client.async_join_channel("general", boost::asio::use_future).get().value();
///
/// Threads: any thread may call any member. Completions and events run on the callback executor, one at a
/// time, never inside the call that caused them.
/// Lifetime: destroy it whenever you like, also inside a callback; what is pending completes with
/// Errc::client_closed. No event comes after async_close completed or the destructor returned on the
/// callback executor.
class Client {
 public:
  PARLEY_API Client(Runtime& runtime, ClientOptions options);
  /// On an executor of yours; it need not be single-threaded. The shared library uses it for callbacks only,
  /// and a thread of its own for its sockets.
  PARLEY_API Client(boost::asio::any_io_executor executor, ClientOptions options);
  /// Never blocks on the network.
  PARLEY_API ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Attaches a handler to the stream of events. The first one is the PresentState; a client that was closed
  /// tells nothing.
  PARLEY_API Subscription on_event(EventHandler handler);

  PARLEY_API ConnectionStatus status() const;
  /// The identity of the current token; "" before the first one.
  PARLEY_API std::string identity() const;

  /// Completes when the client is connected, the list of joined channels is there and the fifty that changed
  /// last are loaded or could not be; channels() has them all, and the others are loaded in the background
  /// (ChannelState::loaded). Completes at once if all that is so already. While the client waits for its next
  /// attempt, that one is made at once.
  ///
  /// Fails with Errc::invalid_argument if an option is wrong, whose name begins the message; with
  /// Errc::denied or invalid_token if the service or the token source refused; with the error of a list that
  /// could not be read; or after Timeouts::connect with the last reason. ConnectionStatus::terminal says
  /// whether the client goes on trying then: it does after the first success, and with
  /// RetryPolicy::keep_trying.
  template <class Token = boost::asio::deferred_t>
  auto async_connect(Token&& token = {}) {
    return boost::asio::async_initiate<Token, Signature<void>>(
        [runtime = weak()](auto handler) { connect(runtime, Completion<void>(std::move(handler))); }, token);
  }

  /// @name Hints of the application
  /// Each returns at once, from any thread, also inside a callback; what becomes of it is told by events. Of
  /// no effect before async_connect() and while ConnectionStatus::terminal.
  /// @{

  /// The user asks, or it is known that the service is back. A waiting client tries at once, and its back-off
  /// starts from the beginning; one that is connected asks the service for a sign of life and leaves the
  /// connection if none comes within Timeouts::probe; an attempt that has taken longer than that begins anew.
  /// Attempts are made at most four times a second, however often this is called. What the token source asked
  /// to wait (Error::retry_after) is waited.
  PARLEY_API void reconnect_now();
  /// The machine has another network or address, as the operating system tells. As reconnect_now(), but the
  /// back-off goes on where it was. The client notices by itself that the machine slept.
  PARLEY_API void network_changed();
  /// Asks the token source for a new token now, e.g. because the user has other rights; the connection goes
  /// on with it (TokenRefreshed) or with the old one (TokenRefreshFailed).
  PARLEY_API void refresh_token_now();
  /// @}

  /// Says goodbye and ends. Operations in flight complete with Errc::client_closed first. Final.
  template <class Token = boost::asio::deferred_t>
  auto async_close(Token&& token = {}) {
    return boost::asio::async_initiate<Token, Signature<void>>(
        [runtime = weak()](auto handler) { close(runtime, Completion<void>(std::move(handler))); }, token);
  }

  /// Ends as async_close() does, and removes what the cache holds of this identity, messages that are not
  /// sent included: for a logout. Final. Errc::storage_error, Errc::conflict (another client has it open):
  /// something is left. Errc::invalid_argument: no CacheOptions::identity was given, and there was no
  /// connection that told it.
  template <class Token = boost::asio::deferred_t>
  auto async_forget(Token&& token = {}) {
    return boost::asio::async_initiate<Token, Signature<void>>(
        [runtime = weak()](auto handler) { forget(runtime, Completion<void>(std::move(handler))); }, token);
  }

  /// Completes when every message given to the client before has its outcome, e.g. before the program ends.
  /// Errc::timed_out: not all have after `deadline`; they go on.
  template <class Token = boost::asio::deferred_t>
  auto async_flush(Duration deadline, Token&& token = {}) {
    return start<void>(&detail::LocalOperations::flush, token, deadline);
  }

  /// Creates a channel that everybody may find and join by name, and joins it. Errc::conflict: name taken.
  template <class Token = boost::asio::deferred_t>
  auto async_create_group_channel(NewGroupChannel channel, Token&& token = {}) {
    return start<Channel>(&detail::Operations::create_group_channel, token, std::move(channel));
  }

  /// The 1x1 channel with `peer`, created if need be: both sides get the same one, whoever asks first.
  /// Errc::conflict: a channel of that name belongs to somebody else. Errc::forbidden: `peer` has blocked
  /// this user, or the service does not let this user add it.
  template <class Token = boost::asio::deferred_t>
  auto async_direct_channel(std::string peer, std::string description, Token&& token = {}) {
    return start<Channel>(&detail::Operations::direct_channel, token, std::move(peer),
                          std::move(description));
  }

  template <class Token = boost::asio::deferred_t>
  [[deprecated("use async_direct_channel")]] auto async_create_private_channel(std::string peer,
                                                                               std::string description,
                                                                               Token&& token = {}) {
    return async_direct_channel(std::move(peer), std::move(description), std::forward<Token>(token));
  }

  /// Joins a group channel by name. Completes with it, also if joined already. Errc::not_found.
  template <class Token = boost::asio::deferred_t>
  auto async_join_channel(std::string name, Token&& token = {}) {
    return start<Channel>(&detail::Operations::join_channel, token, std::move(name));
  }

  /// A joined channel by SID or name, once it is loaded; it becomes current_channel(). Errc::not_found: there
  /// is no such channel, or this user is not a member.
  template <class Token = boost::asio::deferred_t>
  auto async_channel(std::string sid_or_name, Token&& token = {}) {
    return start<Channel>(&detail::Operations::find_channel, token, std::move(sid_or_name));
  }

  /// Stops an identity from reaching this user: it can no longer add this user to channels, open their 1x1
  /// channel or write in it. It is refused with Errc::forbidden and may conclude why. In group channels that
  /// both are in, its messages still arrive, and others may add both to one; admins of the service are not
  /// bound. Holds for all devices of this user until async_unblock(). Blocking somebody again changes
  /// nothing; the identity need not be known to the service. Fails with Errc::invalid_argument (empty, too
  /// long, one's own, or more than 1000 are blocked) or, at a service that knows no blocks (the vendor's),
  /// Errc::not_found.
  template <class Token = boost::asio::deferred_t>
  auto async_block(std::string identity, Token&& token = {}) {
    return start<void>(&detail::Operations::block, token, std::move(identity));
  }

  /// Takes a block back. Harmless for an identity that is not blocked. Fails as async_block() does.
  template <class Token = boost::asio::deferred_t>
  auto async_unblock(std::string identity, Token&& token = {}) {
    return start<void>(&detail::Operations::unblock, token, std::move(identity));
  }

  /// The identities that this user has blocked, from whatever device, sorted as bytes; at most 1000.
  template <class Token = boost::asio::deferred_t>
  auto async_blocked(Token&& token = {}) {
    return start<std::vector<std::string>>(&detail::Operations::blocked, token);
  }

  /// The joined channels as of now, oldest first. Never blocks.
  PARLEY_API std::vector<Channel> channels() const;
  PARLEY_API std::vector<Channel> group_channels() const;
  PARLEY_API std::vector<Channel> direct_channels() const;
  [[deprecated("use direct_channels")]] std::vector<Channel> private_channels() const {
    return direct_channels();
  }
  /// What is unread in all of them together, as their state() says. Never blocks.
  PARLEY_API UnreadTotal unread() const;
  /// The channel this client created, joined or looked up last; an empty handle before.
  PARLEY_API Channel current_channel() const;

 private:
  template <class T, class Operation, class Token, class... Arguments>
  auto start(Operation operation, Token& token, Arguments... arguments) {
    return boost::asio::async_initiate<Token, Signature<T>>(detail::initiation<T>(runtime_, operation), token,
                                                            std::move(arguments)...);
  }

  using WeakRuntime = std::weak_ptr<detail::ClientRuntime>;
  WeakRuntime weak() const { return runtime_; }
  PARLEY_API static void connect(const WeakRuntime& runtime, Completion<void> done);
  PARLEY_API static void close(const WeakRuntime& runtime, Completion<void> done);
  PARLEY_API static void forget(const WeakRuntime& runtime, Completion<void> done);

  std::shared_ptr<detail::ClientRuntime> runtime_;
};

/// The name of the 1x1 channel of two identities: sorted as bytes, '#' and '%' inside each percent-encoded,
/// joined by '#'. The same for both orders; no two pairs share one.
PARLEY_API std::string direct_channel_name(std::string_view a, std::string_view b);

[[deprecated("use direct_channel_name")]] inline std::string private_channel_name(std::string_view a,
                                                                                  std::string_view b) {
  return direct_channel_name(a, b);
}

}  // namespace parley
