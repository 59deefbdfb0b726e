#include "common/protocol/sync/subscriber.hpp"

#include <gtest/gtest.h>

namespace parley::sync {
namespace {

using std::chrono::seconds;

class SyncSubscriber : public ::testing::Test {
 protected:
  // Everything the subscriber wants done, in words; batches are decoded and kept.
  std::vector<std::string> drain() {
    std::vector<std::string> words;
    while (auto action = subscriber.next(now)) {
      if (auto* batch = std::get_if<SendBatch>(&*action)) {
        batches.push_back(decode_batch(batch->body).value());
        words.push_back("batch");
      } else if (auto* apply = std::get_if<Apply>(&*action)) {
        words.push_back(apply->event.item_key + "@" + std::to_string(apply->event.id));
      } else if (std::holds_alternative<Established>(*action)) {
        words.push_back("established");
      } else if (std::holds_alternative<Gone>(*action)) {
        words.push_back("gone");
      } else {
        words.push_back("failed");
      }
    }
    return words;
  }

  void connect_and_subscribe(ObjectType type = ObjectType::list, std::int64_t last = -1) {
    subscriber.add("ES1", type, last);
    subscriber.on_connected(now);
    ASSERT_EQ(drain(), std::vector<std::string>{"batch"});
    accept();
  }

  void accept() {
    subscriber.on_batch_reply(batches.back().correlation.id, http::Response{202, {}, encode_batch_reply({})},
                              now);
  }

  void establish(std::int64_t last, bool interrupted = false) {
    Outcome outcome{Outcome::Kind::established, "ES1", ObjectType::list, interrupted, last, 0, 0, ""};
    subscriber.on_envelope({batches.back().correlation.id, {}, {outcome}}, now);
  }

  static Event event(std::int64_t id, const std::string& key, Change change = Change::item_added) {
    Event event;
    event.type = ObjectType::list;
    event.change = change;
    event.id = id;
    event.object_sid = "ES1";
    event.item_key = key;
    return event;
  }

  void replay(std::vector<Event> events) {
    subscriber.on_envelope({batches.back().correlation.id, std::move(events), {}}, now);
  }
  void live(Event one) { subscriber.on_envelope({std::nullopt, {std::move(one)}, {}}, now); }

  using Words = std::vector<std::string>;

  TimePoint now{};
  Subscriber subscriber;
  std::vector<SubscriptionBatch> batches;
};

TEST_F(SyncSubscriber, AsksFromWhereItIsAndAppliesLiveEventsOnce) {
  connect_and_subscribe(ObjectType::list, 4);
  EXPECT_EQ(batches[0].requests.at(0).last_event_id, 4);
  establish(4);
  EXPECT_EQ(drain(), Words{"established"});
  live(event(5, "0"));
  live(event(5, "0"));
  live(event(3, "0"));
  live(event(6, "1"));
  EXPECT_EQ(drain(), (Words{"0@5", "1@6"}));
}

TEST_F(SyncSubscriber, AppliesAReplayedListByIndexWhateverTheOrderOfLastChanges) {
  connect_and_subscribe();
  replay({event(6, "6"), event(7, "5"), event(8, "2", Change::item_removed)});
  EXPECT_EQ(drain(), Words{}) << "held back until the outcome";
  establish(8);
  EXPECT_EQ(drain(), (Words{"5@7", "6@6", "2@8", "established"}));
}

TEST_F(SyncSubscriber, AnEventThatOvertookTheReplayIsAppliedOnce) {
  connect_and_subscribe();
  live(event(2, "1"));
  replay({event(1, "0"), event(2, "1")});
  establish(2);
  EXPECT_EQ(drain(), (Words{"0@1", "1@2", "established"}));
}

TEST_F(SyncSubscriber, AGapIsReplayedFromWhereItBegan) {
  connect_and_subscribe();
  establish(1);
  drain();
  live(event(4, "3"));
  EXPECT_EQ(drain(), Words{"batch"});
  EXPECT_EQ(batches.back().requests.at(0).last_event_id, 1);
  replay({event(2, "1"), event(3, "2"), event(4, "3")});
  establish(4);
  EXPECT_EQ(drain(), (Words{"1@2", "2@3", "3@4", "established"}));
}

TEST_F(SyncSubscriber, ALostConnectionDropsHalfAReplayAndAsksAgain) {
  connect_and_subscribe();
  replay({event(1, "0")});
  subscriber.on_disconnected();
  EXPECT_EQ(drain(), Words{});
  subscriber.on_connected(now);
  EXPECT_EQ(drain(), Words{"batch"});
  EXPECT_EQ(batches.back().requests.at(0).last_event_id, -1);
  accept();
  replay({event(1, "0")});
  establish(1);
  EXPECT_EQ(drain(), (Words{"0@1", "established"}));
}

TEST_F(SyncSubscriber, AnInterruptedReplayGoesOn) {
  connect_and_subscribe();
  replay({event(1, "0")});
  establish(1, /*interrupted=*/true);
  EXPECT_EQ(drain(), (Words{"0@1", "batch"}));
  EXPECT_EQ(batches.back().requests.at(0).last_event_id, 1);
}

TEST_F(SyncSubscriber, ALiveEventThatOvertookAnInterruptedReplayHidesNothing) {
  connect_and_subscribe();
  replay({event(0, "0"), event(1, "1")});
  live(event(9, "9"));
  establish(1, /*interrupted=*/true);
  EXPECT_EQ(drain(), (Words{"0@0", "1@1", "batch"}));
  EXPECT_EQ(batches.back().requests.at(0).last_event_id, 1);
}

TEST_F(SyncSubscriber, AnInterruptionWithoutProgressIsNotRepeatedAtOnce) {
  connect_and_subscribe();
  establish(-1, /*interrupted=*/true);
  EXPECT_EQ(drain(), Words{});
  now = *subscriber.next_deadline();
  subscriber.on_time(now);
  EXPECT_EQ(drain(), Words{"batch"});
}

TEST_F(SyncSubscriber, OutcomesOfOlderBatchesAreIgnored) {
  connect_and_subscribe();
  const auto old = batches.back();
  subscriber.on_disconnected();
  subscriber.on_connected(now);
  drain();
  Outcome outcome{Outcome::Kind::established, "ES1", ObjectType::list, false, 9, 0, 0, ""};
  subscriber.on_envelope({old.correlation.id, {}, {outcome}}, now);
  EXPECT_EQ(drain(), Words{});
  EXPECT_FALSE(subscriber.established("ES1"));
}

TEST_F(SyncSubscriber, RepeatsABatchThatNobodyAnswers) {
  connect_and_subscribe();
  now += seconds(10);
  subscriber.on_time(now);
  EXPECT_EQ(drain(), Words{"batch"});
  EXPECT_EQ(batches.back().retried_requests, 1);
  accept();
  establish(-1);
  EXPECT_EQ(drain(), Words{"established"});
}

TEST_F(SyncSubscriber, ARefusedPostIsRepeatedLater) {
  subscriber.add("ES1", ObjectType::list, -1);
  subscriber.on_connected(now);
  drain();
  subscriber.on_batch_reply(batches.back().correlation.id, http::Response{503, {}, ""}, now);
  EXPECT_EQ(drain(), Words{}) << "not at once";
  now = *subscriber.next_deadline();
  subscriber.on_time(now);
  EXPECT_EQ(drain(), Words{"batch"});
}

TEST_F(SyncSubscriber, ADeletedObjectIsGoneAndARefusedOneFailedUntilReconnect) {
  connect_and_subscribe();
  Outcome outcome{Outcome::Kind::failed, "ES1", ObjectType::list, false, 0, 403, 54007, "no"};
  subscriber.on_envelope({batches.back().correlation.id, {}, {outcome}}, now);
  EXPECT_EQ(drain(), Words{"failed"});
  subscriber.on_disconnected();
  subscriber.on_connected(now);
  EXPECT_EQ(drain(), Words{"batch"});
  outcome.status = 404;
  subscriber.on_envelope({batches.back().correlation.id, {}, {outcome}}, now);
  EXPECT_EQ(drain(), Words{"gone"});
  live(event(1, "0"));
  EXPECT_EQ(drain(), Words{});
}

TEST_F(SyncSubscriber, RemovingCancelsOnTheServer) {
  connect_and_subscribe();
  establish(0);
  drain();
  subscriber.remove("ES1");
  EXPECT_EQ(drain(), Words{"batch"});
  EXPECT_TRUE(batches.back().cancel);
  live(event(1, "0"));
  EXPECT_EQ(drain(), Words{});
}

TEST_F(SyncSubscriber, SplitsWhatExceedsTheServersBatch) {
  for (int i = 0; i < 250; ++i) subscriber.add("MP" + std::to_string(i), ObjectType::map, -1);
  subscriber.on_connected(now);
  EXPECT_EQ(drain(), (Words{"batch", "batch", "batch"}));
  std::size_t asked = 0;
  for (const auto& batch : batches) asked += batch.requests.size();
  EXPECT_EQ(asked, 250u);
}

TEST_F(SyncSubscriber, RenewsEverythingWhenItsTimeIsOver) {
  connect_and_subscribe();
  establish(3);
  drain();
  now += seconds(86400);
  subscriber.on_time(now);
  EXPECT_EQ(drain(), Words{"batch"});
  EXPECT_EQ(batches.back().requests.at(0).last_event_id, 3);
}

}  // namespace
}  // namespace parley::sync
