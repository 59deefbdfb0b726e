#include "tests/unit/chat_sdk/model/outbox_fixture.hpp"

namespace parley::detail {
namespace {

using namespace std::chrono_literals;

// checking: the service does not know mutation ids

class OutboxWithoutMutationIds : public OutboxTest {
 protected:
  OutboxWithoutMutationIds() : OutboxTest({{}, /*knows_mutation_ids=*/false}) { open_completely("CH1"); }

  /// An item of a page of messages, with a key in its attributes.
  static std::string keyed(int index, const std::string& key) {
    const std::string number = std::to_string(index);
    return R"({"index":)" + number + R"(,"data":{"sid":"IM)" + number +
           R"(","author":"alice","text":"one","attributes":"{\"parley.key\":\")" + key + R"(\"}"}})";
  }
  void lose_answer() {
    rest.fail(kPost, error(Errc::outcome_unknown));
    pass(3s);
  }
  static constexpr const char* kHistory = "GET /items/ESCH1";
};

TEST_F(OutboxWithoutMutationIds, TheKeyTravelsInTheAttributes) {
  const auto id = submit(NewMessage("one", R"({"color":"red"})"));
  EXPECT_FALSE(rest.request(kPost).repeatable);
  EXPECT_NE(rest.request(kPost).body.find(R"(\"parley.key\":\")" + id), std::string::npos);
  EXPECT_NE(rest.request(kPost).body.find(R"(\"color\":\"red\")"), std::string::npos);
}

TEST_F(OutboxWithoutMutationIds, WhatIsFoundInTheHistoryIsNotSentAgain) {
  const auto id = submit("one");
  lose_answer();
  EXPECT_FALSE(rest.waits(kPost));
  EXPECT_EQ(states(), (States{OutgoingState::sending}));
  rest.answer(kHistory, page(keyed(8, "other") + "," + keyed(9, id)));
  EXPECT_EQ(outcomes[0]->value().index, 9);
  EXPECT_EQ(heard<MessageSent>().size(), 1u);
}

TEST_F(OutboxWithoutMutationIds, WhatSomebodyElseMarkedWithTheKeyIsNotOurs) {
  const auto id = submit("one");
  lose_answer();
  std::string of_bob = keyed(9, id);
  of_bob.replace(of_bob.find("alice"), 5, "bob");
  rest.answer(kHistory, page(of_bob));
  EXPECT_FALSE(outcomes[0]);
  EXPECT_TRUE(rest.waits(kPost));
}

TEST_F(OutboxWithoutMutationIds, WhatIsOnItsWayMaySettleBeforeItIsLookedFor) {
  submit("one");
  rest.fail(kPost, error(Errc::outcome_unknown));
  outbox.on_disconnected();
  outbox.on_ready();
  EXPECT_FALSE(rest.waits(kHistory));
  pass(2s);
  EXPECT_TRUE(rest.waits(kHistory));
}

TEST_F(OutboxWithoutMutationIds, ACrowdThatIsRefusedAtOnceDoesNotPileUp) {
  outbox.on_disconnected();
  for (int i = 0; i < 20'000; ++i) {
    NewMessage message("text");
    message.key = "order-" + std::to_string(i);
    submit(message, "CHunknown");
  }
  outbox.on_ready();
  EXPECT_EQ(code(0), Errc::not_found);
  EXPECT_EQ(code(19'999), Errc::not_found);
}

TEST_F(OutboxWithoutMutationIds, WhatIsNotFoundIsSentAgain) {
  const auto id = submit("one");
  lose_answer();
  rest.answer(kHistory, page(keyed(8, "other")));
  EXPECT_EQ(rest.request(kPost).mutation_id, id);
  stored(9, "one");
  EXPECT_TRUE(outcomes[0].value());
}

TEST_F(OutboxWithoutMutationIds, TheHistoryIsReadAgainUntilItAnswers) {
  submit("one");
  lose_answer();
  rest.fail(kHistory, error(Errc::connection_lost));
  EXPECT_FALSE(rest.waits(kHistory));
  pass(5s);
  EXPECT_TRUE(rest.waits(kHistory)) << "and nothing is sent before";
  EXPECT_FALSE(rest.waits(kPost));
}

TEST_F(OutboxWithoutMutationIds, WhatSurelyDidNotHappenIsSentWithoutReading) {
  submit("one");
  rest.fail(kPost, error(Errc::connection_lost));
  pass(2s);
  EXPECT_TRUE(rest.waits(kPost));
}

TEST_F(OutboxWithoutMutationIds, AMessageThatCanCarryNoKeySaysThatItIsUnknown) {
  submit(NewMessage("one", "[1,2]"));
  EXPECT_NE(rest.request(kPost).body.find(R"("[1,2]")"), std::string::npos) << "untouched";
  rest.fail(kPost, error(Errc::outcome_unknown));
  EXPECT_EQ(code(0), Errc::outcome_unknown);
  NewMessage named("one", "[1,2]");
  named.key = "order-17";
  submit(named);
  EXPECT_EQ(code(1), Errc::invalid_argument);
}

TEST_F(OutboxWithoutMutationIds, ANameThatTheCallerGaveMayHaveBeenStoredBefore) {
  NewMessage message("one");
  message.key = "order-17";
  submit(message);
  EXPECT_FALSE(rest.waits(kPost));
  rest.answer(kHistory, page(keyed(3, "order-17")));
  EXPECT_EQ(outcomes[0]->value().index, 3);
}

TEST_F(OutboxWithoutMutationIds, AHistoryThatIsForbiddenLeavesItUnknown) {
  submit("one");
  lose_answer();
  rest.fail(kHistory, error(Errc::forbidden));
  EXPECT_EQ(code(0), Errc::outcome_unknown);
}

}  // namespace
}  // namespace parley::detail
