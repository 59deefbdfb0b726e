#pragma once
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "chat_service/core.hpp"
#include "common/base/http.hpp"
#include "common/base/json.hpp"
#include "common/base/random.hpp"
#include "common/protocol/sync/event.hpp"
#include "common/protocol/twilsock/packet.hpp"
#include "tests/support/api_caller.hpp"

/// The chat service's core in virtual time, and clients that speak Twilsock to it from memory.
namespace parley::testing {

/// The tenant of the tests' key.
chat_service::Tenant test_tenant();

struct DriverOptions {
  std::vector<chat_service::Tenant> tenants{test_tenant()};
  std::string database = ":memory:";
  std::uint64_t seed = 1;
  /// Nothing is refused unless the test is about that: in virtual time much happens at once.
  chat_service::Throttle throttle{.per_second = 1e9, .burst = 1e9};
  chat_service::MessageOptions messages{};
  std::function<Result<std::uint64_t>()> free_bytes{};
  std::size_t erase_rows = 200;
  chat_service::ConnectionLimits connection_limits{};
  chat_service::Peer peer{};  ///< where all clients are
  std::function<void()> on_tidy{};
  std::function<void(std::string_view route, int status)> on_answer{};
};

class CoreDriver {
 public:
  explicit CoreDriver(DriverOptions options = {});

  chat_service::Core& core() { return *core_; }
  storage::Database& database() { return *database_; }
  TimePoint now() const { return now_; }
  WallTime wall_now() const { return wall_now_; }

  /// Somebody puts the calendar forward (or back) by so much; no time passes.
  void set_clock_ahead(std::chrono::hours by) { wall_now_ += by; }
  /// Lets time pass, stopping at every deadline on the way.
  void advance(Duration by);
  /// Somebody sets the clock.
  void set_clock(std::chrono::seconds by) { wall_now_ += by; }
  /// Ends the core without a word and starts a new one on the same database file.
  void restart();
  /// False: nothing is committed until flush() is called.
  void flush_by_itself(bool on) { flush_by_itself_ = on; }
  void flush();

  std::string token(const std::string& identity, std::chrono::seconds ttl = std::chrono::hours(1));

  std::string token(const std::string& identity, const Ticket& ticket);

  /// A new connection whose `init` has that token. What it is told is the first frame of it.
  chat_service::ConnectionId begin(const std::string& token);

  // For TestClient.
  chat_service::ConnectionId open();
  void deliver(chat_service::ConnectionId connection, std::string_view bytes);
  void cut(chat_service::ConnectionId connection);
  /// What was sent to a connection since the last call.
  std::deque<std::shared_ptr<const std::string>> take_frames(chat_service::ConnectionId connection);
  /// Why the core ended the connection, if it did.
  std::optional<Error> ended(chat_service::ConnectionId connection) const;

 private:
  void start();
  void settle();

  DriverOptions options_;
  SeededRandom random_;
  TimePoint now_;
  WallTime wall_now_;
  storage::Database* database_ = nullptr;
  std::unique_ptr<chat_service::Core> core_;
  bool flush_by_itself_ = true;
  std::map<chat_service::ConnectionId, std::deque<std::shared_ptr<const std::string>>> frames_;
  std::map<chat_service::ConnectionId, Error> ended_;
};

/// One client's connection.
class TestClient : public ApiCaller {
 public:
  /// Connects with a fresh token; the token must be accepted.
  TestClient(CoreDriver& driver, std::string identity);
  /// With that ticket every time.
  TestClient(CoreDriver& driver, std::string identity, Ticket ticket);

  Reply request(http::Request request) override;

  /// Sends without waiting; the answer is in reply(id) once it came.
  std::string send(http::Request request);
  std::optional<Reply> reply(const std::string& id);
  void send_bytes(std::string_view bytes);

  /// Says something that is no request, with an id of its own.
  void say_packet(twilsock::Body body);
  /// Gives the connection a new token.
  void renew(const Ticket& ticket);

  /// Opens an object by name and subscribes from the position it is at.
  json::Value watch(sync::ObjectType type, const std::string& name);
  Reply subscribe(const std::vector<sync::SubscriptionRequest>& requests, sync::Correlation correlation = {7});

  struct Note {
    std::string type;
    std::string payload;
    sync::Envelope envelope;  ///< of Sync notifications
  };
  /// Notifications since the last call, in order.
  std::vector<Note> take_notes();
  /// The events among them, live and replayed.
  std::vector<sync::Event> take_events();
  /// Packets that are neither replies nor notifications (pings are answered and left out).
  std::vector<twilsock::Packet> take_others();

  void cut() { driver_.cut(connection_); }
  /// Cuts the connection if it stands, and connects anew.
  void reconnect();
  std::optional<Error> ended() const { return driver_.ended(connection_); }
  const twilsock::Status& init_status() const { return init_status_; }
  chat_service::ConnectionId connection() const { return connection_; }

 private:
  void connect();
  void collect();
  void take_in(twilsock::Packet packet);

  CoreDriver& driver_;
  Ticket ticket_;
  chat_service::ConnectionId connection_ = 0;
  int last_request_ = 0;
  twilsock::Status init_status_;
  std::map<std::string, Reply> replies_;
  std::vector<Note> notes_;
  std::vector<twilsock::Packet> others_;
};

}  // namespace parley::testing
