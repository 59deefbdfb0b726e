#include <gtest/gtest.h>

#include "common/storage/database.hpp"
#include "tests/support/core_driver.hpp"

namespace parley::chat_service {
namespace {

using testing::CoreDriver;
using testing::TestClient;

http::Request sending(const json::Value& room, const std::string& body) {
  http::Request request;
  request.method = "POST";
  const std::string url = room["links"]["messages"];
  request.path = url.substr(url.find('/', 8));
  request.body = json::dump({{"body", body}, {"attributes", "{}"}});
  return request;
}

http::Request reading(const std::string& path) {
  http::Request request;
  request.path = path;
  return request;
}

class GroupCommit : public ::testing::Test {
 protected:
  GroupCommit() {
    room_ = alice_.make_room();
    alice_.add(room_, "bob");
    bob_.watch(sync::ObjectType::list, room_["sync_objects"]["messages"]);
    bob_.take_notes();
    alice_.take_notes();
    driver_.flush_by_itself(false);
  }

  CoreDriver driver_;
  TestClient alice_{driver_, "alice"};
  TestClient bob_{driver_, "bob"};
  json::Value room_;
};

TEST_F(GroupCommit, NothingIsAnsweredOrToldBeforeTheFlush) {
  const auto first = alice_.send(sending(room_, "1"));
  const auto second = alice_.send(sending(room_, "2"));
  EXPECT_TRUE(driver_.core().needs_flush());
  EXPECT_FALSE(alice_.reply(first));
  EXPECT_TRUE(bob_.take_notes().empty());
  driver_.flush();
  EXPECT_FALSE(driver_.core().needs_flush());
  EXPECT_EQ(alice_.reply(first)->body["index"], 0);
  EXPECT_EQ(alice_.reply(second)->body["index"], 1);
  const auto events = bob_.take_events();
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0].item_index(), 0);
  EXPECT_EQ(events[1].item_index(), 1);
}

TEST_F(GroupCommit, AReadWaitsWithTheWritesBeforeIt) {
  alice_.send(sending(room_, "1"));
  const auto read = bob_.send(reading("/v3/Lists/" + room_["sync_objects"]["messages"].get<std::string>()));
  EXPECT_FALSE(bob_.reply(read)) << "it saw what is not durable yet";
  driver_.flush();
  EXPECT_EQ(bob_.reply(read)->body["last_event_id"], 0);
}

TEST_F(GroupCommit, AFailedCommitAnswers500AndTellsNothing) {
  bool allow = false;
  driver_.database().on_commit([&] { return allow; });
  const auto write = alice_.send(sending(room_, "lost"));
  const auto read = bob_.send(reading("/Client/v2/Configuration"));
  driver_.flush();
  for (const auto& reply : {alice_.reply(write), bob_.reply(read)}) {
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->status, 500);
    EXPECT_EQ(reply->code(), 20500);
  }
  EXPECT_TRUE(bob_.take_notes().empty());
  allow = true;
  const auto again = alice_.send(sending(room_, "kept"));
  driver_.flush();
  EXPECT_EQ(alice_.reply(again)->body["index"], 0) << "the lost one left no trace";
  EXPECT_EQ(bob_.take_events().size(), 1u);
}

TEST_F(GroupCommit, ARefusedRequestDoesNotHurtItsNeighbours) {
  const auto good = alice_.send(sending(room_, "1"));
  auto bad_request = sending(room_, "x");
  bad_request.body = R"({"body":17})";
  const auto bad = alice_.send(bad_request);
  const auto next = alice_.send(sending(room_, "2"));
  driver_.flush();
  EXPECT_EQ(alice_.reply(good)->status, 201);
  EXPECT_EQ(alice_.reply(bad)->status, 400);
  EXPECT_EQ(alice_.reply(next)->body["index"], 1);
}

TEST_F(GroupCommit, AFailingStatementIs500ForItsRequestAlone) {
  alice_.send(sending(room_, "1"));
  driver_.flush();
  driver_.database().run_script(
      "CREATE TRIGGER break_it BEFORE INSERT ON messages WHEN NEW.body = 'break' "
      "BEGIN SELECT RAISE(ABORT, 'broken'); END");
  const auto broken = alice_.send(sending(room_, "break"));
  const auto whole = alice_.send(sending(room_, "2"));
  driver_.flush();
  EXPECT_EQ(alice_.reply(broken)->status, 500);
  EXPECT_EQ(alice_.reply(whole)->status, 201);
  EXPECT_EQ(alice_.reply(whole)->body["index"], 1) << "indexes stay contiguous";
}

TEST_F(GroupCommit, TheOperatorIsToldWhyRequestsAndCommitsFail) {
  driver_.database().run_script(
      "CREATE TRIGGER break_it BEFORE INSERT ON messages BEGIN SELECT RAISE(ABORT, 'broken'); END");
  alice_.send(sending(room_, "secret words"));
  bob_.send(sending(room_, "secret words"));
  driver_.flush();
  auto counters = driver_.core().counters();
  EXPECT_EQ(counters.failed_requests, 2u);
  EXPECT_FALSE(counters.last_commit_failed);
  EXPECT_NE(counters.last_failure.find("broken"), std::string::npos);
  EXPECT_EQ(counters.last_failure.find("secret"), std::string::npos);
  EXPECT_FALSE(counters.database_damaged);

  driver_.database().on_commit([] { return false; });
  bob_.send(reading("/Client/v2/Configuration"));
  driver_.flush();
  counters = driver_.core().counters();
  EXPECT_TRUE(counters.last_commit_failed);
  EXPECT_NE(counters.last_failure.find("COMMIT"), std::string::npos);
  driver_.database().on_commit([] { return true; });
}

TEST_F(GroupCommit, NoLiveEventSlipsBetweenReplayAndConfirmation) {
  alice_.send(sending(room_, "before"));
  driver_.flush();
  bob_.take_notes();
  const auto list = bob_.send(reading("/v3/Lists/" + room_["sync_objects"]["messages"].get<std::string>()));
  driver_.flush();
  const std::string sid = bob_.reply(list)->body["sid"];
  // One batch: a write, a subscription from the beginning, another write.
  TestClient carol(driver_, "bob");
  driver_.flush();
  alice_.send(sending(room_, "in the batch, before"));
  carol.subscribe({{sid, sync::ObjectType::list, -1}}, {99});
  alice_.send(sending(room_, "in the batch, after"));
  driver_.flush();
  std::vector<std::string> seen;
  for (const auto& note : carol.take_notes()) {
    for (const auto& event : note.envelope.events)
      seen.push_back((note.envelope.correlation_id ? "replay " : "live ") + event.item_key);
    for (const auto& outcome : note.envelope.outcomes)
      seen.push_back("established " + std::to_string(outcome.last_event_id));
  }
  EXPECT_EQ(seen, (std::vector<std::string>{"replay 0", "replay 1", "established 1", "live 2"}));
}

}  // namespace
}  // namespace parley::chat_service
