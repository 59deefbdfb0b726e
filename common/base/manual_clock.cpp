#include <parley/testing/manual_clock.hpp>

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace parley::testing {
namespace detail {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint kBeginning{1000h};
/// An answer to the first question may be overtaken by work that was posted in two steps.
constexpr int kQuietRounds = 2;
constexpr auto kPatience = 10s;  // of real time
constexpr auto kPollEvery = 1ms;

WallTime::duration to_wall(Duration duration) {
  return std::chrono::duration_cast<WallTime::duration>(duration);
}

}  // namespace

/// A thread that works by the clock.
struct Member {
  VirtualTime::Probe probe;
  std::uint64_t asked = 0;                ///< questions so far; answers to older ones do not count
  std::optional<std::uint64_t> answer{};  ///< to the last one
  std::optional<std::uint64_t> before{};  ///< its activity at the question before
  bool gone = false;
};

/// All that the clocks of one test share: the time, and who works by it.
class World final : public std::enable_shared_from_this<World> {
 public:
  explicit World(WallTime start) : wall_shift_(start.time_since_epoch()) {}

  TimePoint now() const {
    const std::lock_guard lock(mutex_);
    return now_;
  }
  void advance(Duration by);
  void jump(Duration by);
  bool advance_until(const std::function<bool()>& done, Duration limit);
  bool settle();
  void also_run(std::function<std::size_t()> poll) { polls_.push_back(std::move(poll)); }

  std::shared_ptr<void> join(VirtualTime::Probe probe);

 private:
  friend class Machine;
  using Wake = std::function<void()>;

  std::optional<TimePoint> next_alarm() const;
  void move_to(TimePoint at, std::vector<Wake>& rung);
  bool move_to_next(TimePoint limit);
  bool settle_round(std::chrono::steady_clock::time_point give_up, bool& quiet);
  void ask(const std::shared_ptr<Member>& member);
  bool wait_for_answers(std::unique_lock<std::mutex>& lock, std::chrono::steady_clock::time_point give_up,
                        const std::function<bool()>& is_over);
  bool run_polls();
  void leave(const std::shared_ptr<Member>& member);

  mutable std::mutex mutex_;
  std::condition_variable answered_;
  TimePoint now_ = kBeginning;
  WallTime::duration wall_shift_;   ///< the calendar at kBeginning
  std::vector<Machine*> machines_;  ///< each leaves when it goes
  std::vector<std::shared_ptr<Member>> members_;
  std::vector<std::function<std::size_t()>> polls_;  ///< of the thread that moves time
};

/// One machine's view of the time, and what is to ring there. Guarded by the world's mutex.
class Machine final : public VirtualTime, public std::enable_shared_from_this<Machine> {
 public:
  explicit Machine(std::shared_ptr<World> world) : world_(std::move(world)) {
    const std::lock_guard lock(world_->mutex_);
    world_->machines_.push_back(this);
  }
  ~Machine() override {
    const std::lock_guard lock(world_->mutex_);
    std::erase(world_->machines_, this);
  }

  TimePoint now() const {
    const std::lock_guard lock(world_->mutex_);
    return asleep_since_.value_or(world_->now_) - slept_;
  }
  WallTime wall_now() const {
    const std::lock_guard lock(world_->mutex_);
    return world_wall() + wall_shift_;
  }
  void suspend() {
    const std::lock_guard lock(world_->mutex_);
    if (!asleep_since_) asleep_since_ = world_->now_;
  }
  void resume() {
    const std::lock_guard lock(world_->mutex_);
    if (asleep_since_) slept_ += world_->now_ - *std::exchange(asleep_since_, std::nullopt);
  }
  void set_wall(WallTime now) {
    const std::lock_guard lock(world_->mutex_);
    wall_shift_ = now - world_wall();
  }
  void set_wall_of_world(WallTime now) {
    const std::lock_guard lock(world_->mutex_);
    world_->wall_shift_ += now - world_wall();
  }

  std::shared_ptr<void> wake_at(TimePoint at, std::function<void()> wake) override {
    std::unique_lock lock(world_->mutex_);
    const Key key{at, ++last_id_};
    alarms_.emplace(key, std::move(wake));
    lock.unlock();
    return {this, [self = shared_from_this(), key](void*) { self->call_off(key); }};
  }
  std::shared_ptr<void> join(Probe probe) override { return world_->join(std::move(probe)); }

 private:
  friend class World;
  using Key = std::pair<TimePoint, std::uint64_t>;
  using Alarms = std::map<Key, std::function<void()>>;

  WallTime world_wall() const { return WallTime(world_->wall_shift_ + to_wall(world_->now_ - kBeginning)); }

  // What the function holds may be anything: it is destroyed when the mutex is free.
  void call_off(const Key& key) {
    Alarms::node_type called_off;
    const std::lock_guard lock(world_->mutex_);
    called_off = alarms_.extract(key);
  }

  /// The first alarm, by the world's time.
  std::optional<TimePoint> next_alarm() const {
    if (asleep_since_ || alarms_.empty()) return std::nullopt;
    return alarms_.begin()->first.first + slept_;
  }

  const std::shared_ptr<World> world_;
  Duration slept_{};
  std::optional<TimePoint> asleep_since_;  ///< by the world's time
  WallTime::duration wall_shift_{};
  Alarms alarms_;
  std::uint64_t last_id_ = 0;
};

std::optional<TimePoint> World::next_alarm() const {
  std::optional<TimePoint> first;
  for (const Machine* machine : machines_)
    if (const auto next = machine->next_alarm(); next && (!first || *next < *first)) first = next;
  return first;
}

// Alarms that are set while others ring belong to the next instant, also if it is the same time.
void World::move_to(TimePoint at, std::vector<Wake>& rung) {
  now_ = std::max(now_, at);
  for (Machine* machine : machines_)
    for (auto next = machine->next_alarm(); next && *next <= now_; next = machine->next_alarm()) {
      rung.push_back(std::move(machine->alarms_.extract(machine->alarms_.begin()).mapped()));
      rung.back()();
    }
}

bool World::move_to_next(TimePoint limit) {
  std::vector<Wake> rung;
  const std::lock_guard lock(mutex_);
  const auto next = next_alarm();
  if (!next || *next > limit) return false;
  move_to(*next, rung);
  return true;
}

void World::advance(Duration by) {
  const auto never = [] { return false; };
  advance_until(never, by);
}

bool World::advance_until(const std::function<bool()>& done, Duration limit) {
  const TimePoint end = now() + limit;
  settle();
  while (!done()) {
    if (move_to_next(end)) {
      settle();
      continue;
    }
    jump(std::max(end - now(), Duration::zero()));
    return done();
  }
  return true;
}

void World::jump(Duration by) {
  {
    std::vector<Wake> rung;
    const std::lock_guard lock(mutex_);
    move_to(now_ + by, rung);
  }
  settle();
}

bool World::settle() {
  const auto give_up = std::chrono::steady_clock::now() + kPatience;
  for (int quiet_rounds = 0; quiet_rounds < kQuietRounds;) {
    bool quiet = true;
    if (!settle_round(give_up, quiet)) return false;
    quiet_rounds = quiet ? quiet_rounds + 1 : 0;
    if (std::chrono::steady_clock::now() > give_up) return false;
  }
  return true;
}

// All are asked at once, and the next round begins when all have answered: whoever has done nothing between
// two answers was idle in between, with nothing posted to it.
bool World::settle_round(std::chrono::steady_clock::time_point give_up, bool& quiet) {
  quiet = !run_polls();
  std::unique_lock lock(mutex_);
  const auto members = members_;
  lock.unlock();
  for (const auto& member : members) ask(member);
  const auto is_over = [&] {
    return std::all_of(members.begin(), members.end(),
                       [](const auto& member) { return member->answer || member->gone; });
  };
  lock.lock();
  if (!wait_for_answers(lock, give_up, is_over)) return false;
  for (const auto& member : members) {
    if (member->answer != member->before) quiet = false;
    member->before = member->answer;
  }
  return true;
}

void World::ask(const std::shared_ptr<Member>& member) {
  std::unique_lock lock(mutex_);
  if (member->gone) return;
  const std::uint64_t question = ++member->asked;
  member->answer.reset();
  const VirtualTime::Probe probe = member->probe;
  lock.unlock();
  probe([self = shared_from_this(), member, question](std::uint64_t activity) {
    const std::lock_guard answering(self->mutex_);
    if (member->asked != question) return;
    member->answer = activity;
    self->answered_.notify_all();
  });
}

bool World::wait_for_answers(std::unique_lock<std::mutex>& lock,
                             std::chrono::steady_clock::time_point give_up,
                             const std::function<bool()>& is_over) {
  if (polls_.empty()) return answered_.wait_until(lock, give_up, is_over);
  while (!is_over()) {
    lock.unlock();
    const bool did_something = run_polls();
    lock.lock();
    if (!did_something) answered_.wait_for(lock, kPollEvery, is_over);
    if (std::chrono::steady_clock::now() > give_up) return false;
  }
  return true;
}

bool World::run_polls() {
  std::size_t done = 0;
  for (const auto& poll : polls_) done += poll();
  return done > 0;
}

std::shared_ptr<void> World::join(VirtualTime::Probe probe) {
  auto member = std::make_shared<Member>(Member{.probe = std::move(probe)});
  const std::lock_guard lock(mutex_);
  members_.push_back(member);
  return {member.get(), [self = shared_from_this(), member](void*) { self->leave(member); }};
}

void World::leave(const std::shared_ptr<Member>& member) {
  VirtualTime::Probe released;  // destroyed when the mutex is free
  const std::lock_guard lock(mutex_);
  member->gone = true;
  released.swap(member->probe);
  std::erase(members_, member);
  answered_.notify_all();
}

}  // namespace detail

ManualClock::ManualClock(WallTime start)
    : world_(std::make_shared<detail::World>(start)), machine_(std::make_shared<detail::Machine>(world_)) {}
ManualClock::~ManualClock() = default;

TimePoint ManualClock::now() const { return machine_->now(); }
WallTime ManualClock::wall_now() const { return machine_->wall_now(); }
VirtualTime* ManualClock::virtual_time() const { return machine_.get(); }
void ManualClock::advance(Duration by) { world_->advance(by); }
bool ManualClock::advance_until(const std::function<bool()>& done, Duration limit) {
  return world_->advance_until(done, limit);
}
void ManualClock::jump(Duration by) { world_->jump(by); }
void ManualClock::set_wall(WallTime now) { machine_->set_wall_of_world(now); }
bool ManualClock::settle() { return world_->settle(); }
void ManualClock::also_run(std::function<std::size_t()> poll) { world_->also_run(std::move(poll)); }

MachineClock::MachineClock(const ManualClock& time)
    : machine_(std::make_shared<detail::Machine>(time.world_)) {}
MachineClock::~MachineClock() = default;

TimePoint MachineClock::now() const { return machine_->now(); }
WallTime MachineClock::wall_now() const { return machine_->wall_now(); }
VirtualTime* MachineClock::virtual_time() const { return machine_.get(); }
void MachineClock::suspend() { machine_->suspend(); }
void MachineClock::resume() { machine_->resume(); }
void MachineClock::set_wall(WallTime now) { machine_->set_wall(now); }

}  // namespace parley::testing
