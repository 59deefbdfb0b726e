#include <gtest/gtest.h>

#include "chat_service/src/routes/router.hpp"
#include "tests/support/core_driver.hpp"

namespace parley::chat_service {
namespace {

using testing::CoreDriver;
using testing::TestClient;
using testing::Ticket;

const token::ApiKey kOtherKey{"AC0000000000000000000000000000000b", "SK0000000000000000000000000000000b",
                              "secret of the other account"};
constexpr const char* kOtherService = "IS0000000000000000000000000000000b";
constexpr const char* kSister = "IS0000000000000000000000000000000c";
constexpr const char* kAdminRole = "RL0000000000000000000000000000000a";

// Two accounts; the first has two services with one key.
std::vector<Tenant> three_tenants() {
  Tenant first = testing::test_tenant();
  first.admins = {"root"};
  first.admin_role_sids = {kAdminRole};
  Tenant sister = testing::test_tenant();
  sister.service_sid = kSister;
  const Tenant other{.account_sid = kOtherKey.account_sid,
                     .service_sid = kOtherService,
                     .keys = token::KeyRing(kOtherKey),
                     .algorithms = {token::Algorithm::hs512}};
  return {first, sister, other};
}

Ticket other_ticket() {
  return {.key = kOtherKey, .service_sid = kOtherService, .algorithm = token::Algorithm::hs512};
}

class TenantsTest : public ::testing::Test {
 protected:
  CoreDriver driver_{{.tenants = three_tenants()}};

  int code_of(const Ticket& ticket) {
    const auto caller =
        driver_.core().authenticate(driver_.token("alice", ticket), driver_.now(), driver_.wall_now());
    return caller ? 0 : caller.error().server_code;
  }
  bool is_admin(const std::string& identity, const Ticket& ticket) {
    return driver_.core()
        .authenticate(driver_.token(identity, ticket), driver_.now(), driver_.wall_now())
        ->is_admin;
  }
};

TEST_F(TenantsTest, ATokenIsForTheServiceOfItsGrantUnderThatServicesKeys) {
  token::ApiKey wrong_secret = testing::test_key();
  wrong_secret.secret = "guessed";
  token::ApiKey unknown = testing::test_key();
  unknown.key_sid = "SK00000000000000000000000000000009";
  const std::string own(testing::kServiceSid);
  const struct {
    const char* what;
    Ticket ticket;
    int code;
  } kCases[] = {
      {"own", {}, 0},
      {"the other service of the account", {.service_sid = kSister}, 0},
      {"the other account", other_ticket(), 0},
      {"a known key, but of another account's service",
       {.service_sid = kOtherService, .algorithm = token::Algorithm::hs512},
       20106},
      {"the same the other way round", {.key = kOtherKey, .service_sid = own}, 20106},
      {"a service that is not served here", {.service_sid = "IS00000000000000000000000000000009"}, 20106},
      {"an unknown key", {.key = unknown}, 20103},
      {"a wrong secret", {.key = wrong_secret}, 20107},
      {"an algorithm that this tenant does not use", {.algorithm = token::Algorithm::hs512}, 20102},
      {"an algorithm that only the other one uses",
       {.key = kOtherKey, .service_sid = kOtherService, .algorithm = token::Algorithm::hs256},
       20102},
  };
  for (const auto& one : kCases) EXPECT_EQ(code_of(one.ticket), one.code) << one.what;
}

TEST_F(TenantsTest, ACallerIsToldByTheToken) {
  const auto caller =
      driver_.core().authenticate(driver_.token("zoe", other_ticket()), driver_.now(), driver_.wall_now());
  ASSERT_TRUE(caller);
  EXPECT_EQ(caller->service_sid, kOtherService);
  EXPECT_EQ(caller->identity, "zoe");
  EXPECT_FALSE(caller->is_admin);
}

TEST_F(TenantsTest, AdminsAreListedOrBearTheRoleAndOnlyInTheirTenant) {
  EXPECT_TRUE(is_admin("root", {}));
  EXPECT_TRUE(is_admin("alice", {.role_sid = kAdminRole}));
  EXPECT_FALSE(is_admin("alice", {}));
  EXPECT_FALSE(is_admin("root", {.service_sid = kSister}));
  EXPECT_FALSE(is_admin("alice", {.service_sid = kSister, .role_sid = kAdminRole}));
}

TEST_F(TenantsTest, TheSameIdentityInTwoServicesIsTwoUsers) {
  TestClient alice(driver_, "alice");
  TestClient sister(driver_, "alice", {.service_sid = kSister});
  TestClient bob(driver_, "bob"), far_bob(driver_, "bob", other_ticket());
  const auto room = alice.make_room({{"unique_name", "general"}});
  alice.add(room, "bob");
  EXPECT_EQ(sister.get(sister.link("my_conversations")).body["conversations"].size(), 0u);
  EXPECT_EQ(sister.get(sister.link("conversations") + "/general").status, 404);
  EXPECT_EQ(far_bob.get(far_bob.link("conversations") + "/" + room["sid"].get<std::string>()).status, 404);
  EXPECT_EQ(sister.make_room({{"unique_name", "general"}})["unique_name"], "general")
      << "names are per tenant";

  // Another tenant's URL is no URL at all.
  EXPECT_EQ(far_bob.get(alice.link("conversations")).status, 404);
  // Typing is announced to identities: of this tenant only.
  bob.take_notes();
  far_bob.take_notes();
  http::Request typing;
  typing.method = "POST";
  typing.path = alice.link("typing").substr(std::string("http://chat.test:4010").size());
  typing.body = "ChannelSid=" + room["sid"].get<std::string>();
  EXPECT_EQ(alice.request(typing).status, 200);
  EXPECT_EQ(bob.take_notes().size(), 1u);
  EXPECT_EQ(far_bob.take_notes().size(), 0u);
}

TEST_F(TenantsTest, PresenceIsPerTenant) {
  TestClient bob(driver_, "bob");
  TestClient sister_alice(driver_, "alice", {.service_sid = kSister});
  const auto alice_for = [&](TestClient& who) {
    return who.get(who.link("users") + "/alice").body.value("is_online", false);
  };
  TestClient sister_bob(driver_, "bob", {.service_sid = kSister});
  EXPECT_TRUE(alice_for(sister_bob));
  EXPECT_FALSE(alice_for(bob));
  {
    TestClient alice(driver_, "alice");
    EXPECT_TRUE(alice_for(bob));
    alice.cut();
  }
  driver_.advance(std::chrono::seconds(1));
  EXPECT_FALSE(alice_for(bob));
  EXPECT_TRUE(alice_for(sister_bob));
}

TEST_F(TenantsTest, ATokenUpdateMayMakeAnAdminOrNoneAndNeverMovesToAnotherService) {
  TestClient alice(driver_, "alice");
  TestClient bob(driver_, "bob");
  const auto room = bob.make_room();
  const std::string url = alice.link("conversations") + "/" + room["sid"].get<std::string>();
  EXPECT_EQ(alice.get(url).status, 403);
  const auto update = [&](const Ticket& ticket) {
    twilsock::Update packet;
    packet.token = driver_.token("alice", ticket);
    alice.send_bytes(twilsock::encode({"u", std::move(packet), "", ""}, twilsock::Writer::client));
  };
  update({.role_sid = kAdminRole});
  EXPECT_EQ(alice.get(url).status, 200);
  update({});
  EXPECT_EQ(alice.get(url).status, 403);
  update({.service_sid = kSister});
  EXPECT_TRUE(alice.ended());
}

TEST_F(TenantsTest, WorkFromOutsideRunsAsItsCallerAndIsAnsweredAfterTheCommit) {
  driver_.flush_by_itself(false);
  std::vector<std::pair<int, std::string>> replies;
  const auto perform = [&](const Caller& caller, Work work) {
    driver_.core().perform(
        caller, work, [&](http::Response reply) { replies.emplace_back(reply.status, reply.body); },
        driver_.now(), driver_.wall_now());
  };
  perform({kSister, "carol", false}, [](Scope& scope) -> Result<Answer> {
    return Answer{.body = scope.service_sid() + " " + scope.caller.identity + (scope.is_admin ? "!" : "")};
  });
  perform({"", "", false}, [](Scope& scope) -> Result<Answer> {
    return Answer{.body = scope.service_sid() + scope.caller.identity};
  });
  perform({std::string(testing::kServiceSid), "dave", true}, [](Scope& scope) -> Result<Answer> {
    return Error{.code = Errc::forbidden, .message = scope.is_admin ? "admin" : "", .http_status = 403};
  });
  perform({"IS00000000000000000000000000000009", "x", false},
          [](Scope&) -> Result<Answer> { return Answer{}; });
  EXPECT_TRUE(replies.empty());
  EXPECT_TRUE(driver_.core().needs_flush());
  driver_.flush();
  ASSERT_EQ(replies.size(), 4u);
  EXPECT_EQ(replies[0], std::pair(200, std::string(kSister) + " carol"));
  EXPECT_EQ(replies[1].first, 200);
  EXPECT_EQ(replies[1].second, testing::kServiceSid) << "nobody in particular: the first tenant";
  EXPECT_EQ(replies[2].first, 403);
  EXPECT_EQ(replies[3].first, 404);
}

}  // namespace
}  // namespace parley::chat_service
