#include "chat_service/src/policy.hpp"
#include "tests/unit/chat_service/fixtures.hpp"

namespace parley::chat_service {
namespace {

constexpr const char* kAdminRole = "RL0000000000000000000000000000000a";

class Admins : public InARoom {
 protected:
  static testing::DriverOptions options() {
    Tenant tenant = tenant_with_admin("root");
    tenant.admin_role_sids = {kAdminRole};
    return {.tenants = {tenant}};
  }
  Admins() : InARoom(options()) {}

  std::string shown_role(const std::string& identity) {
    return alice_.get(participants() + "/" + identity).body["role_sid"];
  }

  TestClient root_{driver_, "root"};
};

TEST_F(Admins, DoEverythingFromOutsideButSpeak) {
  alice_.add(room_, "bob");
  const std::string said = alice_.say(room_, "x").body["url"];
  EXPECT_EQ(root_.get(url()).body["status"], "notParticipating");
  for (const char* name : {"participants", "messages", "conversation"}) {
    const char* kind = name == std::string("participants") ? "Maps"
                       : name == std::string("messages")   ? "Lists"
                                                           : "Documents";
    EXPECT_EQ(root_.get(std::string("/v3/") + kind + "/" + object(name)).status, 200) << name;
  }
  EXPECT_EQ(root_.post(said, {{"body", "moderated"}}).body["last_updated_by"], "root");
  EXPECT_EQ(root_.post(participants() + "/bob", {{"attributes", "[]"}}).status, 200);
  EXPECT_EQ(root_.remove(participants() + "/bob").status, 204);
  EXPECT_EQ(root_.post(participants(), {{"identity", "carol"}}).status, 201);
  EXPECT_EQ(root_.post(url(), {{"friendly_name", "renamed"}}).status, 200);
  EXPECT_EQ(root_.say(room_, "x").code(), 50430) << "a message has a participant";
  EXPECT_EQ(root_.remove(said).status, 204);
  EXPECT_EQ(root_.remove(url()).status, 204);
}

TEST_F(Admins, JoinPrivateConversationsAndSpeakThen) {
  root_.join(room_);
  EXPECT_EQ(root_.say(room_, "hello").status, 201);
  EXPECT_EQ(shown_role("root"), policy::role_sid(testing::kServiceSid, Role::admin));
  EXPECT_EQ(shown_role("alice"), policy::role_sid(testing::kServiceSid, Role::creator));
  alice_.add(room_, "bob");
  EXPECT_EQ(shown_role("bob"), policy::role_sid(testing::kServiceSid, Role::member));
}

TEST_F(Admins, ThatAreRemovedKeepTheirRightsToWatch) {
  root_.join(room_);
  root_.watch(ObjectType::list, object("messages"));
  alice_.remove(participants() + "/root");
  root_.take_notes();
  alice_.say(room_, "seen");
  EXPECT_EQ(root_.take_events().size(), 1u);
}

TEST_F(Admins, TakeFromACreatorTheyRemoveWhatAStrangerHasNot) {
  alice_.add(room_, "bob");
  alice_.watch(ObjectType::list, object("messages"));
  const std::string said = alice_.say(room_, "x").body["url"];
  EXPECT_EQ(root_.remove(participants() + "/alice").status, 204);
  alice_.take_notes();
  bob_.say(room_, "among ourselves");
  EXPECT_TRUE(alice_.take_events().empty()) << "cut off at once";
  EXPECT_EQ(alice_.get(url()).code(), 50430);
  EXPECT_EQ(alice_.get("/v3/Lists/" + object("messages")).status, 403);
  EXPECT_EQ(alice_.post(participants(), {{"identity", "alice"}}).code(), 50430);
  EXPECT_EQ(alice_.post(url(), {{"friendly_name", "mine"}}).code(), 50430);
  EXPECT_EQ(alice_.remove(participants() + "/bob").code(), 50430);
  EXPECT_EQ(alice_.remove(said).code(), 50430);
  EXPECT_EQ(alice_.remove(url()).code(), 50430);
  EXPECT_EQ(bob_.get(url()).body["created_by"], "alice") << "that stays true";
}

TEST_F(Admins, LeaveARemovedCreatorWhoIsAddedAgainAMember) {
  alice_.add(room_, "bob");
  root_.remove(participants() + "/alice");
  bob_.add(room_, "alice");
  EXPECT_EQ(shown_role("alice"), policy::role_sid(testing::kServiceSid, Role::member));
  EXPECT_EQ(alice_.say(room_, "back").status, 201);
  EXPECT_EQ(alice_.remove(participants() + "/bob").code(), 50107);
  EXPECT_EQ(alice_.remove(url()).code(), 50107);
}

TEST_F(InARoom, ACreatorWhoLeavesByItselfStaysTheCreator) {
  alice_.add(room_, "bob");
  EXPECT_EQ(alice_.remove(participants() + "/alice").status, 204);
  EXPECT_EQ(alice_.remove(participants() + "/bob").status, 204);
  EXPECT_EQ(alice_.post(participants(), {{"identity", "alice"}}).status, 201);
  EXPECT_EQ(alice_.remove(url()).status, 204);
}

TEST_F(Admins, ByTheRoleOfTheirToken) {
  TestClient deputy(driver_, "deputy", {.role_sid = kAdminRole});
  TestClient other(driver_, "other", {.role_sid = "RL0000000000000000000000000000000b"});
  EXPECT_EQ(deputy.get(url()).status, 200);
  EXPECT_EQ(other.get(url()).code(), 50430);
}

TEST_F(Admins, WatchNoMoreThanOthersWithoutTheRole) {
  TestClient deputy(driver_, "deputy", {.role_sid = kAdminRole});
  deputy.watch(ObjectType::list, object("messages"));
  deputy.watch(ObjectType::map, deputy.sync_name("my_conversations"));
  deputy.renew({.role_sid = kAdminRole});
  alice_.say(room_, "the role is still there");
  EXPECT_EQ(deputy.take_events().size(), 1u);

  deputy.renew({});
  EXPECT_EQ(deputy.get("/v3/Lists/" + object("messages")).status, 403);
  alice_.say(room_, "not for everybody");
  EXPECT_TRUE(deputy.take_events().empty());
  alice_.add(room_, "deputy");
  EXPECT_EQ(deputy.take_events().size(), 1u) << "one's own list";
}

TEST_F(Admins, DoNotKeepWhatTheyAskedForJustBeforeTheyLostTheRole) {
  TestClient deputy(driver_, "deputy", {.role_sid = kAdminRole});
  driver_.flush_by_itself(false);
  deputy.subscribe({{object("messages"), ObjectType::list, std::nullopt}});
  deputy.renew({});
  driver_.flush();
  driver_.flush_by_itself(true);
  alice_.say(room_, "not for everybody");
  EXPECT_TRUE(deputy.take_events().empty());
}

TEST_F(Admins, ChangeUsersButReadNoForeignList) {
  const std::string bob = alice_.link("users") + "/bob";
  EXPECT_EQ(alice_.post(bob, {{"friendly_name", "x"}}).code(), 50107);
  EXPECT_EQ(root_.post(bob, {{"friendly_name", "Bob"}}).body["friendly_name"], "Bob");
  EXPECT_EQ(root_.post(alice_.link("users") + "/nobody", {{"friendly_name", "x"}}).code(), 50200);
  EXPECT_EQ(root_.get("/v3/Maps/" + bob_.sync_name("my_conversations")).code(), 54007);
  EXPECT_EQ(root_.get(bob_.link("my_conversations")).code(), 50107);
}

class AnyAttributes : public InARoom {
 protected:
  static testing::DriverOptions options() {
    Tenant tenant = testing::test_tenant();
    tenant.edit_any_message_attributes = true;
    return {.tenants = {tenant}};
  }
  AnyAttributes() : InARoom(options()) { alice_.add(room_, "bob"); }
};

TEST_F(AnyAttributes, AreChangedByEveryParticipantIfTheTenantSaysSo) {
  const std::string url = alice_.say(room_, "alice's").body["url"];
  const auto reacted = bob_.post(url, {{"attributes", R"({"reactions":["+1"]})"}});
  ASSERT_EQ(reacted.status, 200);
  EXPECT_EQ(reacted.body["attributes"], R"({"reactions":["+1"]})");
  EXPECT_EQ(reacted.body["author"], "alice");
  EXPECT_EQ(reacted.body["last_updated_by"], "bob");
  EXPECT_EQ(bob_.post(url, {{"body", "bob's"}}).code(), 50107) << "bodies are their authors'";
  EXPECT_EQ(bob_.post(url, {{"body", "bob's"}, {"attributes", "{}"}}).code(), 50107);
  EXPECT_EQ(bob_.remove(url).code(), 50107);
  TestClient carol(driver_, "carol");
  EXPECT_EQ(carol.post(url, {{"attributes", "{}"}}).code(), 50430);
}

TEST_F(InARoom, AttributesOfOthersAreTheirsUnlessTheTenantSaysOtherwise) {
  alice_.add(room_, "bob");
  const std::string url = alice_.say(room_, "alice's").body["url"];
  EXPECT_EQ(bob_.post(url, {{"attributes", "{}"}}).code(), 50107);
}

}  // namespace
}  // namespace parley::chat_service
