#pragma once
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "chat_sdk/cache_sqlite/src/sqlite_store.hpp"
#include "chat_sdk/src/engine.hpp"
#include "chat_service/core.hpp"
#include "common/base/random.hpp"
#include "common/protocol/token/access_token.hpp"

/// The real client engine and the real service core in one thread, joined by a network that delays, cuts
/// and heals by a seed, on virtual time. No socket, no wait: the same seed gives the same run.
namespace parley::simulation {

/// Things to happen, by time; of one time in order of scheduling.
class Schedule {
 public:
  void at(TimePoint when, std::function<void()> what) { due_.emplace(when, std::move(what)); }
  std::optional<TimePoint> next() const;
  void run_next();

 private:
  std::multimap<TimePoint, std::function<void()>> due_;
};

class World;

/// One user at one device.
class User {
 public:
  User(World& world, std::string name);

  /// Runs `act` with the engine, then carries out what it wants. Exactly one completion is expected for each
  /// `done` handed out by tracked().
  void act(const std::function<void(detail::Engine&)>& act);
  template <class T>
  detail::Done<T> tracked(std::function<void(Result<T>)> then = {});

  void on_time();
  std::optional<TimePoint> next_deadline() const;
  void cut();
  /// The link swallows everything from now on, in both directions, and neither end is told.
  void fall_silent();
  /// The process dies, and another one is started over the same disk. What was being written is there, or
  /// not.
  void restart();
  /// Its wall clock is set, and from now on shows this much more or less than the world's.
  void set_clock(WallTime::duration ahead) { clock_ahead_ = ahead; }
  /// The lid is closed: the process does nothing, its steady clock stands, and what comes meanwhile waits.
  void sleep(Duration time);
  /// The process is stopped for a while: as sleep(), but its steady clock goes on.
  void stop(Duration time);
  bool is_asleep() const;
  const std::string& name() const { return name_; }
  detail::Engine& engine() { return *engine_; }

  std::vector<Event> heard;
  std::map<std::string, std::vector<Message>>
      messages;  ///< heard since the last join, as they are now, by channel SID
  /// Told by this process of each message of this user's, by local id.
  std::map<std::string, int> outcomes;
  std::set<std::string> owed;  ///< told as pending by earlier processes, without an outcome yet
  bool restarted = false;
  bool disk_full = false;
  int started = 0, completed = 0;
  std::string trouble;  ///< "completed twice" and the like

 private:
  friend class World;
  void start();
  /// Something that happens to this user's machine: at `when`, or when it wakes up.
  void at(TimePoint when, std::function<void()> what);
  void apply();
  void apply(const detail::CacheAction& action);
  Result<void> write(const detail::WriteCache& batch);
  void on_outcome(const std::string& local_id);
  void dial();
  void on_event(const Event& event);

  World& world_;
  std::string name_;
  std::unique_ptr<detail::SqliteStore> disk_;
  std::uint64_t process_ = 0;
  std::optional<detail::WriteCache> writing_;
  std::unique_ptr<detail::Engine> engine_;
  std::optional<chat_service::ConnectionId> connection_;
  std::uint64_t epoch_ = 0;  // deliveries of an earlier connection are void
  TimePoint uplink_free_{}, downlink_free_{}, disk_free_{};
  TimePoint awake_at_{};
  Duration slept_{};  // in all: its steady clock is this much behind the world's
  WallTime::duration clock_ahead_{};
};

class World {
 public:
  /// `database`: a file lets the service crash and come back; ":memory:" does not.
  explicit World(std::uint64_t seed, std::string database = ":memory:", chat_service::Throttle throttle = {},
                 bool knows_mutation_ids = true);

  User& add_user(const std::string& name);
  void run(Duration time);
  /// The process dies: nothing uncommitted survives, all connections break.
  void crash_service();

  SeededRandom random;
  TimePoint now{};
  WallTime wall{std::chrono::hours(24 * 365 * 56)};
  bool reachable = true;
  const bool mutation_ids;  ///< known to the service
  std::chrono::seconds token_life{3600};
  std::vector<std::unique_ptr<User>> users;

 private:
  friend class User;
  void start_service();
  void pump_service();
  void on_service_action(chat_service::CoreAction action);
  User* user_of(chat_service::ConnectionId connection);
  Duration latency();
  std::string mint(const std::string& identity) const;

  std::string database_;
  chat_service::Throttle throttle_;
  Schedule schedule_;
  std::set<chat_service::ConnectionId> deaf_;  // the service believes in them, their clients are gone
  std::unique_ptr<chat_service::Core> service_;
  std::uint64_t service_epoch_ = 0;
  bool flush_scheduled_ = false;
  token::ApiKey key_;
};

template <class T>
detail::Done<T> User::tracked(std::function<void(Result<T>)> then) {
  ++started;
  auto finished = std::make_shared<bool>(false);
  return [this, finished, then = std::move(then)](Result<T> outcome) {
    if (*finished) trouble = name_ + ": an operation completed twice";
    *finished = true;
    ++completed;
    if (then) then(std::move(outcome));
  };
}

}  // namespace parley::simulation
