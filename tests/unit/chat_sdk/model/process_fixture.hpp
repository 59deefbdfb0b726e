#pragma once
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "chat_sdk/cache_sqlite/src/sqlite_store.hpp"
#include "chat_sdk/src/model/model.hpp"
#include "common/base/random.hpp"
#include "tests/unit/chat_sdk/model/fake_rest.hpp"

namespace parley::detail {

inline Error no_space() { return {.code = Errc::storage_error, .message = "no space"}; }

/// A client process of alice's, whose service the test plays.
struct Process {
  Process(std::uint64_t seed, OutboxSettings settings, HistoryLimits history, WallTime wall_now,
          std::vector<Event>& events)
      : random(seed),
        context{.wall_now = wall_now,
                .random = random,
                .emit = [&events](Event one) { events.push_back(std::move(one)); }},
        model({context, timers, rest, urls, subscriber},
              [](std::shared_ptr<ChannelSlot> slot) { return Channel(std::move(slot), {}); },
              {.outbox = settings, .cache = {.enabled = true, .identity = "alice", .history = history}}) {
    conversations::Configuration configuration;
    configuration.identity = "alice";
    configuration.conversations_url = "https://chat/Conversations";
    configuration.my_conversations_url = "https://chat/Mine";
    configuration.my_conversations_map = "US1.my_conversations";
    urls.set(configuration);
  }

  SeededRandom random;
  Context context;
  Timers timers{context};
  FakeRest rest;
  ServiceUrls urls{"us1"};
  sync::Subscriber subscriber;
  Model model;
};

/// One process after the other, over a disk that stays.
class ProcessFixture : public ::testing::Test {
 protected:
  explicit ProcessFixture(OutboxSettings chosen = {}) : settings(chosen) { start(); }

  /// A new process, the last one is dead; what it had not written yet is lost.
  void start() {
    events.clear();
    process = std::make_unique<Process>(++processes, settings, history_limits, wall, events);
    EXPECT_TRUE(std::holds_alternative<OpenCache>(cache().next().value()));
  }
  void open() { cache().on_opened(disk->contents().value()); }
  void restart() {
    start();
    open();
  }
  /// Does with the disk whatever is to be done.
  void write() {
    while (const auto action = cache().next()) {
      if (const auto* wanted = std::get_if<ReadCache>(&*action)) {
        cache().on_read(wanted->read, disk->read(wanted->query));
        continue;
      }
      const auto& changes = *std::get<WriteCache>(*action).changes;
      cache().on_written(disk_full ? Result<void>(no_space()) : disk->write(changes));
    }
  }
  void pass(Duration time) {
    process->context.now += time;
    wall += std::chrono::duration_cast<WallTime::duration>(time);
    process->context.wall_now = wall;
    process->timers.on_time();
    write();
  }
  template <class T>
  std::size_t heard() const {
    return static_cast<std::size_t>(std::count_if(
        events.begin(), events.end(), [](const Event& one) { return std::holds_alternative<T>(one); }));
  }
  Cache& cache() { return process->model.cache; }
  FakeRest& rest() { return process->rest; }

  OutboxSettings settings;
  HistoryLimits history_limits;
  bool disk_full = false;
  std::uint64_t processes = 0;
  WallTime wall{std::chrono::hours(24 * 365 * 56)};
  std::unique_ptr<SqliteStore> disk = SqliteStore::open(":memory:").value();
  std::vector<Event> events;
  std::unique_ptr<Process> process;
};

}  // namespace parley::detail
