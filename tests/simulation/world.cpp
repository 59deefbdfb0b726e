#include "tests/simulation/world.hpp"

#include <stdexcept>

#include "common/base/earliest.hpp"

namespace parley::simulation {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr const char* kService = "IS00000000000000000000000000000003";

}  // namespace

std::optional<TimePoint> Schedule::next() const {
  if (due_.empty()) return std::nullopt;
  return due_.begin()->first;
}

void Schedule::run_next() {
  const auto what = std::move(due_.begin()->second);
  due_.erase(due_.begin());
  what();
}

User::User(World& world, std::string name)
    : world_(world), name_(std::move(name)), disk_(detail::SqliteStore::open(":memory:").value()) {
  start();
}

void User::start() {
  engine_ = std::make_unique<detail::Engine>(
      detail::ConnectionSettings{},
      detail::ModelSettings{.outbox = {{}, world_.mutation_ids},
                            .cache = {.enabled = true, .identity = name_}},
      world_.random, [this](const Event& event) { on_event(event); },
      [](std::shared_ptr<detail::ChannelSlot> slot) { return Channel(std::move(slot), {}); });
}

void User::act(const std::function<void(detail::Engine&)>& act) {
  engine_->set_time(world_.now - slept_, world_.wall + clock_ahead_);
  act(*engine_);
  apply();
}

bool User::is_asleep() const { return world_.now < awake_at_; }

void User::sleep(Duration time) {
  awake_at_ = world_.now + time;
  slept_ += time;
}

void User::stop(Duration time) { awake_at_ = world_.now + time; }

void User::fall_silent() {
  if (!connection_) return;  // a dial that is under way ends by itself
  ++epoch_;
  world_.deaf_.insert(*std::exchange(connection_, std::nullopt));
}

void User::at(TimePoint when, std::function<void()> what) {
  world_.schedule_.at(when, [this, what = std::move(what)] { is_asleep() ? at(awake_at_, what) : what(); });
}

std::optional<TimePoint> User::next_deadline() const {
  const auto deadline = engine_->connection().next_deadline();
  if (!deadline) return std::nullopt;
  return std::max(*deadline + slept_, awake_at_);
}

void User::restart() {
  cut();
  if (writing_ && world_.random.below(2) == 0) static_cast<void>(write(*writing_));
  writing_.reset();
  ++process_;
  for (const auto& [id, told] : outcomes)
    if (told == 0) owed.insert(id);
  outcomes.clear();
  messages.clear();
  completed = started;  // nobody is left to be told
  restarted = true;
  start();
  act([&](detail::Engine& engine) { engine.connection().connect(tracked<void>()); });
}

void User::on_outcome(const std::string& local_id) {
  ++outcomes[local_id];
  owed.erase(local_id);
}

Result<void> User::write(const detail::WriteCache& batch) {
  if (disk_full) return Error{.code = Errc::storage_error, .message = "the disk is full"};
  return disk_->write(*batch.changes);
}

void User::apply(const detail::CacheAction& action) {
  disk_free_ = std::max(disk_free_, world_.now) + microseconds(world_.random.below(30'000));
  const auto when = disk_free_;
  if (std::holds_alternative<detail::OpenCache>(action))
    return at(when, [this, process = process_] {
      if (process != process_) return;
      act([this](detail::Engine& engine) { engine.cache().on_opened(disk_->contents().value()); });
    });
  if (const auto* wanted = std::get_if<detail::ReadCache>(&action))
    return at(when, [this, process = process_, wanted = *wanted] {
      if (process != process_) return;
      act([&](detail::Engine& engine) { engine.cache().on_read(wanted.read, disk_->read(wanted.query)); });
    });
  writing_ = std::get<detail::WriteCache>(action);
  at(when, [this, process = process_] {
    if (process != process_) return;
    const auto written = write(*std::exchange(writing_, std::nullopt));
    act([&](detail::Engine& engine) { engine.cache().on_written(written); });
  });
}

void User::on_time() {
  act([](detail::Engine& engine) { engine.connection().on_time(); });
}

void User::on_event(const Event& event) {
  heard.push_back(event);
  if (const auto* joined = std::get_if<ChannelJoined>(&event)) messages[joined->channel.sid()].clear();
  if (const auto* added = std::get_if<MessageAdded>(&event))
    messages[added->channel.sid()].push_back(added->message);
  if (const auto* updated = std::get_if<MessageUpdated>(&event))
    for (auto& one : messages[updated->channel.sid()])
      if (one.index == updated->message.index) one = updated->message;
  if (const auto* removed = std::get_if<MessageRemoved>(&event))
    std::erase_if(messages[removed->channel.sid()],
                  [&](const Message& one) { return one.index == removed->message.index; });
  if (const auto* pending = std::get_if<MessagePending>(&event)) outcomes[pending->message.local_id];
  if (const auto* sent = std::get_if<MessageSent>(&event)) on_outcome(sent->local_id);
  if (const auto* failed = std::get_if<MessageFailed>(&event)) on_outcome(failed->message.local_id);
}

void User::apply() {
  while (const auto action = engine_->cache().next()) apply(*action);
  while (auto action = engine_->connection().next()) {
    if (std::holds_alternative<twilsock::Open>(*action)) {
      dial();
    } else if (auto* bytes = std::get_if<twilsock::SendBytes>(&*action)) {
      if (!connection_) continue;
      uplink_free_ = std::max(uplink_free_, world_.now + world_.latency());
      world_.schedule_.at(uplink_free_, [this, epoch = epoch_, frame = std::move(bytes->bytes)] {
        if (epoch != epoch_ || !connection_) return;
        world_.service_->on_message(*connection_, frame, world_.now, world_.wall);
        world_.pump_service();
      });
    } else if (std::holds_alternative<twilsock::DropStream>(*action)) {
      cut();
    } else if (std::holds_alternative<twilsock::SendPing>(*action)) {
      if (!connection_) continue;
      at(world_.now + world_.latency(), [this, epoch = epoch_] {
        if (epoch == epoch_) act([](detail::Engine& engine) { engine.connection().on_input(); });
      });
    } else if (const auto* fetch = std::get_if<detail::FetchToken>(&*action)) {
      at(world_.now + world_.latency(), [this, id = fetch->fetch_id] {
        const bool fails = world_.random.below(10) == 0;
        const Result<std::string> token =
            fails ? Result<std::string>(Error{.code = Errc::unreachable, .message = "no token server"})
                  : Result<std::string>(world_.mint(name_));
        act([&](detail::Engine& engine) { engine.connection().on_token(id, token); });
      });
    }
  }
}

void User::dial() {
  cut();
  const auto epoch = epoch_;
  at(world_.now + world_.latency(), [this, epoch] {
    if (epoch != epoch_) return;
    if (!world_.reachable)
      return act([](detail::Engine& engine) {
        engine.connection().on_closed({.code = Errc::unreachable, .message = "no way"});
      });
    connection_ = world_.service_->open(world_.now);
    world_.pump_service();
    act([](detail::Engine& engine) { engine.connection().on_open(); });
  });
}

// What was under way is lost; both ends may notice, the client only if it did not do it itself.
void User::cut() {
  ++epoch_;
  if (!connection_) return;
  const auto connection = *connection_;
  connection_.reset();
  world_.service_->on_closed(connection, world_.now, world_.wall);
  world_.pump_service();
}

World::World(std::uint64_t seed, std::string database, chat_service::Throttle throttle,
             bool knows_mutation_ids)
    : random(seed), database_(std::move(database)), throttle_(throttle), mutation_ids(knows_mutation_ids) {
  key_ = {"AC00000000000000000000000000000001", "SK00000000000000000000000000000002", "simulated secret"};
  start_service();
}

void World::start_service() {
  chat_service::CoreOptions options;
  options.tenants.push_back({.account_sid = key_.account_sid,
                             .service_sid = kService,
                             .keys = token::KeyRing(key_),
                             .mutation_ids = mutation_ids});
  options.public_url = "http://chat.test";
  options.throttle = throttle_;
  options.erase_rows = 3;  // deletions take a while
  auto store = chat_service::Store::open(database_, random).value();
  service_ = std::make_unique<chat_service::Core>(std::move(options), std::move(store), random);
}

void World::crash_service() {
  ++service_epoch_;
  flush_scheduled_ = false;
  deaf_.clear();
  for (auto& user : users) {
    if (!user->connection_) continue;
    user->connection_.reset();
    ++user->epoch_;
    user->at(now, [user = user.get(), epoch = user->epoch_] {
      if (epoch != user->epoch_) return;
      user->act([](detail::Engine& engine) {
        engine.connection().on_closed({.code = Errc::connection_lost, .message = "the service died"});
      });
    });
  }
  service_.reset();
  start_service();
}

User& World::add_user(const std::string& name) {
  users.push_back(std::make_unique<User>(*this, name));
  return *users.back();
}

Duration World::latency() { return microseconds(200 + random.below(20'000)); }

std::string World::mint(const std::string& identity) const {
  token::TokenSpec spec;
  spec.identity = identity;
  spec.ttl = token_life;
  spec.grants = {token::ChatGrant{.service_sid = kService}};
  return token::mint(key_, spec, wall).value();
}

User* World::user_of(chat_service::ConnectionId connection) {
  for (auto& user : users)
    if (user->connection_ == connection) return user.get();
  return nullptr;
}

void World::pump_service() {
  while (auto action = service_->next()) on_service_action(std::move(*action));
  if (flush_scheduled_ || !service_->needs_flush()) return;
  flush_scheduled_ = true;
  schedule_.at(now + microseconds(random.below(3000)), [this, epoch = service_epoch_] {
    if (epoch != service_epoch_) return;
    flush_scheduled_ = false;
    service_->flush(now, wall);
    pump_service();
  });
}

void World::on_service_action(chat_service::CoreAction action) {
  if (const auto* send = std::get_if<chat_service::Send>(&action)) {
    auto* user = user_of(send->connection);
    if (!user) return;
    user->downlink_free_ = std::max(user->downlink_free_, now + latency());
    user->at(user->downlink_free_, [user, epoch = user->epoch_, frame = send->frame] {
      if (epoch != user->epoch_) return;
      user->act([&](detail::Engine& engine) { engine.connection().on_message(*frame); });
    });
  } else if (const auto* close = std::get_if<chat_service::Close>(&action)) {
    if (deaf_.erase(close->connection) > 0) return service_->on_closed(close->connection, now, wall);
    auto* user = user_of(close->connection);
    if (!user) return;
    // Behind what was sent before.
    user->at(std::max(user->downlink_free_, now), [user, epoch = user->epoch_, reason = close->reason] {
      if (epoch != user->epoch_) return;
      user->cut();
      user->act([&](detail::Engine& engine) { engine.connection().on_closed(reason); });
    });
  }
}

void World::run(Duration time) {
  const TimePoint until = now + time;
  const auto step_to = [this](TimePoint to) {
    if (to <= now) return;
    wall += std::chrono::duration_cast<WallTime::duration>(to - now);
    now = to;
  };
  for (int idle = 0;;) {
    std::optional<TimePoint> first = schedule_.next();
    keep_earliest(first, service_->next_deadline());
    for (auto& user : users) keep_earliest(first, user->next_deadline());
    if (!first || *first > until) break;
    idle = *first <= now ? idle + 1 : 0;
    if (idle > 100'000) throw std::runtime_error("time stands still");
    step_to(*first);
    while (schedule_.next() && *schedule_.next() <= now) schedule_.run_next();
    if (const auto deadline = service_->next_deadline(); deadline && *deadline <= now) {
      service_->on_time(now, wall);
      pump_service();
    }
    for (auto& user : users)
      if (const auto deadline = user->next_deadline(); deadline && *deadline <= now) user->on_time();
  }
  step_to(until);
}

}  // namespace parley::simulation
