#include "chat_sdk/src/model/cached_history.hpp"

#include "chat_sdk/src/model/history.hpp"
#include "tests/unit/chat_sdk/model/model_fixture.hpp"
#include "tests/unit/chat_sdk/model/process_fixture.hpp"

namespace parley::detail {
namespace {

using namespace std::chrono_literals;
using sync::Change;

Message stored(std::int64_t index, const std::string& text = "") {
  Message one;
  one.index = index;
  one.text = text.empty() ? std::to_string(index) : text;
  return one;
}

PutMessages put(std::int64_t first, std::int64_t last) {
  PutMessages change{.range = {first, last}};
  for (auto index = first; index <= last; ++index) change.messages.push_back(stored(index));
  return change;
}

ChangeHistory history(HistoryChange change) {
  return {"CH1", std::make_shared<const std::vector<HistoryChange>>(std::vector{std::move(change)})};
}

/// "older 3 4 5 newer": what a page has, and whether it goes on.
std::string text(const std::optional<MessagePage>& page) {
  if (!page) return "ask the service";
  std::string all = page->older ? "older" : "";
  for (const auto& one : page->messages) all += " " + one.text;
  return all + (page->newer ? " newer" : "") + (page->current ? "" : " (cache)");
}

/// alice's channel CH1, of which the cache has messages of an earlier process; there is no connection.
class RestoredHistoryTest : public ProcessFixture {
 protected:
  void restore(std::vector<IndexRange> ranges, std::int64_t newest) {
    auto state = std::make_shared<ChannelState>();
    state->sid = "CH1";
    state->last_message_index = newest;
    std::vector<CacheChange> changes{PutChannel{state}};
    for (const auto& range : ranges) changes.emplace_back(history(put(range.first, range.last)));
    ASSERT_TRUE(disk->write(changes));
    restart();
  }
  std::string page(const GetMessages& query) {
    std::string got = "nothing";
    process->model.cached_history.read("CH1", query,
                                       [&](const std::optional<MessagePage>& page) { got = text(page); });
    write();
    return got;
  }
};

TEST_F(RestoredHistoryTest, PagesAreThereWithoutAConnection) {
  restore({{0, 9}}, 9);
  EXPECT_EQ(page({.page_size = 3}), "older 7 8 9 (cache)");
  EXPECT_EQ(page({.page_size = 3, .anchor = Anchor::beyond(7)}), "older 4 5 6 newer (cache)");
  EXPECT_EQ(page({.page_size = 3, .anchor = Anchor::at(2)}), " 0 1 2 newer (cache)");
  EXPECT_EQ(page({.page_size = 5, .anchor = Anchor::at(2)}), " 0 1 2 newer (cache)");
  EXPECT_EQ(page({.page_size = 3, .direction = Direction::forwards}), " 0 1 2 newer (cache)");
  EXPECT_EQ(page({.page_size = 3, .anchor = Anchor::beyond(2), .direction = Direction::forwards}),
            "older 3 4 5 newer (cache)");
  EXPECT_EQ(page({.page_size = 3, .anchor = Anchor::at(7), .direction = Direction::forwards}),
            "older 7 8 9 (cache)");
  EXPECT_EQ(page({.page_size = 3, .anchor = Anchor::at(1000)}), "older 7 8 9 (cache)");
}

TEST_F(RestoredHistoryTest, APageMayBeShorterThanAskedFor) {
  restore({{5, 9}}, 9);
  EXPECT_EQ(page({.page_size = 30}), "older 5 6 7 8 9 (cache)");
  EXPECT_EQ(page({.page_size = 30, .anchor = Anchor::beyond(5)}), "ask the service");
  EXPECT_EQ(page({.direction = Direction::forwards}), "ask the service");
  EXPECT_EQ(page({.anchor = Anchor::beyond(9), .direction = Direction::forwards}), "ask the service");
}

TEST_F(RestoredHistoryTest, NoPageReachesOverAHole) {
  restore({{0, 3}, {7, 9}}, 9);
  EXPECT_EQ(page({}), "older 7 8 9 (cache)");
  EXPECT_EQ(page({.anchor = Anchor::at(5)}), "ask the service");
  EXPECT_EQ(page({.anchor = Anchor::at(2)}), " 0 1 2 newer (cache)");
  EXPECT_EQ(process->model.registry.by_sid("CH1")->state().history_state(0, 9), HistoryState::has_holes);
  EXPECT_EQ(process->model.registry.by_sid("CH1")->state().history_state(7, 9), HistoryState::complete);
}

TEST_F(RestoredHistoryTest, AnEndThatIsOutdatedIsNoEnd) {
  restore({{5, 9}}, 500);
  EXPECT_EQ(page({.page_size = 2}), "older 8 9 newer (cache)");
  EXPECT_EQ(page({.anchor = Anchor::beyond(9), .direction = Direction::forwards}), "ask the service");
}

TEST_F(RestoredHistoryTest, AFullDiskKeepsNobodyFromReading) {
  restore({{0, 9}}, 9);
  disk_full = true;
  process->model.history_cache.update("CH1", stored(9, "new"));
  EXPECT_EQ(page({.page_size = 1}), "older 9 (cache)");
}

TEST_F(RestoredHistoryTest, WhatIsNotToBeKeptIsDropped) {
  restore({{0, 9}}, 9);
  process = nullptr;
  history_limits.per_channel = 0;
  restart();
  EXPECT_EQ(page({}), "ask the service");
  EXPECT_TRUE(process->model.registry.by_sid("CH1")->state().known_history.empty());
  EXPECT_TRUE(disk->contents().value().channels.at(0).known_history.empty());
}

TEST_F(RestoredHistoryTest, WhatWasNeverKeptIsAskedFor) {
  restore({}, 9);
  EXPECT_EQ(page({}), "ask the service");
}

TEST_F(RestoredHistoryTest, WithoutADiskTheServiceIsAsked) {
  restore({{0, 9}}, 9);
  disk = SqliteStore::open(":memory:").value();
  EXPECT_EQ(page({}), "ask the service") << "the messages are not there any more";
}

TEST_F(RestoredHistoryTest, WhileThereIsAConnectionTheServiceIsAsked) {
  restore({{0, 9}}, 9);
  process->model.on_ready();
  EXPECT_EQ(page({}), "ask the service") << "nobody knows what has changed since";
  process->model.on_disconnected();
  EXPECT_EQ(page({.page_size = 1}), "older 9 (cache)");
}

/// alice's channel CH1, loaded, with a cache; messages up to 4 are old.
class LiveHistoryTest : public ModelFixture {
 protected:
  LiveHistoryTest() : ModelFixture({.enabled = true, .identity = "alice"}) {
    work();
    open_completely("CH1", "general", R"(,"lastMessage":{"index":4})");
    model.on_ready();
    work();
    record = registry.by_sid("CH1");
    events.clear();
  }
  void work() {
    while (const auto action = model.cache.next()) {
      if (std::holds_alternative<OpenCache>(*action))
        model.cache.on_opened(disk->contents().value());
      else if (const auto* read = std::get_if<ReadCache>(&*action))
        model.cache.on_read(read->read, disk->read(read->query));
      else
        model.cache.on_written(disk->write(*std::get<WriteCache>(*action).changes));
    }
  }
  void begin_page(const GetMessages& query) {
    got = "nothing";
    model.cached_history.read("CH1", query,
                              [this](const std::optional<MessagePage>& page) { got = text(page); });
  }
  std::string page(const GetMessages& query) {
    begin_page(query);
    work();
    return got;
  }
  void add(std::int64_t index) { apply(Change::item_added, index, std::to_string(index)); }
  void apply(Change change, std::int64_t index, const std::string& body) {
    router.on_applied(event("ESCH1", change, ++id, std::to_string(index), message("IM", body)));
  }
  /// A page of the service's: what it had before `index` and that itself.
  void read_service(std::int64_t index, std::size_t size, const std::function<void()>& meanwhile = {}) {
    Result<MessagePage> outcome = Error{};
    model.history.read("CH1", {.page_size = size, .anchor = Anchor::at(index)},
                       [&](Result<MessagePage> page) { outcome = std::move(page); });
    if (meanwhile) meanwhile();
    std::string items;
    for (std::size_t i = 0; i < size; ++i) {
      const auto number = static_cast<int>(index) - static_cast<int>(i);
      if (number >= 0) items += (i ? "," : "") + item(number, "2026-03-01T12:00:00.000Z");
    }
    rest.answer("GET /items/ESCH1",
                R"({"items":[)" + items + R"(],"meta":{"previous_token":"p")" +
                    (index >= static_cast<std::int64_t>(size) ? R"(,"next_token":"n")" : "") + "}}");
    ASSERT_TRUE(outcome) << outcome.error().to_string();
  }

  std::unique_ptr<SqliteStore> disk = SqliteStore::open(":memory:").value();
  RecordPtr record;
  std::string got;
  std::int64_t id = 1;
};

TEST_F(LiveHistoryTest, WhatWasToldNeedsNoService) {
  for (std::int64_t index = 5; index < 9; ++index) add(index);
  EXPECT_EQ(page({.page_size = 3}), "older 6 7 8");
  EXPECT_EQ(page({.page_size = 5}), "ask the service") << "4 was never told";
  EXPECT_EQ(page({.page_size = 2, .anchor = Anchor::at(5), .direction = Direction::forwards}),
            "older 5 6 newer");
  EXPECT_EQ(record->state().known_history, (std::vector<IndexRange>{{5, 8}}));
}

TEST_F(LiveHistoryTest, WhatWasReadOnceIsThere) {
  add(5);
  read_service(4, 3);
  EXPECT_EQ(record->state().known_history, (std::vector<IndexRange>{{2, 5}}));
  EXPECT_EQ(page({.page_size = 4}), "older 2 3 4 5");
  read_service(1, 3);
  EXPECT_EQ(record->state().history_state(0, 100), HistoryState::complete);
  EXPECT_EQ(page({.page_size = 30}), " 0 1 2 3 4 5");
}

TEST_F(LiveHistoryTest, ChangesAreInWhatIsRead) {
  read_service(4, 5);
  apply(Change::item_updated, 3, "new");
  apply(Change::item_removed, 2, "2");
  EXPECT_EQ(page({.page_size = 30}), " 0 1 new 4");
}

TEST_F(LiveHistoryTest, NothingIsReadThatIsOlderThanWhatWasTold) {
  read_service(4, 5);
  pass(1s);
  work();
  begin_page({.page_size = 30});
  apply(Change::item_updated, 3, "new");
  work();
  EXPECT_EQ(got, "ask the service");
  begin_page({.page_size = 30});
  add(5);
  work();
  EXPECT_EQ(got, "ask the service");
  EXPECT_EQ(page({.page_size = 30}), " 0 1 2 new 4 5");
}

TEST_F(LiveHistoryTest, WhatWasReadBeforeItWasToldIsRemovedToo) {
  read_service(8, 2);
  events.clear();
  apply(Change::item_removed, 8, "8");
  EXPECT_EQ(heard<MessageRemoved>().size(), 1u);
}

TEST_F(LiveHistoryTest, AMessageThatIsAddedAgainWasChanged) {
  read_service(4, 5);
  router.on_applied(event("ESCH1", Change::item_added, ++id, "3",
                          R"({"sid":"IM","author":"bob","text":"new","timestamp":"2026-03-01T12:00:00.000Z",)"
                          R"("dateUpdated":"2026-03-02T12:00:00.000Z"})"));
  EXPECT_EQ(heard<MessageUpdated>().size(), 1u);
  EXPECT_EQ(page({.page_size = 30}), " 0 1 2 new 4");
}

TEST_F(LiveHistoryTest, APageThatMayHaveBeenOvertakenIsNotKept) {
  read_service(4, 3, [this] { apply(Change::item_updated, 3, "new"); });
  EXPECT_EQ(page({.page_size = 3}), "ask the service");
}

TEST_F(LiveHistoryTest, AfterTheConnectionIsLostItIsStillThere) {
  add(5);
  model.on_disconnected();
  EXPECT_EQ(page({.page_size = 3}), "older 5 (cache)");
}

TEST_F(LiveHistoryTest, WhileNoChangesAreHeardTheServiceIsAsked) {
  add(5);
  EXPECT_EQ(page({.page_size = 1}), "older 5");
  subscriber.on_disconnected();
  EXPECT_EQ(page({.page_size = 1}), "ask the service") << "connected again, the list is not followed yet";
  subscriber.on_connected(context.now);
  establish("ESCH1");
  EXPECT_EQ(page({.page_size = 1}), "older 5");
}

TEST_F(LiveHistoryTest, APageAtTheEdgeOfTheWindowGoesOn) {
  for (std::int64_t index = 5; index < 1010; ++index) add(index);
  read_service(4, 5);
  work();
  pass(1s);
  work();
  EXPECT_EQ(page({.page_size = 2, .anchor = Anchor::at(10), .direction = Direction::forwards}),
            "older 10 11 newer");
  EXPECT_EQ(page({.page_size = 2, .anchor = Anchor::at(11)}), "older 10 11 newer");
  EXPECT_EQ(page({.page_size = 2, .anchor = Anchor::at(10)}), "ask the service") << "9 is not kept";
}

TEST_F(LiveHistoryTest, WhatLeftTheWindowIsNotServedFromWhatAnEarlierProcessLeft) {
  add(5);
  read_service(4, 5);
  EXPECT_EQ(page({.page_size = 6}), " 0 1 2 3 4 5");
  for (std::int64_t index = 6; index < 1006; ++index) add(index);
  EXPECT_EQ(page({.page_size = 2, .anchor = Anchor::at(3)}), "ask the service");
}

TEST_F(LiveHistoryTest, ASlowDiskIsNotWaitedFor) {
  add(5);
  begin_page({.page_size = 1});
  EXPECT_EQ(got, "nothing");
  pass(2s);
  EXPECT_EQ(got, "ask the service");
  got = "nothing";
  work();
  EXPECT_EQ(got, "nothing") << "it was answered already";
}

TEST_F(LiveHistoryTest, AChannelThatIsJoinedAgainBeginsAnew) {
  add(5);
  pass(1s);
  work();
  my_conversations.drop("CH1");
  open_completely("CH1", "general", R"(,"lastMessage":{"index":5})");
  pass(1s);
  work();
  EXPECT_TRUE(disk->contents().value().channels.at(0).known_history.empty());
}

TEST_F(LiveHistoryTest, AHoleBeforeTheNewestMessageIsAskedFor) {
  add(5);
  add(7);
  EXPECT_EQ(page({.page_size = 1}), "ask the service") << "6 is missing";
  add(6);
  EXPECT_EQ(page({.page_size = 3}), "older 5 6 7");
}

}  // namespace
}  // namespace parley::detail
