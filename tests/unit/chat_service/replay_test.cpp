#include <gtest/gtest.h>

#include "tests/support/core_driver.hpp"

namespace parley::chat_service {
namespace {

using sync::Change;
using sync::ObjectType;
using testing::CoreDriver;
using testing::TestClient;

std::string describe(const sync::Event& event) {
  const char* names[] = {"updated", "removed", "item_added", "item_updated", "item_removed"};
  return std::to_string(event.id) + " " + names[static_cast<int>(event.change)] + " " + event.item_key;
}

/// What a subscription from that position brings.
struct Replayed {
  std::vector<std::string> events;
  std::vector<sync::Outcome> outcomes;
};

Replayed subscribe(TestClient& client, const std::string& sid, ObjectType type,
                   std::optional<std::int64_t> position,
                   sync::EventProtocol protocol = sync::EventProtocol::v4) {
  client.take_notes();
  const auto reply = client.subscribe({{sid, type, position}}, {4711, protocol});
  EXPECT_EQ(reply.status, 202);
  EXPECT_GT(reply.body["estimated_delivery_in_ms"], 0);
  Replayed replayed;
  for (const auto& note : client.take_notes()) {
    const bool single = note.payload.find("\"events\":[") == note.payload.npos;
    EXPECT_EQ(single, protocol == sync::EventProtocol::v3) << note.payload;
    EXPECT_EQ(note.type, sync::kSyncEventType);
    EXPECT_EQ(note.envelope.correlation_id, 4711);
    for (const auto& event : note.envelope.events) replayed.events.push_back(describe(event));
    for (const auto& outcome : note.envelope.outcomes) replayed.outcomes.push_back(outcome);
  }
  return replayed;
}

using Strings = std::vector<std::string>;

class Replay : public ::testing::Test {
 protected:
  Replay() { alice_.add(room_, "bob"); }

  json::Value open(const char* kind, const char* object) {
    return bob_.get(std::string("/v3/") + kind + "/" + room_["sync_objects"][object].get<std::string>()).body;
  }
  std::string say(const std::string& text) { return alice_.say(room_, text).body["url"]; }

  CoreDriver driver_;
  TestClient alice_{driver_, "alice"};
  TestClient bob_{driver_, "bob"};
  json::Value room_ = alice_.make_room();
};

TEST_F(Replay, AnOlderClientGetsEachEventAndOutcomeInANotificationOfItsOwn) {
  for (const char* text : {"0", "1", "2"}) say(text);
  const auto list = open("Lists", "messages");
  const auto got = subscribe(bob_, list["sid"], ObjectType::list, 0, sync::EventProtocol::v3);
  EXPECT_EQ(got.events, subscribe(bob_, list["sid"], ObjectType::list, 0).events);
  ASSERT_EQ(got.outcomes.size(), 1u);
  EXPECT_EQ(got.outcomes[0].kind, sync::Outcome::Kind::established);
  const auto refused =
      subscribe(bob_, "ES00000000000000000000000000000000", ObjectType::list, 0, sync::EventProtocol::v3);
  ASSERT_EQ(refused.outcomes.size(), 1u);
  EXPECT_EQ(refused.outcomes[0].status, 404);
}

TEST_F(Replay, WhatIsUpToDateGetsNothingButTheConfirmation) {
  say("0");
  const auto list = open("Lists", "messages");
  const auto got = subscribe(bob_, list["sid"], ObjectType::list, 0);
  EXPECT_TRUE(got.events.empty());
  ASSERT_EQ(got.outcomes.size(), 1u);
  EXPECT_EQ(got.outcomes[0].kind, sync::Outcome::Kind::established);
  EXPECT_FALSE(got.outcomes[0].interrupted);
  EXPECT_EQ(got.outcomes[0].last_event_id, 0);
}

TEST_F(Replay, Rule1AddedIfCreatedSinceElseUpdated) {
  const std::string first = say("0");
  const std::string second = say("1");
  alice_.post(first, {{"body", "0!"}});   // event 2
  alice_.post(second, {{"body", "1!"}});  // event 3
  const auto list = open("Lists", "messages");
  EXPECT_EQ(subscribe(bob_, list["sid"], ObjectType::list, 0).events,
            (Strings{"2 item_updated 0", "3 item_added 1"}));
}

TEST_F(Replay, Rule2RemovedAlsoIfCreatedSince) {
  say("0");
  const std::string second = say("1");
  const std::string third = say("2");
  alice_.remove(second);  // event 3
  alice_.remove(third);   // event 4
  const auto list = open("Lists", "messages");
  EXPECT_EQ(subscribe(bob_, list["sid"], ObjectType::list, 1).events,
            (Strings{"3 item_removed 1", "4 item_removed 2"}));
}

TEST_F(Replay, Rule2ComingBackDeletesTheTombstone) {
  const auto my_conversations = bob_.get("/v3/Maps/" + bob_.sync_name("my_conversations")).body;
  const std::string bob = room_["links"]["participants"].get<std::string>() + "/bob";
  alice_.remove(bob);        // event 1
  alice_.add(room_, "bob");  // event 2
  EXPECT_EQ(subscribe(bob_, my_conversations["sid"], ObjectType::map, 0).events,
            (Strings{"2 item_added " + room_["sid"].get<std::string>()}));
}

TEST_F(Replay, Rule3AChangedDocumentIsSentOnce) {
  const auto document = open("Documents", "conversation");
  const std::int64_t position = document["last_event_id"];
  say("0");
  say("1");
  const auto got = subscribe(bob_, document["sid"], ObjectType::document, position);
  EXPECT_EQ(got.events, Strings{std::to_string(position + 2) + " updated "});
  EXPECT_EQ(got.outcomes.at(0).last_event_id, position + 2);
}

TEST_F(Replay, Rule4ADeletedObjectFailsWith404) {
  const auto document = open("Documents", "conversation");
  alice_.remove(room_["url"].get<std::string>());
  const auto got = subscribe(bob_, document["sid"], ObjectType::document, 0);
  ASSERT_EQ(got.outcomes.size(), 1u);
  EXPECT_EQ(got.outcomes[0].kind, sync::Outcome::Kind::failed);
  EXPECT_EQ(got.outcomes[0].status, 404);
  EXPECT_EQ(got.outcomes[0].code, 54100);
}

TEST_F(Replay, WithoutAPositionOnlyLiveEvents) {
  say("0");
  const auto list = open("Lists", "messages");
  const auto got = subscribe(bob_, list["sid"], ObjectType::list, std::nullopt);
  EXPECT_TRUE(got.events.empty());
  EXPECT_EQ(got.outcomes.at(0).last_event_id, 0);
  say("1");
  const auto live = bob_.take_notes();
  ASSERT_EQ(live.size(), 1u);
  EXPECT_EQ(live[0].type, "com.twilio.rtd.cds.list");
  EXPECT_FALSE(live[0].envelope.correlation_id);
}

TEST_F(Replay, CancelEndsTheEventsAndIsConfirmed) {
  const auto list = open("Lists", "messages");
  for (const char* called : {"sid", "unique_name"}) {
    SCOPED_TRACE(called);
    subscribe(bob_, list["sid"], ObjectType::list, -1);
    sync::SubscriptionBatch batch{.cancel = true, .correlation = {5}, .requests = {}};
    batch.requests.push_back({list[called], ObjectType::list, std::nullopt});
    http::Request request;
    request.method = "POST";
    request.path = "/v4/Subscriptions";
    request.body = sync::encode_batch(batch);
    EXPECT_EQ(bob_.request(request).status, 202);
    const auto notes = bob_.take_notes();
    ASSERT_EQ(notes.size(), 1u);
    EXPECT_EQ(notes[0].envelope.outcomes.at(0).kind, sync::Outcome::Kind::canceled);
    EXPECT_EQ(notes[0].envelope.outcomes.at(0).object_sid, list["sid"]);
    say("0");
    EXPECT_TRUE(bob_.take_notes().empty());
  }
}

TEST_F(Replay, SubscribingTwiceDoesNotDoubleEvents) {
  const auto list = open("Lists", "messages");
  subscribe(bob_, list["sid"], ObjectType::list, -1);
  subscribe(bob_, list["sid"], ObjectType::list, -1);
  say("0");
  EXPECT_EQ(bob_.take_events().size(), 1u);
}

TEST_F(Replay, AReconnectedClientMissesNothing) {
  const auto list = open("Lists", "messages");
  subscribe(bob_, list["sid"], ObjectType::list, -1);
  bob_.cut();
  say("0");
  bob_.reconnect();
  say("1");
  EXPECT_TRUE(bob_.take_events().empty()) << "subscriptions end with the connection";
  EXPECT_EQ(subscribe(bob_, list["sid"], ObjectType::list, -1).events,
            (Strings{"0 item_added 0", "1 item_added 1"}));
}

// A long absence is replayed in parts; an item that was created before a cut and changed after it must still
// arrive as added: clients ignore updates of what they do not know.
TEST_F(Replay, ALongReplayIsCutAndContinuedWithoutLoss) {
  std::vector<std::string> urls;
  for (int i = 0; i < 1200; ++i) urls.push_back(say("x"));
  alice_.post(urls[10], {{"body", "changed late"}});
  const auto list = open("Lists", "messages");
  std::map<std::string, std::string> seen;
  std::int64_t position = -1;
  int parts = 0;
  for (bool interrupted = true; interrupted && parts < 10; ++parts) {
    const auto got = subscribe(bob_, list["sid"], ObjectType::list, position);
    for (const std::string& event : got.events) {
      const auto key = event.substr(event.rfind(' ') + 1);
      EXPECT_TRUE(seen.emplace(key, event).second) << "twice: " << event;
    }
    ASSERT_EQ(got.outcomes.size(), 1u);
    interrupted = got.outcomes[0].interrupted;
    position = got.outcomes[0].last_event_id;
  }
  EXPECT_EQ(parts, 3);
  EXPECT_EQ(seen.size(), 1200u);
  EXPECT_EQ(seen["10"], "1200 item_added 10");
}

TEST_F(Replay, AnObjectIsHandledOncePerBatchWhateverItIsCalled) {
  for (int i = 0; i < 500; ++i) alice_.remove(say("x"));
  const auto list = open("Lists", "messages");
  const std::string names[] = {list["sid"], list["unique_name"]};
  std::vector<sync::SubscriptionRequest> requests;
  for (int i = 0; i < 1000; ++i) requests.push_back({names[i % 2], ObjectType::list, -1});
  bob_.take_notes();
  bob_.subscribe(requests);
  std::size_t events = 0, outcomes = 0;
  for (const auto& note : bob_.take_notes()) {
    events += note.envelope.events.size();
    outcomes += note.envelope.outcomes.size();
  }
  EXPECT_EQ(events, 500u);
  EXPECT_EQ(outcomes, 1u);
}

// What one batch brings is bounded, and still everything arrives, in frames that fit.
TEST_F(Replay, ABatchIsCutByBytesAndAlwaysGetsOn) {
  struct Wanted {
    json::Value room;
    std::int64_t position = -1;
  };
  std::map<std::string, Wanted> wanted;
  const std::string attributes = json::dump(json::Value(std::string(16'000, 'a')));
  for (int i = 0; i < 3; ++i) {
    const auto room = alice_.make_room({{"attributes", attributes}});
    alice_.add(room, "bob");
    for (int k = 0; k < 30; ++k) alice_.say(room, std::string(32'000, '"'));
    const auto sid_of = [&](const char* kind, const char* object) {
      return bob_.get(std::string("/v3/") + kind + room["sync_objects"][object].get<std::string>())
          .body["sid"]
          .get<std::string>();
    };
    wanted[sid_of("Lists/", "messages")] = {room, -1};
    wanted[sid_of("Documents/", "conversation")] = {nullptr, -1};
  }
  std::size_t events = 0;
  int batches = 0;
  for (; !wanted.empty() && batches < 20; ++batches) {
    std::vector<sync::SubscriptionRequest> requests;
    for (const auto& [sid, it] : wanted)
      requests.push_back({sid, it.room.is_null() ? ObjectType::document : ObjectType::list, it.position});
    bob_.take_notes();
    bob_.subscribe(requests);
    std::size_t bytes = 0, progress = 0;
    for (const auto& note : bob_.take_notes()) {
      bytes += note.payload.size();
      EXPECT_LE(note.payload.size(), 512u * 1024);
      events += note.envelope.events.size();
      for (const auto& outcome : note.envelope.outcomes) {
        auto& position = wanted.at(outcome.object_sid).position;
        progress += !outcome.interrupted || outcome.last_event_id > position;
        position = outcome.last_event_id;
        if (!outcome.interrupted) wanted.erase(outcome.object_sid);
      }
    }
    EXPECT_LE(bytes, 1024u * 1024 + 64 * 1024);
    ASSERT_GT(progress, 0u);
  }
  EXPECT_TRUE(wanted.empty());
  EXPECT_GT(batches, 3);
  EXPECT_EQ(events, 3u * 31);
}

TEST_F(Replay, ManyLongOutcomesAreToldInFramesThatFit) {
  std::vector<sync::SubscriptionRequest> requests;
  for (int i = 0; i < 1000; ++i)
    requests.push_back({std::to_string(i) + std::string(300, '"'), ObjectType::map, 0});
  bob_.take_notes();
  bob_.subscribe(requests);
  std::size_t outcomes = 0;
  for (const auto& note : bob_.take_notes()) {
    EXPECT_LE(note.payload.size(), 512u * 1024);
    outcomes += note.envelope.outcomes.size();
  }
  EXPECT_EQ(outcomes, 1000u);
  EXPECT_EQ(bob_.subscribe({{std::string(321, 'x'), ObjectType::map, 0}}).code(), 20001);
}

TEST_F(Replay, BadBatchesAreRefused) {
  for (const char* body : {"", "[]", R"({"action":"steal","correlation_id":1,"requests":[]})",
                           R"({"action":"establish","requests":[]})",
                           R"({"action":"establish","correlation_id":1,"requests":[{"object_sid":7}]})",
                           R"({"action":"establish","correlation_id":1,"requests":{}})"}) {
    SCOPED_TRACE(body);
    http::Request request;
    request.method = "POST";
    request.path = "/v4/Subscriptions";
    request.body = body;
    EXPECT_EQ(bob_.request(request).code(), 20001);
  }
}

}  // namespace
}  // namespace parley::chat_service
