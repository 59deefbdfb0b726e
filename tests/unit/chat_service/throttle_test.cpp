#include "chat_service/src/connections/throttle.hpp"

#include <gtest/gtest.h>

#include "chat_service/src/connections/cost.hpp"
#include "common/base/limits.hpp"
#include "common/storage/database.hpp"
#include "tests/support/core_driver.hpp"

namespace parley::chat_service {
namespace {

using namespace std::chrono_literals;
using testing::CoreDriver;
using testing::TestClient;

TEST(Buckets, GiveTheBurstAtOnceAndThenTheRate) {
  Buckets<int> buckets({.per_second = 10, .burst = 5});
  TimePoint now{};
  const auto take_all = [&] {
    int taken = 0;
    while (taken < 100 && buckets.take(1, now)) ++taken;
    return taken;
  };
  EXPECT_EQ(take_all(), 5);
  EXPECT_EQ(take_all(), 0);
  now += 100ms;
  EXPECT_EQ(take_all(), 1);
  now += 99ms;
  EXPECT_EQ(take_all(), 0) << "a refusal costs nothing, but does not help either";
  now += 1ms;
  EXPECT_EQ(take_all(), 1);
  now += 1h;
  EXPECT_EQ(take_all(), 5) << "never more than the burst";
}

TEST(Buckets, AreOfOneKeyEachAndForgottenWhenFull) {
  Buckets<int> buckets({.per_second = 100, .burst = 100});
  TimePoint now{};
  for (int key = 0; key < 1000; ++key) EXPECT_TRUE(buckets.take(key, now));
  EXPECT_EQ(buckets.size(), 1000u);
  for (int second = 0; second < 5; ++second) {
    now += 1s;
    EXPECT_TRUE(buckets.take(-1, now));
  }
  EXPECT_LE(buckets.size(), 2u);
}

TEST(Buckets, GiveWhatCostsMoreThanTheyHoldWhenTheyAreFull) {
  Buckets<int> buckets({.per_second = 10, .burst = 5});
  TimePoint now{};
  EXPECT_TRUE(buckets.take(1, now, 20));
  now += 1900ms;
  EXPECT_FALSE(buckets.take(1, now, 5)) << "in debt for it";
  now += 100ms;
  EXPECT_TRUE(buckets.take(1, now, 5));
  EXPECT_FALSE(buckets.take(1, now));
}

TEST(Buckets, AreChargedWhatTheyDoNotHold) {
  Buckets<int> buckets({.per_second = 10, .burst = 5});
  TimePoint now{};
  buckets.consume(1, now, 10);
  now += 500ms;
  EXPECT_FALSE(buckets.take(1, now));
  now += 100ms;
  EXPECT_TRUE(buckets.take(1, now));
}

TEST(Buckets, SayHowLongToWait) {
  Buckets<int> buckets({.per_second = 10, .burst = 5});
  TimePoint now{};
  EXPECT_EQ(buckets.wait_for(1, now), 0s);
  buckets.consume(1, now, 8);
  for (const std::size_t cost : {1, 3, 5, 20}) {
    const auto wait = buckets.wait_for(1, now, cost);
    auto at_once = buckets, too_early = buckets, in_time = buckets;
    EXPECT_FALSE(at_once.take(1, now, cost)) << cost;
    EXPECT_FALSE(too_early.take(1, now + wait - 1ns, cost)) << cost;
    EXPECT_TRUE(in_time.take(1, now + wait, cost)) << cost;
  }
}

TEST(CostOf, CountsWhatIsMuchAndNothingElse) {
  struct Case {
    const char* what;
    Caused most;  ///< that costs nothing
    Caused one_more;
  };
  using namespace limits;
  const Case cases[] = {
      {"answer", {.answer_bytes = kThrottledAnswerBytes - 1}, {.answer_bytes = kThrottledAnswerBytes}},
      {"lookups", {.lookups = kThrottledLookups - 1}, {.lookups = kThrottledLookups}},
      {"rows",
       {.rows = kThrottledOrdinaryRows + kThrottledRows - 1},
       {.rows = kThrottledOrdinaryRows + kThrottledRows}},
      {"steps", {.steps = kThrottledSteps - 1}, {.steps = kThrottledSteps}},
      {"deliveries", {.deliveries = kThrottledDeliveries - 1}, {.deliveries = kThrottledDeliveries}},
      {"event bytes", {.event_bytes = kThrottledEventBytes - 1}, {.event_bytes = kThrottledEventBytes}},
  };
  for (const auto& [what, most, one_more] : cases) {
    EXPECT_EQ(cost_of(most), 0u) << what;
    EXPECT_EQ(cost_of(one_more), 1u) << what;
  }
  EXPECT_EQ(cost_of_packet(kThrottledPacketBytes - 1), 1u);
  EXPECT_EQ(cost_of_packet(kThrottledPacketBytes), 2u);
  EXPECT_EQ(cost_of({.answer_bytes = 2 * kThrottledAnswerBytes, .deliveries = 3 * kThrottledDeliveries}), 5u);
}

class ThrottleTest : public ::testing::Test {
 protected:
  CoreDriver driver_{{.throttle = Throttle{}}};

  // Requests of which no answer is waited for.
  static int refused_of(TestClient& client, int requests) {
    int refused = 0;
    for (int i = 0; i < requests; ++i) {
      const auto reply = client.get("/Client/v2/Configuration");
      if (reply.status == 429) {
        EXPECT_EQ(reply.code(), 20429);
        ++refused;
      } else {
        EXPECT_EQ(reply.status, 200);
      }
    }
    return refused;
  }
};

TEST_F(ThrottleTest, SixHundredAtOncePassAndFifteenHundredDoNot) {
  TestClient alice(driver_, "alice"), bob(driver_, "bob");
  EXPECT_EQ(refused_of(alice, 600), 0);
  EXPECT_EQ(refused_of(bob, 1500), 500);
  driver_.advance(4s);
  EXPECT_EQ(refused_of(bob, 600), 0) << "calm again";
  EXPECT_EQ(refused_of(alice, 600), 0);
}

// An official client in a thousand conversations asks for four thousand objects when it starts.
TEST_F(ThrottleTest, FourThousandAtOnceAreRefusedAndNotSentAway) {
  TestClient alice(driver_, "alice");
  EXPECT_EQ(refused_of(alice, 4000), 3000);
  driver_.advance(4s);
  EXPECT_EQ(refused_of(alice, 3000), 2000) << "the rest comes with the next tries";
}

TEST_F(ThrottleTest, AUsersConnectionsShareAndOtherUsersAreNotConcerned) {
  TestClient phone(driver_, "alice"), laptop(driver_, "alice"), bob(driver_, "bob");
  EXPECT_EQ(refused_of(phone, 600), 0);
  EXPECT_EQ(refused_of(laptop, 600), 200);
  EXPECT_EQ(refused_of(bob, 600), 0);
}

TEST_F(ThrottleTest, WhatIsRefusedCostsNothingInTheStore) {
  TestClient alice(driver_, "alice");
  const auto room = alice.make_room();
  int refused = 0;
  while (alice.say(room, "x").status != 429) continue;
  driver_.flush_by_itself(false);
  const auto before = driver_.database().changes();
  for (int i = 0; i < 500; ++i) {
    http::Request request;
    request.method = "POST";
    request.path = "/Client/v2/Services/IS/Conversations";
    const auto reply = alice.request(request);
    refused += reply.status == 429;
  }
  EXPECT_EQ(refused, 500) << "answered although nothing was committed";
  EXPECT_FALSE(driver_.core().needs_flush());
  EXPECT_EQ(driver_.database().changes(), before);
}

TEST_F(ThrottleTest, LongRequestsCostMore) {
  TestClient alice(driver_, "alice");
  http::Request request;
  request.method = "POST";
  request.path = "/Client/v2/Services/IS/Conversations";
  request.body = std::string(1000 * 1000, ' ');
  int taken = 0;
  while (taken < 100 && alice.request(request).status != 429) ++taken;
  EXPECT_EQ(taken, 1000 / (1 + 1'000'000 / static_cast<int>(limits::kThrottledPacketBytes)));
}

TEST_F(ThrottleTest, SubscriptionsCost) {
  TestClient alice(driver_, "alice");
  std::vector<sync::SubscriptionRequest> batch;
  while (batch.size() < limits::kSubscriptionBatch)
    batch.push_back({"nothing" + std::to_string(batch.size()), sync::ObjectType::map, std::nullopt});
  int taken = 0;
  while (taken < 100 && alice.subscribe(batch).status != 429) ++taken;
  EXPECT_GE(taken, 3);
  EXPECT_LE(taken, 10);
}

/// A room whose members watch its messages, and somebody whose budget nobody has used yet.
class Crowd : public ::testing::Test {
 protected:
  explicit Crowd(int members = 60) {
    owner_.add(room_, "alice");
    for (int i = 0; i < members; ++i) {
      members_.push_back(std::make_unique<TestClient>(driver_, "member" + std::to_string(i)));
      owner_.add(room_, members_.back()->identity());
      members_.back()->watch(sync::ObjectType::list, room_["sync_objects"]["messages"]);
      members_.back()->watch(sync::ObjectType::document, room_["sync_objects"]["conversation"]);
    }
    alice_.configuration();
    driver_.advance(4s);
  }

  /// What one send costs in a bucket of a thousand.
  int sends_at_once(const std::string& body) {
    int taken = 0;
    while (taken < 2000 && alice_.say(room_, body).status != 429) ++taken;
    return taken;
  }

  CoreDriver driver_{{.throttle = Throttle{}}};
  TestClient owner_{driver_, "owner"};
  TestClient alice_{driver_, "alice"};
  json::Value room_ = owner_.make_room();
  std::vector<std::unique_ptr<TestClient>> members_;
};

TEST_F(Crowd, EachSendCostsItsReceivers) {
  EXPECT_EQ(sends_at_once("x"), 1000 / (1 + 2 * 60 / static_cast<int>(limits::kThrottledDeliveries)) + 1)
      << "the last one owes what it costs beyond its packet";
}

class Pair : public Crowd {
 protected:
  Pair() : Crowd(1) {}
};

TEST_F(Pair, AnOrdinarySendCostsOne) { EXPECT_EQ(sends_at_once(std::string(500, 'x')), 1000); }

TEST_F(Pair, LongTextsCostWhatTheirReceiverHasToRead) {
  const auto sends = sends_at_once(std::string(30'000, 'x'));
  EXPECT_GE(sends, 1000 / 13);
  EXPECT_LE(sends, 1000 / 11 + 1) << "the last one owes what it costs beyond its packet";
}

TEST_F(Pair, PagesCostTheirRows) {
  for (int i = 0; i < 100; ++i) owner_.say(room_, "x");
  const std::string items = "/v3/Services/" + std::string(testing::kServiceSid) + "/Lists/" +
                            room_["sync_objects"]["messages"].get<std::string>() + "/Items";
  int taken = 0;
  while (taken < 1001 && alice_.get(items, {{"PageSize", "100"}}).status == 200) ++taken;
  EXPECT_GE(taken, 100);
  EXPECT_LE(taken, 300);
}

TEST(Deletions, CostWhatTheyRemove) {
  Tenant tenant = testing::test_tenant();
  tenant.admins = {"root"};
  CoreDriver driver{{.tenants = {tenant}, .throttle = Throttle{}}};
  TestClient owner(driver, "owner");
  std::vector<std::string> rooms;
  for (int i = 0; i < 10; ++i) {
    const auto room = owner.make_room();
    for (int member = 0; member < 40; ++member) owner.add(room, "member" + std::to_string(member));
    rooms.push_back(room["url"]);
    driver.advance(1s);
  }
  TestClient root(driver, "root");
  for (const std::string& room : rooms) EXPECT_EQ(root.remove(room).status, 204);
  int left = 0;
  while (left < 2000 && root.get("/Client/v2/Configuration").status == 200) ++left;
  EXPECT_LT(left, 900) << "each was more than ten ordinary requests";
  EXPECT_GT(left, 0);
}

TEST_F(Pair, ARefusalSaysWhenToComeBack) {
  std::string page = std::string(20'000, 'x');
  sends_at_once(page);
  const auto refusal = alice_.say(room_, page);
  ASSERT_EQ(refusal.status, 429);
  const auto after = http::find_header(refusal.headers, "Retry-After");
  ASSERT_TRUE(after);
  driver_.advance(std::chrono::seconds(std::stoi(std::string(*after))));
  EXPECT_EQ(alice_.say(room_, page).status, 201);
}

TEST_F(ThrottleTest, WhoGoesOnAskingInVainIsSentAway) {
  TestClient alice(driver_, "alice"), bob(driver_, "bob");
  EXPECT_EQ(refused_of(alice, 1500), 500);
  EXPECT_FALSE(alice.ended());
  http::Request request;
  request.method = "GET";
  request.path = "/Client/v2/Configuration";
  for (int i = 0; i < 4000; ++i) alice.send(request);
  ASSERT_TRUE(alice.ended());
  EXPECT_EQ(alice.ended()->server_code, 51202);
  EXPECT_EQ(refused_of(bob, 600), 0);
}

struct Chatter {
  const char* name;
  twilsock::Body body;
};
void PrintTo(const Chatter& chatter, std::ostream* out) { *out << chatter.name; }
class Floods : public ThrottleTest, public ::testing::WithParamInterface<Chatter> {};

TEST_P(Floods, OfWhatNobodyAskedForEndTheConnection) {
  TestClient alice(driver_, "alice"), bob(driver_, "bob");
  int sent = 0;
  for (; sent < 2000 && !alice.ended(); ++sent) alice.say_packet(GetParam().body);
  EXPECT_GE(sent, 600);
  EXPECT_LE(sent, 1500);
  ASSERT_TRUE(alice.ended());
  EXPECT_EQ(alice.ended()->server_code, 51202);
  EXPECT_EQ(refused_of(bob, 600), 0);
}

INSTANTIATE_TEST_SUITE_P(ThrottleTest, Floods,
                         ::testing::Values(Chatter{"pings", twilsock::Ping{}},
                                           Chatter{"acknowledgements",
                                                   twilsock::Reply{twilsock::Status{}, {}, {}}},
                                           Chatter{"telemetry", twilsock::Unknown{"telemetry.v1"}},
                                           Chatter{"unknown", twilsock::Unknown{"whatever"}}),
                         [](const auto& info) { return std::string(info.param.name); });

TEST_F(ThrottleTest, AcknowledgementsOfEventsAreFree) {
  TestClient alice(driver_, "alice"), bob(driver_, "bob");
  const auto room = bob.make_room();
  bob.add(room, "alice");
  alice.watch(sync::ObjectType::list, room["sync_objects"]["messages"]);
  alice.take_notes();
  std::size_t acknowledged = 0;
  for (int round = 0; round < 4; ++round) {
    for (int i = 0; i < 600; ++i) bob.say(room, "x");
    for (const auto& note : alice.take_notes()) {
      EXPECT_EQ(note.type, "com.twilio.rtd.cds.list");
      alice.say_packet(twilsock::Reply{twilsock::Status{}, {}, {}});
      ++acknowledged;
    }
    driver_.advance(4s);
  }
  EXPECT_EQ(acknowledged, 2400u);
  EXPECT_FALSE(alice.ended());
  EXPECT_EQ(refused_of(alice, 600), 0);
}

// Nobody may make the service hold answers without end between two commits.
TEST_F(ThrottleTest, VeryManyHeldAnswersAreCommittedByThemselves) {
  CoreDriver driver;
  TestClient alice(driver, "alice");
  alice.configuration();
  driver.flush_by_itself(false);
  http::Request request;
  request.method = "GET";
  request.path = "/Client/v2/Configuration";
  std::string first = alice.send(request);
  EXPECT_FALSE(alice.reply(first));
  for (int i = 0; i < 2000; ++i) alice.send(request);
  EXPECT_TRUE(alice.reply(first));
}

}  // namespace
}  // namespace parley::chat_service
