#include "token_server/sessions/user_admin.hpp"

#include <filesystem>

#include "common/base/redact.hpp"
#include "tests/unit/token_sessions/session_fixture.hpp"

namespace parley::token_server {
namespace {

class UserAdminTest : public SessionTest {};

TEST_F(UserAdminTest, ListsUsersByName) {
  admin_->add("zoe", "z", "long enough").value();
  admin_->add("bob", "bob", "long enough").value();
  admin_->disable("bob").value();
  const auto users = admin_->list().value();
  ASSERT_EQ(users.size(), 3u);
  EXPECT_EQ(users[0].name, "alice");
  EXPECT_EQ(users[0].identity, "alice in chat");
  EXPECT_FALSE(users[0].disabled);
  EXPECT_EQ(users[1].name, "bob");
  EXPECT_TRUE(users[1].disabled);
  EXPECT_EQ(users[2].identity, "z");
  EXPECT_EQ(users[2].created_at, clock_.wall_now());
}

TEST_F(UserAdminTest, RefusesWhatIsAgainstTheRules) {
  struct Case {
    std::string name;
    std::string identity;
    std::string password;
    Errc code;
    const char* message;
  };
  const Case cases[] = {
      {"", "x", "long enough", Errc::invalid_argument, "name"},
      {"system", "x", "long enough", Errc::invalid_argument, "name"},
      {std::string(257, 'x'), "x", "long enough", Errc::invalid_argument, "name"},
      {"new", "", "long enough", Errc::invalid_argument, "identity"},
      {"new", "a\tb", "long enough", Errc::invalid_argument, "identity"},
      {"new", "new", "short", Errc::invalid_argument, "password"},
      {"new", "new", std::string(1025, 'x'), Errc::invalid_argument, "password"},
      {"new", "new", "bytes \xff\xff\xff", Errc::invalid_argument, "password"},
      {"alice", "other", "long enough", Errc::conflict, "name"},
      {"new", "alice in chat", "long enough", Errc::conflict, "identity"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name + "/" + c.identity);
    const auto added = admin_->add(c.name, c.identity, c.password);
    ASSERT_FALSE(added);
    EXPECT_EQ(added.error().code, c.code);
    EXPECT_EQ(added.error().message.rfind(c.message, 0), 0u) << added.error().message;
    EXPECT_EQ(added.error().message.find(c.password), std::string::npos);
  }
  EXPECT_EQ(admin_->list().value().size(), 1u);
}

TEST_F(UserAdminTest, TellsBeforeAPasswordIsAskedFor) {
  EXPECT_TRUE(admin_->check_new("new", "new"));
  EXPECT_EQ(admin_->check_new("alice", "new").error().code, Errc::conflict);
  EXPECT_TRUE(admin_->check_known("alice"));
  EXPECT_EQ(admin_->check_known("new").error().code, Errc::not_found);
}

TEST_F(UserAdminTest, UnknownNamesAreNotFound) {
  EXPECT_EQ(admin_->set_password("bob", "long enough").error().code, Errc::not_found);
  EXPECT_EQ(admin_->disable("bob").error().code, Errc::not_found);
  EXPECT_EQ(admin_->enable("bob").error().code, Errc::not_found);
}

TEST_F(UserAdminTest, WritesDownEachChangeWithFingerprints) {
  admin_->set_password("alice", "long enough").value();
  admin_->disable("alice").value();
  admin_->enable("alice").value();
  admin_->disable("nobody").error();
  EXPECT_EQ(audit_events(), (std::vector<std::string>{"user_added ok", "password_changed ok",
                                                      "user_disabled ok", "user_enabled ok"}));
  EXPECT_NE(audit_text().find(redact_identity("alice")), std::string::npos);
  EXPECT_NE(audit_text().find(redact_identity("alice in chat")), std::string::npos);
  EXPECT_EQ(audit_text().find("alice"), std::string::npos);
}

TEST_F(UserAdminTest, SaysSoIfTheAuditLogFails) {
  std::filesystem::resize_file(audit_path(), 0);
  const auto disabled = admin_->disable("alice");
  ASSERT_FALSE(disabled);
  EXPECT_NE(disabled.error().message.find("it is done"), std::string::npos);
  EXPECT_TRUE(admin_->list().value()[0].disabled);
}

}  // namespace
}  // namespace parley::token_server
