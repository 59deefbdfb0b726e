#pragma once
#include <deque>
#include <optional>
#include <string>
#include <variant>

#include <parley/client.hpp>

#include "chat_sdk/src/connection/rest_calls.hpp"
#include "chat_sdk/src/connection/timers.hpp"
#include "chat_sdk/src/model/direct_channels.hpp"
#include "chat_sdk/src/model/directory.hpp"
#include "chat_sdk/src/model/operations.hpp"
#include "common/protocol/sync/subscriber.hpp"
#include "common/protocol/token/keeper.hpp"
#include "common/protocol/twilsock/client_machine.hpp"

namespace parley::detail {

struct EngineSettings {
  std::string region = "us1";
  Timeouts timeouts;
  RetryPolicy retry;
};

/// Ask the token source; answer with on_token(fetch_id).
struct FetchToken {
  std::uint64_t fetch_id;
};
using EngineAction = std::variant<twilsock::Open, twilsock::SendBytes, twilsock::DropStream, FetchToken>;

/// The whole client without I/O: bytes, tokens, requests and the time go in; bytes, events and outcomes come
/// out. The runtime around it carries the actions out; the simulation plays the runtime on virtual time.
///
/// Not thread-safe: one owner. Every input takes the time; events are handed to `emit` and operations
/// complete inside such a call. Drain next() after each.
class Engine {
 public:
  Engine(EngineSettings settings, Random& random, std::function<void(Event)> emit,
         std::weak_ptr<ClientRuntime> runtime);

  /// @name What the user wants
  void connect(Done<void> done);
  /// Says goodbye; whatever is pending fails with Errc::client_closed. Final.
  void close();
  Operations& operations() { return operations_; }
  DirectChannels& private_channels() { return direct_channels_; }

  /// @name What the world does. set_time() comes first, with every input.
  void set_time(TimePoint now, WallTime wall_now);
  void on_open();
  void on_message(std::string_view bytes);
  void on_closed(Error reason);
  void on_token(std::uint64_t fetch_id, Result<std::string> token);
  void on_time();

  std::optional<EngineAction> next();
  std::optional<TimePoint> next_deadline() const;

  /// Completes when operations make sense: at once after the first connect, with it while it is under way,
  /// with an error where nobody connects.
  void when_usable(Done<void> done);
  const ConnectionStatus& status() const { return status_; }
  const std::string& identity() const { return urls_.configuration().identity; }
  const ChannelList& channels() const { return directory_.list(); }
  /// For media, which do not go through the connection: where they are, and the token of now.
  const std::string& media_url() const { return urls_.configuration().media_url; }
  const std::string& token() const { return keeper_.token(); }

 private:
  void drain();
  void on_machine_action(twilsock::ClientAction action);
  void on_state(const twilsock::StateChanged& change);
  void on_notification(const twilsock::NotificationReceived& notification);
  void on_subscriber_action(sync::SubscriberAction action);
  void on_keeper_action(token::KeeperAction action);
  void on_no_token(const Error& error);
  void start_loading();
  void finish_connect(Result<void> outcome);
  void give_up(Error reason, ConnectionState state);
  void set_status(ConnectionStatus status);

  EngineSettings settings_;
  Context context_;
  Timers timers_;
  token::Keeper keeper_;
  twilsock::ClientMachine machine_;
  sync::Subscriber subscriber_;
  ServiceUrls urls_;
  RestCalls rest_;
  Directory directory_;
  Operations operations_;
  DirectChannels direct_channels_;
  std::weak_ptr<ClientRuntime> runtime_;

  ConnectionStatus status_;
  std::vector<Done<void>> connecting_;
  std::optional<TimePoint> connect_deadline_;
  bool loading_ = false;
  bool loaded_ = false;
  bool closed_ = false;
  std::optional<Error> token_refused_;
  std::deque<EngineAction> actions_;
};

}  // namespace parley::detail
