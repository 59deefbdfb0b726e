#include "chat_service/src/limits.hpp"
#include "common/base/limits.hpp"
#include "tests/unit/chat_service/fixtures.hpp"

/// Who may bring whom into a conversation, what a block stops, and for whom 1x1 conversations are.
namespace parley::chat_service {
namespace {

constexpr int kMayNotAdd = 50480, kBlocked = 50481, kOnlyForTheTwo = 50482;

std::string blocks_of(TestClient& client, const std::string& identity) {
  return client.link("users") + "/" + identity + "/Blocks";
}

TestClient::Reply block(TestClient& client, const std::string& identity) {
  return client.post(blocks_of(client, client.identity()), {{"identity", identity}});
}

TestClient::Reply unblock(TestClient& client, const std::string& identity) {
  return client.remove(blocks_of(client, client.identity()) + "/" + identity);
}

TestClient::Reply try_to_create(TestClient& client, const json::Value& fields) {
  return client.post(client.link("conversations"), fields);
}

class Blocks : public InARoom {
 protected:
  TestClient::Reply add(const std::string& identity) {
    return alice_.post(participants(), {{"identity", identity}});
  }
  TestClient::Reply invite(const std::string& identity) {
    return alice_.post(room_["links"]["invites"].get<std::string>(), {{"identity", identity}});
  }
};

TEST_F(Blocks, AreListedUntilTheyAreTakenBack) {
  const auto made = block(bob_, "mallory");
  ASSERT_EQ(made.status, 201);
  EXPECT_EQ(made.body["identity"], "mallory");
  EXPECT_EQ(block(bob_, "mallory").body, made.body) << "again: nothing changes";
  block(bob_, "alice");
  const auto list = bob_.get(blocks_of(bob_, "bob"));
  ASSERT_EQ(list.body["blocks"].size(), 2u);
  EXPECT_EQ(list.body["blocks"][0]["identity"], "alice");
  EXPECT_EQ(list.body["blocks"][1], made.body);
  EXPECT_EQ(bob_.remove(made.body["url"].get<std::string>()).status, 204);
  EXPECT_EQ(unblock(bob_, "mallory").status, 204) << "is harmless";
  EXPECT_EQ(bob_.get(blocks_of(bob_, "bob")).body["blocks"].size(), 1u);
}

TEST_F(Blocks, AreNobodyElsesBusiness) {
  block(bob_, "alice");
  EXPECT_EQ(alice_.get(blocks_of(alice_, "bob")).code(), 50107);
  EXPECT_EQ(alice_.remove(blocks_of(alice_, "bob") + "/alice").code(), 50107);
  EXPECT_EQ(alice_.post(blocks_of(alice_, "bob"), {{"identity", "mallory"}}).code(), 50107);
}

TEST_F(Blocks, AreOfSomebodyElseWithAGoodName) {
  EXPECT_EQ(block(bob_, "bob").code(), 20001);
  EXPECT_EQ(block(bob_, "").code(), 20001);
  EXPECT_EQ(block(bob_, "a\nb").code(), 20001);
  EXPECT_EQ(block(bob_, std::string(limits::kIdentityBytes + 1, 'x')).code(), 20001);
  EXPECT_EQ(bob_.post(blocks_of(bob_, "bob"), json::Value::object()).code(), 20001);
  EXPECT_EQ(block(bob_, "not here yet").status, 201);
}

TEST_F(Blocks, HaveALimit) {
  for (std::size_t i = 0; i < limits::kBlockedIdentities; ++i)
    ASSERT_EQ(block(bob_, "m" + std::to_string(i)).status, 201);
  const auto one_more = block(bob_, "one more");
  EXPECT_EQ(one_more.code(), 20001);
  EXPECT_TRUE(one_more.body["message"].get<std::string>().starts_with("identity: expected at most 1000"));
  EXPECT_EQ(block(bob_, "m0").status, 201) << "is one of them";
  EXPECT_EQ(bob_.get(blocks_of(bob_, "bob")).body["blocks"].size(), limits::kBlockedIdentities);
  unblock(bob_, "m0");
  EXPECT_EQ(block(bob_, "one more").status, 201);
}

TEST_F(Blocks, KeepTheBlockedFromAddingAndInviting) {
  block(bob_, "alice");
  EXPECT_EQ(add("bob").code(), kMayNotAdd);
  EXPECT_EQ(invite("bob").code(), kMayNotAdd);
  unblock(bob_, "alice");
  EXPECT_EQ(invite("bob").status, 201);
  EXPECT_EQ(add("bob").status, 201);
}

// Also somebody who was in it a moment ago.
TEST_F(Blocks, HoldForWhoeverHasLeft) {
  add("bob");
  EXPECT_EQ(bob_.remove(participants() + "/bob").status, 204);
  block(bob_, "alice");
  EXPECT_EQ(add("bob").code(), kMayNotAdd);
}

TEST_F(Blocks, ChangeNothingInGroups) {
  add("bob");
  block(bob_, "alice");
  bob_.watch(ObjectType::list, object("messages"));
  EXPECT_EQ(alice_.say(room_, "to everybody").status, 201);
  EXPECT_EQ(bob_.take_events().size(), 1u);
  EXPECT_EQ(add("bob").code(), 50433);
  EXPECT_EQ(bob_.post(participants(), {{"identity", "carol"}}).status, 201) << "who blocks is not bound";
}

TEST_F(Blocks, AreOfOneTenant) {
  block(bob_, "alice");
  run([&](Scope& scope) { EXPECT_FALSE(scope.tables.blocks.has("IS another", "bob", "alice")); });
}

class Direct : public TwoClients {
 protected:
  explicit Direct(testing::DriverOptions options = {}) : TwoClients(std::move(options)) {}

  json::Value make_direct() {
    auto room = alice_.make_room({{"unique_name", "alice#bob"}});
    alice_.add(room, "bob");
    return room;
  }
  static std::string participants(const json::Value& room) { return room["links"]["participants"]; }

  TestClient mallory_{driver_, "mallory"};
};

TEST_F(Direct, NamesAreCreatedByTheirTwoIdentitiesOnly) {
  EXPECT_EQ(try_to_create(mallory_, {{"unique_name", "alice#bob"}}).code(), kOnlyForTheTwo);
  EXPECT_EQ(try_to_create(alice_, {{"unique_name", "alice#bob"}, {"type", "public"}}).code(), 20001);
  EXPECT_EQ(try_to_create(bob_, {{"unique_name", "alice#bob"}}).status, 201);
  EXPECT_EQ(try_to_create(alice_, {{"unique_name", "alice#bob"}}).code(), 50353);
  for (const char* ordinary : {"bob#alice", "#general", "C#", "a#b#c", "alice"})
    EXPECT_EQ(try_to_create(mallory_, {{"unique_name", ordinary}}).status, 201) << ordinary;
}

TEST_F(Direct, NamesAreNotGivenLaterAndStay) {
  const auto group = alice_.make_room();
  EXPECT_EQ(alice_.post(group["url"].get<std::string>(), {{"unique_name", "alice#bob"}}).code(),
            kOnlyForTheTwo);
  const std::string direct = make_direct()["url"];
  for (const char* other : {"", "a group", "alice#carol"})
    EXPECT_EQ(alice_.post(direct, {{"unique_name", other}}).code(), kOnlyForTheTwo) << other;
  EXPECT_EQ(alice_.post(direct, {{"unique_name", "alice#bob"}, {"friendly_name", "us"}}).status, 200);
}

TEST_F(Direct, ConversationsTakeNobodyElse) {
  const auto room = make_direct();
  EXPECT_EQ(alice_.post(participants(room), {{"identity", "mallory"}}).code(), kOnlyForTheTwo);
  EXPECT_EQ(bob_.post(room["links"]["invites"].get<std::string>(), {{"identity", "mallory"}}).code(),
            kOnlyForTheTwo);
  EXPECT_EQ(bob_.post(participants(room), {{"messaging_binding", {{"address", "+15550100"}}}}).code(),
            kOnlyForTheTwo);
  EXPECT_EQ(mallory_.post(participants(room), {{"identity", "mallory"}}).code(), 50430);
}

TEST_F(Direct, ConversationsAreNotOpenedByTheBlocked) {
  block(bob_, "alice");
  EXPECT_EQ(try_to_create(alice_, {{"unique_name", "alice#bob"}}).code(), kMayNotAdd);
  EXPECT_EQ(try_to_create(bob_, {{"unique_name", "alice#bob"}}).status, 201) << "who blocks is not bound";
}

// What would be a way to tell the other one something is refused; reading and taking away go on.
TEST_F(Direct, ConversationsAreNotWrittenInByTheBlocked) {
  const auto room = make_direct();
  const std::string url = room["url"];
  const std::string said = alice_.say(room, "hello").body["url"];
  const std::string answer = bob_.say(room, "go away").body["url"];
  block(bob_, "alice");
  bob_.watch(ObjectType::list, room["sync_objects"]["messages"]);
  bob_.take_notes();
  EXPECT_EQ(alice_.say(room, "listen").code(), kBlocked);
  EXPECT_EQ(alice_.post(said, {{"body", "listen"}}).code(), kBlocked);
  EXPECT_EQ(alice_.post(answer, {{"body", "listen"}}).code(), kBlocked) << "as the creator";
  EXPECT_EQ(alice_.post(url, {{"friendly_name", "listen"}}).code(), kBlocked);
  EXPECT_EQ(alice_.post(participants(room) + "/alice", {{"attributes", R"("listen")"}}).code(), kBlocked);
  EXPECT_EQ(alice_.post(participants(room) + "/bob", {{"attributes", R"("listen")"}}).code(), kBlocked);
  http::Request typing;
  typing.method = "POST";
  typing.path = alice_.link("typing").substr(std::string("http://chat.test:4010").size());
  typing.body = "ChannelSid=" + room["sid"].get<std::string>();
  EXPECT_EQ(alice_.request(typing).code(), kBlocked);
  EXPECT_TRUE(bob_.take_notes().empty());

  EXPECT_EQ(alice_.get(answer).status, 200);
  EXPECT_EQ(bob_.say(room, "and stay there").status, 201) << "who blocks is not bound";
  EXPECT_EQ(alice_.remove(said).status, 204);
  EXPECT_EQ(alice_.remove(participants(room) + "/alice").status, 204);
  EXPECT_EQ(alice_.post(participants(room), {{"identity", "alice"}}).code(), kBlocked)
      << "does not come back";
  unblock(bob_, "alice");
  EXPECT_EQ(alice_.post(participants(room), {{"identity", "alice"}}).status, 201);
  EXPECT_EQ(alice_.say(room, "thank you").status, 201);
}

class DirectWithAnAdmin : public Direct {
 protected:
  DirectWithAnAdmin() : Direct({.tenants = {tenant_with_admin("root")}}) {}

  TestClient root_{driver_, "root"};
};

TEST_F(DirectWithAnAdmin, AdminsAreNotBound) {
  block(bob_, "root");
  const auto room = make_direct();
  EXPECT_EQ(root_.post(participants(room), {{"identity", "root"}}).status, 201) << "to look after it";
  EXPECT_EQ(root_.post(room["url"].get<std::string>(), {{"unique_name", "evidence"}}).status, 200);
  root_.add(root_.make_room(), "bob");
  EXPECT_EQ(root_.get(blocks_of(root_, "bob")).body["blocks"].size(), 1u);
  EXPECT_EQ(root_.remove(blocks_of(root_, "bob") + "/root").status, 204);
  EXPECT_EQ(root_.get(blocks_of(root_, "bob")).body["blocks"].size(), 0u);
  EXPECT_EQ(root_.get(blocks_of(root_, "nobody")).code(), 50200);
}

TEST_F(DirectWithAnAdmin, EvenAdminsTakeNoForeignName) {
  EXPECT_EQ(try_to_create(root_, {{"unique_name", "alice#bob"}}).code(), kOnlyForTheTwo);
}

class AmongAcquaintances : public TwoClients {
 protected:
  static testing::DriverOptions options() {
    Tenant tenant = tenant_with_admin("root");
    tenant.who_may_add = AddRule::shared_conversation;
    return {.tenants = {tenant}};
  }
  AmongAcquaintances() : TwoClients(options()) {}

  /// A room of Alice's; the answer to her adding Bob.
  int add_bob() {
    return alice_.post(alice_.make_room()["links"]["participants"].get<std::string>(), {{"identity", "bob"}})
        .code();
  }
  /// Root makes them members of one conversation.
  json::Value introduce() {
    TestClient root(driver_, "root");
    const auto room = root.make_room();
    root.add(room, "alice");
    root.add(room, "bob");
    return room;
  }
};

TEST_F(AmongAcquaintances, StrangersAreNotAdded) {
  EXPECT_EQ(add_bob(), kMayNotAdd);
  EXPECT_EQ(
      alice_.post(alice_.make_room()["links"]["invites"].get<std::string>(), {{"identity", "bob"}}).code(),
      kMayNotAdd);
  EXPECT_EQ(
      alice_.post(alice_.make_room()["links"]["participants"].get<std::string>(), {{"identity", "nobody"}})
          .code(),
      kMayNotAdd)
      << "whether there is such a user is not told";
  EXPECT_EQ(try_to_create(alice_, {{"unique_name", "alice#bob"}}).code(), kMayNotAdd);
}

TEST_F(AmongAcquaintances, WhoSharesAConversationIsAdded) {
  const auto room = introduce();
  EXPECT_EQ(add_bob(), 0);
  EXPECT_EQ(try_to_create(alice_, {{"unique_name", "alice#bob"}}).status, 201);
}

TEST_F(AmongAcquaintances, ABlockHoldsAmongThem) {
  introduce();
  block(bob_, "alice");
  EXPECT_EQ(add_bob(), kMayNotAdd);
}

TEST_F(AmongAcquaintances, WhoDoesNotShareOneAnyMoreIsAStranger) {
  const auto room = introduce();
  bob_.remove(room["links"]["participants"].get<std::string>() + "/bob");
  EXPECT_EQ(add_bob(), kMayNotAdd);
}

// Whoever is in very many conversations must not make an answer slow.
TEST_F(AmongAcquaintances, OfVeryManyConversationsTheNewestAreLookedThrough) {
  const auto share = [&] {
    bool found = false;
    run([&](Scope& scope) {
      const auto alice = scope.tables.users.find(scope.service_sid(), "alice");
      const auto bob = scope.tables.users.find(scope.service_sid(), "bob");
      found = scope.tables.participants.share_a_conversation(alice->id, bob->id);
      EXPECT_EQ(scope.tables.participants.share_a_conversation(bob->id, alice->id), found);
    });
    return found;
  };
  EXPECT_FALSE(share());
  introduce();
  for (std::size_t i = 0; i < limits::kSharedConversations; ++i) alice_.make_room();
  for (std::size_t i = 1; i < limits::kSharedConversations; ++i) bob_.make_room();
  EXPECT_TRUE(share()) << "it is still among Bob's newest";
  bob_.make_room();
  EXPECT_FALSE(share());
}

TEST(OnlyAdmins, AddOthers) {
  Tenant tenant = tenant_with_admin("root");
  tenant.who_may_add = AddRule::admins;
  CoreDriver driver({.tenants = {tenant}});
  TestClient root(driver, "root"), alice(driver, "alice");
  const auto room = root.make_room();
  root.add(room, "alice");
  const std::string participants = room["links"]["participants"];
  EXPECT_EQ(alice.post(participants, {{"identity", "bob"}}).code(), kMayNotAdd);
  EXPECT_EQ(alice.post(participants, {{"messaging_binding", {{"address", "+15550100"}}}}).status, 201)
      << "is nobody's time";
  EXPECT_EQ(try_to_create(alice, {{"unique_name", "alice#root"}}).code(), kMayNotAdd);
  EXPECT_EQ(try_to_create(alice, {{"unique_name", "a group"}}).status, 201);
}

}  // namespace
}  // namespace parley::chat_service
