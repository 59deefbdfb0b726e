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
using ConnectionAction = std::variant<twilsock::Open, twilsock::SendBytes, twilsock::DropStream, FetchToken>;

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
  /// Nothing is tried any more until the next connect(). `final`: the client was refused, or closed.
  virtual void on_given_up(const Error& reason, bool final) = 0;
};

/// The link to the service: keeps itself connected with a fresh token, carries REST calls, keeps Sync objects
/// subscribed. No I/O: bytes, tokens and the time go in, bytes and wishes come out of next().
///
///   state      | accepts                          | leaves by
///   -----------|----------------------------------|----------------------------------------------------
///   offline    | connect                          | connect -> connecting
///   connecting | token, socket, `init`            | `init` accepted -> connected; lost -> waiting; time
///              |                                  | up -> offline; refused -> denied
///   connected  | everything                       | lost -> waiting; refused -> denied; the first load
///              |                                  | fails, or time up before it -> offline or denied
///   waiting    | time, token                      | next attempt -> connecting; time up before the
///              |                                  | first load -> offline; refused -> denied
///   denied     | connect                          | connect -> connecting
///
/// close() leads to offline from everywhere, for good. Context::now is set before every input.
class Connection {
 public:
  Connection(ConnectionSettings settings, Context& context);
  /// Before the first input. `observer` must outlive this.
  void observe(ConnectionObserver& observer) { observer_ = &observer; }

  /// @name What the user wants
  void connect(Done<void> done);
  /// Says goodbye; whatever is pending fails with Errc::client_closed. Final.
  void close();
  /// Completes when operations make sense: at once after the first load, with it while it is under way, with
  /// an error where nobody connects.
  void when_usable(Done<void> done);

  /// @name What the world does
  void on_open();
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
  void drain();
  void on_machine_action(twilsock::ClientAction action);
  void on_state(const twilsock::StateChanged& change);
  void on_notification(const twilsock::NotificationReceived& notification);
  void on_subscriber_action(sync::SubscriberAction action);
  void on_keeper_action(token::KeeperAction action);
  void on_no_token(const Error& error);
  void start_loading();
  void on_loaded(Result<void> outcome);
  void on_ready();
  void finish_connect(Result<void> outcome);
  void give_up(Error reason, ConnectionState state);
  void set_status(ConnectionStatus status);

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
  std::vector<Done<void>> connecting_;
  std::optional<TimePoint> connect_deadline_;
  bool loading_ = false;
  bool loaded_ = false;
  bool closed_ = false;
  std::optional<Error> token_refused_;
  std::deque<ConnectionAction> actions_;
};

}  // namespace parley::detail
