#include "chat_service/src/policy.hpp"

#include <gtest/gtest.h>

#include <set>

namespace parley::chat_service::policy {
namespace {

// The table of docs/protocol-notes.md: 0 is allowed, else the code of the refusal.
TEST(Policy, EveryActionOfEveryRelation) {
  constexpr int kIn = 50430, kRole = 50107, kBlock = 50481;
  struct Column {
    const char* who;
    Relation relation;
  };
  const Column columns[] = {
      {"stranger", {}},
      {"visitor", {.is_public = true}},
      {"invited", {.invited = true}},
      {"member", {.participant = true}},
      {"creator outside", {.creator = true}},
      {"creator inside", {.creator = true, .participant = true}},
      {"admin outside", {.admin = true}},
      {"admin inside", {.participant = true, .admin = true}},
      {"blocked member", {.participant = true, .blocked = true}},
      {"blocked creator outside", {.creator = true, .blocked = true}},
  };
  struct Row {
    Action action;
    const char* name;
    int codes[std::size(columns)];
  };
  const Row rows[] = {
      //                                        stranger visitor invited member  creator   admin  blocked
      {Action::see, "see", {kIn, 0, 0, 0, 0, 0, 0, 0, 0, 0}},
      {Action::look_inside, "look inside", {kIn, kIn, 0, 0, 0, 0, 0, 0, 0, 0}},
      {Action::join, "join", {kIn, 0, 0, 0, 0, 0, 0, 0, kBlock, kBlock}},
      {Action::add_others, "add others", {kIn, kIn, kIn, 0, 0, 0, 0, 0, kBlock, kBlock}},
      {Action::manage_others, "manage others", {kIn, kIn, kIn, kRole, 0, 0, 0, 0, kRole, kBlock}},
      {Action::send, "send", {kIn, kIn, kIn, 0, kIn, 0, kIn, 0, kBlock, kIn}},
      {Action::update, "update", {kIn, kIn, kIn, 0, 0, 0, 0, 0, kBlock, kBlock}},
      {Action::remove, "remove", {kIn, kIn, kIn, kRole, 0, 0, 0, 0, kRole, 0}},
      {Action::change_own_message, "change own message", {kIn, kIn, kIn, 0, 0, 0, 0, 0, kBlock, kBlock}},
      {Action::remove_own_message, "remove own message", {kIn, kIn, kIn, 0, 0, 0, 0, 0, 0, 0}},
      {Action::change_others_message, "change others'", {kIn, kIn, kIn, kRole, 0, 0, 0, 0, kRole, kBlock}},
  };
  for (const Row& row : rows)
    for (std::size_t i = 0; i < std::size(columns); ++i) {
      SCOPED_TRACE(std::string(columns[i].who) + " may " + row.name);
      const auto checked = check(row.action, columns[i].relation);
      EXPECT_EQ(checked ? 0 : checked.error().server_code, row.codes[i]);
      EXPECT_EQ(allows(row.action, columns[i].relation), row.codes[i] == 0);
      EXPECT_EQ(checked ? 403 : checked.error().http_status, 403);
    }
  for (const Column& column : columns) {
    SCOPED_TRACE(column.who);
    EXPECT_EQ(may_open(ObjectKind::document, column.relation), allows(Action::see, column.relation));
    EXPECT_EQ(may_open(ObjectKind::roster, column.relation), allows(Action::look_inside, column.relation));
    EXPECT_EQ(may_open(ObjectKind::messages, column.relation), allows(Action::look_inside, column.relation));
  }
}

TEST(Policy, WhoMayBringWhomIntoAConversation) {
  using Rule = AddRule;
  const Contact stranger{}, friends{.acquainted = true}, blocked{.blocked = true, .acquainted = true},
      admin{.admin = true, .blocked = true};
  struct Case {
    Rule rule;
    Contact contact;
    bool allowed;
  };
  for (const Case& one :
       {Case{Rule::anybody, stranger, true}, Case{Rule::anybody, friends, true},
        Case{Rule::anybody, blocked, false}, Case{Rule::anybody, admin, true},
        Case{Rule::shared_conversation, stranger, false}, Case{Rule::shared_conversation, friends, true},
        Case{Rule::shared_conversation, blocked, false}, Case{Rule::shared_conversation, admin, true},
        Case{Rule::admins, stranger, false}, Case{Rule::admins, friends, false},
        Case{Rule::admins, blocked, false}, Case{Rule::admins, admin, true}}) {
    const auto checked = check_adding(one.rule, one.contact);
    EXPECT_EQ(checked.has_value(), one.allowed) << static_cast<int>(one.rule);
    if (!checked) {
      EXPECT_EQ(checked.error().http_status, 403);
      EXPECT_EQ(checked.error().server_code, 50480);
    }
  }
}

TEST(Policy, UsersChangeThemselvesAndAdminsEverybody) {
  EXPECT_TRUE(check_user_update(true, false));
  EXPECT_TRUE(check_user_update(false, true));
  EXPECT_EQ(check_user_update(false, false).error().server_code, 50107);
}

TEST(Policy, ThreeRolesEachWithAnSidForEver) {
  EXPECT_EQ(role_of(true, true), Role::creator);
  EXPECT_EQ(role_of(false, true), Role::admin);
  EXPECT_EQ(role_of(false, false), Role::member);
  const char* service = "IS0123456789abcdef0123456789abcdef";
  std::set<std::string> sids;
  for (const Role role : {Role::creator, Role::member, Role::outsider, Role::admin}) {
    const std::string sid = role_sid(service, role);
    EXPECT_EQ(sid.size(), 34u);
    EXPECT_TRUE(sid.starts_with("RL"));
    EXPECT_EQ(sid, role_sid(service, role));
    EXPECT_NE(sid, role_sid("IS00000000000000000000000000000000", role)) << "of a service";
    sids.insert(sid);
  }
  EXPECT_EQ(sids.size(), 3u);
  EXPECT_EQ(role_sid(service, Role::outsider), role_sid(service, Role::member));
}

// Clients and their programs keep them: these are what the service has always said.
TEST(Policy, TheRolesSidsAreThese) {
  const char* service = "IS0123456789abcdef0123456789abcdef";
  EXPECT_EQ(role_sid(service, Role::creator), "RLaac12a492a1e1d16466e01d7bfd0ee0a");
  EXPECT_EQ(role_sid(service, Role::member), "RL3f62473add1ac0e2d0072e14af31d77a");
  EXPECT_EQ(role_sid(service, Role::outsider), "RL3f62473add1ac0e2d0072e14af31d77a");
  EXPECT_EQ(role_sid(service, Role::admin), "RLb690cf590a723696de1cfe56017acd2b");
}

TEST(Policy, ObjectNamesGoThereAndBack) {
  for (const auto kind : {ObjectKind::user_info, ObjectKind::my_conversations, ObjectKind::document,
                          ObjectKind::roster, ObjectKind::messages}) {
    const std::string name = object_name("CH1", kind);
    const auto parsed = parse_object_name(name);
    ASSERT_TRUE(parsed) << name;
    EXPECT_EQ(parsed->kind, kind);
    EXPECT_EQ(parsed->owner_sid, "CH1");
  }
  EXPECT_FALSE(parse_object_name("CH1"));
  EXPECT_FALSE(parse_object_name("CH1.other"));
  EXPECT_FALSE(parse_object_name(""));
}

}  // namespace
}  // namespace parley::chat_service::policy
