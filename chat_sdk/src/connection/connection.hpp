#pragma once
#include <deque>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <parley/options.hpp>
#include <parley/status.hpp>

#include "chat_sdk/src/connection/service_access.hpp"
#include "chat_sdk/src/connection/twilsock_rest_calls.hpp"
#include "common/protocol/token/keeper.hpp"
#include "common/protocol/twilsock/client_machine.hpp"

namespace parley::detail {

struct ConnectionSettings {
  std::string region = "us1";
  Timeouts timeouts;
  RetryPolicy retry;
};

/// Ask the token source; answer with on_token(fetch_id).
struct FetchToken {
  std::uint64_t fetch_id;
};
using ConnectionAction =
    std::variant<twilsock::Open, twilsock::SendBytes, twilsock::DropStream, FetchToken, twilsock::SendPing>;

/// What the model is told of the connection.
class ConnectionObserver {
 public:
  virtual ~ConnectionObserver() = default;
  /// The first connection stands: reads what the client must know before it is ready. An error ends the
  /// connection.
  virtual void load(Done<void> done) = 0;
  /// A change, or the state of a subscription; never sync::SendBatch.
  virtual void on_sync(const sync::SubscriberAction& action) = 0;
  /// Connected, and loaded: requests make sense. After each reconnect.
  virtual void on_ready() = 0;
  virtual void on_disconnected() = 0;
  /// Nothing is tried any more until the next connect(). `final`: the client was refused by somebody, or
  /// closed.
  virtual void on_given_up(const Error& reason, bool final) = 0;
};

/// The link to the service: keeps itself connected with a fresh token, carries REST calls, keeps Sync objects
/// subscribed. No I/O: bytes, tokens and the time go in, bytes and wishes come out of next().
///
///   state      | accepts                          | leaves by
///   -----------|----------------------------------|----------------------------------------------------
///   offline    | connect, refuse                  | connect -> connecting; refuse -> denied
///   connecting | token, socket, `init`, doubt     | `init` accepted -> connected; lost -> waiting; time
///              |                                  | up -> offline; refused -> denied
///   connected  | everything                       | lost -> waiting; refused -> denied; the first load
///              |                                  | fails, or time up before it -> offline or denied
///   waiting    | time, token, connect, doubt      | next attempt -> connecting; time up before the
///              |                                  | first load -> offline; refused -> denied
///   denied     | connect, refuse                  | connect -> connecting
///
/// With RetryPolicy::keep_trying no time is up, and a first load that fails is tried again as a lost
/// connection is. close() leads to offline from everywhere, for good. Context::now is set before every input.
class Connection {
 public:
  Connection(ConnectionSettings settings, Context& context);
  /// Before the first input. `observer` must outlive this.
  void observe(ConnectionObserver& observer) { observer_ = &observer; }

  /// @name What the user wants
  /// Completes when connected and loaded, or with the last reason after Timeouts::connect. Starts, or ends a
  /// back-off.
  void connect(Done<void> done);
  /// The options permit no connection: says so until the next connect(). Of no effect while one is made.
  void refuse(Error reason);
  /// A back-off ends and starts from the beginning afterwards; a connection is probed; an attempt that takes
  /// long begins anew. Of no effect while nobody connects, as are the next two.
  void reconnect_now();
  /// The same without the new beginning.
  void network_changed();
  void refresh_token();
  /// Says goodbye; whatever is pending fails with Errc::client_closed. Final.
  void close();
  /// Completes when operations make sense: at once after the first load, with it while it is under way, with
  /// an error where nobody connects.
  void when_usable(Done<void> done);

  /// @name What the world does
  /// This machine slept, or the process was stopped, for so long. Before the input that showed it.
  void on_woken(Duration slept);
  void on_open();
  /// Bytes have come, though no whole message may have.
  void on_input();
  void on_message(std::string_view bytes);
  void on_closed(Error reason);
  void on_token(std::uint64_t fetch_id, Result<std::string> token);
  void on_time();

  /// Drain after every input.
  std::optional<ConnectionAction> next();
  std::optional<TimePoint> next_deadline() const;

  const ConnectionStatus& status() const { return status_; }
  /// The token in use; "" if there is none.
  const std::string& token() const { return keeper_.token(); }

  /// What the model needs of it. Lives as long as the connection.
  ServiceAccess service_access() { return {context_, timers_, rest_, urls_, subscriber_}; }
  const ServiceUrls& urls() const { return urls_; }

 private:
  struct Waiter {
    Done<void> done;
    TimePoint deadline;
  };

  bool is_ready() const { return loaded_ && status_.state == ConnectionState::connected; }
  void wait_until_ready(Done<void> done);
  void expire_waiters();
  Error why_not_ready() const;
  std::optional<std::chrono::milliseconds> time_to_retry() const;
  void drain();
  void on_machine_action(twilsock::ClientAction action);
  void on_state(const twilsock::StateChanged& change);
  void on_notification(const twilsock::NotificationReceived& notification);
  void on_subscriber_action(sync::SubscriberAction action);
  void on_keeper_action(token::KeeperAction action);
  void log_fetched(const Result<std::string>& token) const;
  void on_no_token(const Error& error, std::optional<Duration> retry_in);
  void start_loading();
  void on_loaded(Result<void> outcome);
  void on_ready();
  void finish_connect(Result<void> outcome);
  void give_up(Error reason, ConnectionState state);
  void set_status(ConnectionState state, std::optional<Error> reason = {},
                  std::optional<std::chrono::milliseconds> retry_in = {});
  void on_waiting(const twilsock::StateChanged& change);

  ConnectionSettings settings_;
  Context& context_;
  ConnectionObserver* observer_ = nullptr;
  Timers timers_;
  token::Keeper keeper_;
  twilsock::ClientMachine machine_;
  sync::Subscriber subscriber_;
  ServiceUrls urls_;
  TwilsockRestCalls rest_;

  ConnectionStatus status_;
  std::uint64_t number_ = 0;
  std::uint64_t attempts_ = 0;
  std::deque<Waiter> connecting_;  // the oldest first: all wait equally long
  bool loading_ = false;
  bool loaded_ = false;
  bool closed_ = false;
  std::optional<TimePoint> retry_at_;  // of `waiting`
  std::optional<Error> token_refused_;
  TimePoint token_asked_{};
  std::deque<ConnectionAction> actions_;
};

}  // namespace parley::detail
