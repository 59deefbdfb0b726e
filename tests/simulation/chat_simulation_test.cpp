#include <gtest/gtest.h>

#include <unistd.h>
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>

#include <parley/client.hpp>

#include "tests/simulation/world.hpp"

namespace parley::simulation {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

// PARLEY_SEED=n repeats one run; PARLEY_SEEDS=n runs that many.
std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text ? std::strtoull(text, nullptr, 10) : otherwise;
}

// "alice 7" of "alice 7 12": the number is the author's count, what follows was added by an edit.
std::string as_sent(const std::string& text) { return text.substr(0, text.find(' ', text.find(' ') + 1)); }

struct Faults {
  bool service_dies = false;
  bool clients_die = false;
  bool disks_fill = false;
  bool clocks_jump = false;
  bool links_fall_silent = false;
};

// A handful of users who do random things while their connections come and go.
class Town {
 public:
  Town(std::uint64_t seed, const std::string& database, chat_service::Throttle throttle, bool mutation_ids)
      : world(seed, database, throttle, mutation_ids) {
    for (const char* name : {"alice", "bob", "carol", "dave"}) {
      auto& user = world.add_user(name);
      user.act([&](detail::Engine& engine) { engine.connection().connect(user.tracked<void>()); });
    }
    world.run(seconds(20));
  }

  void live(int steps, Faults faults) {
    for (int step = 0; step < steps; ++step) {
      world.run(milliseconds(world.random.below(400)));
      auto& user = *world.users[world.random.below(world.users.size())];
      if (user.is_asleep()) continue;
      const auto dice = world.random.below(100);
      if (dice < 10)
        return_trip(user);
      else if (faults.service_dies && dice < 12)
        world.crash_service();
      else if (faults.clients_die && dice < 16)
        restart(user);
      else if (faults.disks_fill && dice < 20)
        user.disk_full = !user.disk_full;
      else if (faults.clocks_jump && dice < 23)
        user.set_clock(hours(10) - seconds(world.random.below(20 * 3600)));
      else if (faults.clocks_jump && dice < 25)
        user.sleep(milliseconds(world.random.below(20'000)));
      else if (faults.links_fall_silent && dice < 30)
        fall_silent(user);
      else if (faults.links_fall_silent && dice < 32)
        nap(user);
      else if (faults.links_fall_silent && dice < 38)
        hint(user);
      else
        something(user);
    }
    for (auto& user : world.users) user->disk_full = false;
    world.run(minutes(10));
  }

  World world;
  std::map<std::string, std::set<std::string>> acknowledged;  // texts by channel SID
  std::set<std::string> lost;  // texts that were neither stored nor refused, and why
  std::size_t unknown = 0;     // of these nobody could say, because their user left meanwhile
  std::map<std::string, int> sent_texts;
  int cuts = 0;
  int silences = 0;
  int restarts = 0;
  int destroyed = 0;
  int pages = 0, cached_pages = 0;
  std::map<std::pair<std::string, std::int64_t>, std::string> seen;  // message SIDs by channel SID and index
  int changes = 0;
  std::set<std::string> changed;  // texts, as they were sent, of messages that were edited or removed
  std::map<std::string, std::vector<std::string>>
      histories;  // texts by channel SID, as the first member has it

 private:
  // The cable is cut and, later or at once, the client finds its way back.
  void return_trip(User& user) {
    ++cuts;
    user.cut();
    user.act([](detail::Engine& engine) {
      engine.connection().on_closed({.code = Errc::connection_lost, .message = "cut"});
    });
  }

  void fall_silent(User& user) {
    ++silences;
    user.fall_silent();
  }

  // A lid that is closed, or a process that is stopped, for minutes: the service may be done with it.
  void nap(User& user) {
    const auto time = milliseconds(world.random.below(200'000));
    world.random.below(2) == 0 ? user.sleep(time) : user.stop(time);
  }

  // What an application says at any time, whether it is right or not.
  void hint(User& user) {
    const auto dice = world.random.below(3);
    user.act([&](detail::Engine& engine) {
      if (dice == 0) engine.connection().reconnect_now();
      if (dice == 1) engine.connection().network_changed();
      if (dice == 2) engine.connection().refresh_token();
    });
  }

  void restart(User& user) {
    ++restarts;
    user.restart();
  }

  void something(User& user) {
    const auto channels = *user.engine().channels().load();
    const auto dice = world.random.below(100);
    const std::string group = "room" + std::to_string(world.random.below(3));
    if (channels.empty() || dice < 8) return join_or_create(user, group);
    const auto channel = channels[world.random.below(channels.size())];
    if (dice < 60) return send(user, channel.sid());
    if (dice < 75) return read(user, channel);
    if (dice < 85) return chat(user, world.users[world.random.below(world.users.size())]->name());
    if (dice < 90) return leave(user, channel);
    if (dice < 92) return destroy(user, channel);
    if (dice < 96) return look(user, channel);
    if (dice < 98) return change(user, channel);
    invite(user, channel, world.users[world.random.below(world.users.size())]->name());
  }

  void join_or_create(User& user, const std::string& name) {
    user.act([&](detail::Engine& engine) {
      engine.operations().join_channel(
          name, user.tracked<Channel>([&user, &engine, name](Result<Channel> joined) {
            if (joined || joined.error().code != Errc::not_found) return;
            engine.operations().create_group_channel({name}, user.tracked<Channel>());
          }));
    });
  }

  void send(User& user, const std::string& sid) {
    const std::string text = user.name() + " " + std::to_string(++sent_texts[user.name()]);
    user.act([&](detail::Engine& engine) {
      engine.outbox().submit(sid, {text}, user.tracked<Message>([this, sid, text](Result<Message> stored) {
        if (stored) acknowledged[sid].insert(text);
        if (stored) return;
        const Errc code = stored.error().code;
        if (code == Errc::outcome_unknown)
          ++unknown;
        else if (code != Errc::forbidden && code != Errc::not_found && code != Errc::storage_error)
          lost.insert(text + ": " + stored.error().to_string());
      }));
    });
  }

  void read(User& user, const Channel& channel) {
    const auto last = channel.state()->last_message_index;
    if (!last) return;
    const auto index = static_cast<std::int64_t>(world.random.below(static_cast<std::uint64_t>(*last) + 1));
    user.act([&](detail::Engine& engine) {
      const bool back = world.random.below(10) == 0;
      auto& operations = engine.local_operations();
      back ? operations.set_unread(channel.sid(), index, user.tracked<Unread>())
           : operations.set_read(channel.sid(), index, user.tracked<Unread>());
    });
  }

  // The author edits or removes one of the messages that this process has heard, as other clients can.
  void change(User& user, const Channel& channel) {
    const auto& heard = user.messages[channel.sid()];
    if (heard.empty()) return;
    const Message message = heard[world.random.below(heard.size())];
    if (message.author != user.name()) return;
    changed.insert(as_sent(message.text));
    const bool removes = world.random.below(2) == 0;
    user.act([&](detail::Engine& engine) {
      auto service = engine.connection().service_access();
      const auto url = service.urls.messages(channel.sid()) + "/" + message.sid;
      // The number stays: it is the order.
      const std::string body = R"({"body":")" + message.text + ' ' + std::to_string(++changes) + R"("})";
      const auto done = user.tracked<http::Response>();
      removes ? service.rest.remove(url, done) : service.rest.post(url, body, done);
    });
  }

  // Some page of the history, from the cache or the service, in order.
  void look(User& user, const Channel& channel) {
    const auto newest = channel.state()->last_message_index.value_or(0);
    GetMessages query{.page_size = 1 + world.random.below(9)};
    if (world.random.below(2) == 0) query.direction = Direction::forwards;
    if (world.random.below(3) != 0)
      query.anchor =
          Anchor::at(static_cast<std::int64_t>(world.random.below(static_cast<std::uint64_t>(newest) + 2)));
    const auto on_page = [this, sid = channel.sid()](const Result<MessagePage>& page) {
      if (!page) return;
      ++pages;
      cached_pages += page->current ? 0 : 1;
      std::int64_t last = -1;
      for (const auto& one : page->messages) {
        EXPECT_GT(one.index, std::exchange(last, one.index)) << "a page out of order";
        EXPECT_EQ(seen.try_emplace({sid, one.index}, one.sid).first->second, one.sid);
      }
    };
    user.act([&](detail::Engine& engine) {
      engine.local_operations().get_messages(channel.sid(), query, user.tracked<MessagePage>(on_page));
    });
  }

  void chat(User& user, const std::string& peer) {
    if (peer == user.name()) return;
    user.act([&](detail::Engine& engine) {
      engine.operations().direct_channel(peer, "", user.tracked<Channel>());
    });
  }

  void leave(User& user, const Channel& channel) {
    if (channel.state()->kind == ChannelKind::direct) return;
    user.act([&](detail::Engine& engine) { engine.operations().leave(channel.sid(), user.tracked<void>()); });
  }

  // For its creator alone; its name is free for whoever comes next.
  void destroy(User& user, const Channel& channel) {
    if (channel.state()->kind == ChannelKind::direct) return;
    user.act([&](detail::Engine& engine) {
      engine.operations().destroy(
          channel.sid(), user.tracked<void>([this](Result<void> done) { destroyed += done ? 1 : 0; }));
    });
  }

  void invite(User& user, const Channel& channel, const std::string& who) {
    if (channel.state()->kind == ChannelKind::direct || who == user.name()) return;
    user.act([&](detail::Engine& engine) {
      engine.operations().invite(channel.sid(), who, user.tracked<Member>());
    });
  }
};

std::vector<Message> whole_history(World& world, User& user, const std::string& sid) {
  std::vector<Message> history;
  std::optional<GetMessages> query = GetMessages{.page_size = 7};
  while (query) {
    std::optional<Result<MessagePage>> page;
    user.act([&](detail::Engine& engine) {
      engine.local_operations().get_messages(sid, *query,
                                             [&](Result<MessagePage> got) { page = std::move(got); });
    });
    world.run(seconds(1));
    if (!page || !*page) return {};
    history.insert(history.begin(), (*page)->messages.begin(), (*page)->messages.end());
    query = (*page)->older;
  }
  return history;
}

void check_heard(const User& user, const ChannelState& state, const std::vector<Message>& history) {
  const std::string& sid = state.sid;
  const auto at = user.messages.find(sid);
  const std::vector<Message> heard = at == user.messages.end() ? std::vector<Message>() : at->second;
  // What was heard is the tail of the history since this user became a member: in order, nothing twice,
  // nothing missing.
  const auto self = std::find_if(state.members->begin(), state.members->end(),
                                 [&](const Member& member) { return member.identity == user.name(); });
  ASSERT_NE(self, state.members->end());
  const auto since = std::count_if(history.begin(), history.end(), [&](const Message& message) {
    return message.created_at >= self->joined_at;
  });
  const auto count = static_cast<std::ptrdiff_t>(heard.size());
  // Another process heard what came before; one that finds the channel in its cache does not know that this
  // user was no member for a while.
  ASSERT_LE(count, std::ssize(history)) << user.name() << " in " << sid;
  EXPECT_TRUE(count == since || user.restarted) << user.name() << " in " << sid;
  const auto tail = history.end() - static_cast<std::ptrdiff_t>(heard.size());
  for (std::size_t i = 0; i < heard.size(); ++i) {
    EXPECT_EQ(heard[i].sid, (tail + static_cast<std::ptrdiff_t>(i))->sid) << user.name() << " in " << sid;
    EXPECT_EQ(heard[i].text, (tail + static_cast<std::ptrdiff_t>(i))->text);
  }
}

void check_channel(Town& town, User& user, const Channel& channel) {
  const auto state = channel.state();
  const auto history = whole_history(town.world, user, state->sid);
  std::set<std::string> texts;
  std::map<std::string, int> newest;  // number of the text, by author
  std::vector<std::string> all;
  std::int64_t last = -1;
  for (const auto& one : history) {
    EXPECT_GT(one.index, std::exchange(last, one.index));
    const int number = std::stoi(one.text.substr(one.text.find(' ')));
    EXPECT_GT(number, std::exchange(newest[one.author], number)) << "out of order: " << one.text;
    EXPECT_TRUE(texts.insert(as_sent(one.text)).second) << "stored twice: " << one.text;
    all.push_back(one.text);
  }
  for (const auto& text : town.acknowledged[state->sid])
    EXPECT_TRUE(texts.contains(text) || town.changed.contains(text)) << "lost: " << text;
  EXPECT_EQ(town.histories.try_emplace(state->sid, all).first->second, all)
      << user.name() << " reads another history of " << state->sid << " than others";
  check_heard(user, *state, history);
  const auto unread = std::count_if(history.begin(), history.end(), [&](const Message& message) {
    return message.index > state->last_read_index.value_or(-1) && message.author != user.name();
  });
  EXPECT_EQ(state->unread.count, unread) << user.name() << " in " << state->name;
  EXPECT_TRUE(state->unread.exact) << user.name() << " in " << state->name << ": reason "
                                   << static_cast<int>(state->unread.reason) << ", horizon "
                                   << state->last_read_index.value_or(-1) << ", newest "
                                   << state->last_message_index.value_or(-1);
}

void check_members_agree(Town& town) {
  std::map<std::string, std::set<std::string>> rosters;  // by channel: what each member sees, as text
  std::map<std::string, std::set<std::string>> joined;
  for (auto& user : town.world.users)
    for (const auto& channel : *user->engine().channels().load()) {
      std::set<std::string> identities;
      for (const auto& member : *channel.state()->members) identities.insert(member.identity);
      std::string text;
      for (const auto& identity : identities) text += identity + " ";
      rosters[channel.sid()].insert(text);
      joined[channel.sid()].insert(user->name());
    }
  for (const auto& [sid, views] : rosters) {
    EXPECT_EQ(views.size(), 1u) << "members of " << sid << " see different rosters";
    std::string expected;
    for (const auto& name : joined[sid]) expected += name + " ";
    EXPECT_EQ(*views.begin(), expected) << "roster and memberships of " << sid << " differ";
  }
}

void check(Town& town) {
  EXPECT_EQ(town.lost, std::set<std::string>());
  for (auto& user : town.world.users) {
    EXPECT_EQ(user->engine().connection().status().state, ConnectionState::connected) << user->name();
    EXPECT_EQ(user->started, user->completed) << user->name() << ": an operation never completed";
    EXPECT_EQ(user->trouble, "");
    for (const auto& [id, told] : user->outcomes)
      EXPECT_EQ(told, 1) << user->name() << ": outcomes told of message " << id;
    EXPECT_EQ(user->owed, std::set<std::string>())
        << user->name() << ": pending for an earlier process, then lost";
    for (const auto& channel : *user->engine().channels().load()) check_channel(town, *user, channel);
  }
  check_members_agree(town);
}

std::string database_file() {
  return std::filesystem::temp_directory_path() / ("parley-simulation-" + std::to_string(::getpid()) + ".db");
}

void remove_database(const std::string& file) {
  for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(file + suffix);
}

void run_seeds(std::uint64_t seeds, const std::string& database, Faults faults,
               chat_service::Throttle throttle = {}, bool mutation_ids = true) {
  const auto only = from_environment("PARLEY_SEED", 0);
  int cuts = 0, silences = 0, restarts = 0, destroyed = 0, pages = 0, cached_pages = 0;
  std::size_t messages = 0, unknown = 0;
  for (std::uint64_t seed = only ? only : 1; seed <= (only ? only : seeds); ++seed) {
    SCOPED_TRACE("PARLEY_SEED=" + std::to_string(seed));
    remove_database(database);
    Town town(seed, database, throttle, mutation_ids);
    town.live(120, faults);
    check(town);
    if (::testing::Test::HasFailure()) return;
    cuts += town.cuts;
    silences += town.silences;
    restarts += town.restarts;
    destroyed += town.destroyed;
    pages += town.pages;
    cached_pages += town.cached_pages;
    unknown += town.unknown;
    for (const auto& [sid, texts] : town.acknowledged) messages += texts.size();
  }
  EXPECT_GT(cuts, 0) << "a run without cuts proves nothing";
  EXPECT_EQ(restarts > 0, faults.clients_die);
  EXPECT_EQ(silences > 0, faults.links_fall_silent);
  if (!only) {
    EXPECT_GT(destroyed, 0) << "a run that deletes nothing proves nothing of deletion";
    EXPECT_GT(pages, cached_pages) << "a run in which everybody is cut off proves little";
    EXPECT_GT(cached_pages, 0) << "a run that reads nothing without a connection proves nothing of the cache";
  }
  EXPECT_LE(unknown, messages / 50) << "too often nobody knows what became of a message";
  EXPECT_GT(messages, 0u) << "a run without messages proves nothing";
}

TEST(ChatSimulation, EverybodyAgreesAfterAnyNumberOfLostConnections) {
  run_seeds(from_environment("PARLEY_SEEDS", 60), ":memory:", {});
}

TEST(ChatSimulation, NothingAcknowledgedIsLostWhenTheServiceCrashes) {
  const auto file = database_file();
  run_seeds(from_environment("PARLEY_SEEDS", 15), file, {.service_dies = true});
  remove_database(file);
}

TEST(ChatSimulation, EverybodyAgreesThoughTheServiceThrottlesThem) {
  run_seeds(from_environment("PARLEY_SEEDS", 15), ":memory:", {}, {.per_second = 15, .burst = 15});
}

TEST(ChatSimulation, NothingIsDoubledByAServiceThatKnowsNoMutationIds) {
  const auto file = database_file();
  run_seeds(from_environment("PARLEY_SEEDS", 15), file, {.service_dies = true}, {}, /*mutation_ids=*/false);
  remove_database(file);
}

TEST(ChatSimulation, NothingThatWasToldAsPendingIsLostOrDoubledWhenClientsDie) {
  const auto file = database_file();
  const Faults all{.service_dies = true, .clients_die = true, .disks_fill = true};
  run_seeds(from_environment("PARLEY_SEEDS", 15), file, all);
  run_seeds(from_environment("PARLEY_SEEDS", 15), file, all, {}, /*mutation_ids=*/false);
  remove_database(file);
}

TEST(ChatSimulation, ClocksThatAreSetAndLidsThatCloseChangeNothing) {
  const auto file = database_file();
  const Faults all{.service_dies = true, .clients_die = true, .disks_fill = true, .clocks_jump = true};
  run_seeds(from_environment("PARLEY_SEEDS", 15), file, all);
  remove_database(file);
}

TEST(ChatSimulation, LinksThatFallSilentAndHintsAtAnyTimeLoseAndDoubleNothing) {
  run_seeds(from_environment("PARLEY_SEEDS", 30), ":memory:", {.links_fall_silent = true});
  const auto file = database_file();
  const Faults all{.service_dies = true,
                   .clients_die = true,
                   .disks_fill = true,
                   .clocks_jump = true,
                   .links_fall_silent = true};
  run_seeds(from_environment("PARLEY_SEEDS", 15), file, all);
  remove_database(file);
}

struct Silence {
  bool asks;
  milliseconds noticed_within;  // twice the probe; the silence, and a probe
};

TEST(ChatSimulation, ASilentLinkIsNoticedWithinSecondsOfAnUnansweredRequest) {
  for (const auto& [asks, noticed_within] :
       {Silence{true, milliseconds(5000)}, Silence{false, milliseconds(47'500)}})
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      World world(seed);
      auto& alice = world.add_user("alice");
      alice.act([&](detail::Engine& engine) { engine.connection().connect(alice.tracked<void>()); });
      world.run(seconds(10) + milliseconds(world.random.below(30'000)));
      const auto status = [&] { return alice.engine().connection().status(); };
      ASSERT_EQ(status().state, ConnectionState::connected);
      alice.fall_silent();
      const auto since = world.now;
      if (asks)
        alice.act([&](detail::Engine& engine) {
          engine.operations().create_group_channel({"room"}, alice.tracked<Channel>());
        });
      while (status().state == ConnectionState::connected && world.now - since < minutes(2))
        world.run(milliseconds(50));
      EXPECT_LE(world.now - since, noticed_within + milliseconds(100)) << "seed " << seed;
      world.run(seconds(10));
      EXPECT_EQ(status().state, ConnectionState::connected);
      EXPECT_EQ(status().number, 2u);
      EXPECT_EQ(alice.started, alice.completed);
      EXPECT_EQ(alice.engine().channels().load()->size(), asks ? 1u : 0u) << "done, and once";
    }
}

TEST(ChatSimulation, ALaptopThatSleptNineHoursIsBackWithinSeconds) {
  for (const bool clock_stands : {true, false}) {
    World world(3);
    auto& alice = world.add_user("alice");
    auto& bob = world.add_user("bob");
    for (auto* user : {&alice, &bob})
      user->act([&](detail::Engine& engine) { engine.connection().connect(user->tracked<void>()); });
    world.run(seconds(20));
    clock_stands ? alice.sleep(hours(9)) : alice.stop(hours(9));
    bob.act([&](detail::Engine& engine) {
      engine.operations().create_group_channel({"room"}, bob.tracked<Channel>([&](Result<Channel> room) {
        engine.operations().invite(room.value().sid(), "alice", bob.tracked<Member>());
      }));
    });
    world.run(hours(9) + seconds(6));
    EXPECT_EQ(alice.engine().connection().status().state, ConnectionState::connected) << clock_stands;
    EXPECT_EQ(alice.engine().channels().load()->size(), 1u) << clock_stands;
  }
}

TEST(ChatSimulation, ShortTokensAreRenewedForHours) {
  World world(7);
  world.token_life = seconds(200);
  auto& alice = world.add_user("alice");
  alice.act([&](detail::Engine& engine) { engine.connection().connect(alice.tracked<void>()); });
  world.run(std::chrono::hours(3));
  int lost = 0, refreshed = 0;
  for (const auto& event : alice.heard) {
    if (const auto* changed = std::get_if<ConnectionChanged>(&event))
      lost += changed->status.state == ConnectionState::waiting ? 1 : 0;
    refreshed += std::holds_alternative<TokenRefreshed>(event) ? 1 : 0;
  }
  EXPECT_EQ(lost, 0);
  EXPECT_GE(refreshed, 3 * 3600 / 200);
  EXPECT_LE(refreshed, 3 * 3600 / 200 * 3) << "refreshing without end";
}

}  // namespace
}  // namespace parley::simulation
