#include "chat_service/src/policy.hpp"

#include <gtest/gtest.h>

namespace parley::chat_service::policy {
namespace {

TEST(Policy, WhoMayDoWhat) {
  struct Case {
    const char* who;
    Relation relation;
    bool see, inside, join, add, manage, send, update, erase, own_message, others_message;
  };
  const Relation stranger{}, visitor{.is_public = true}, member{.participant = true},
      creator{.creator = true}, joined{.creator = true, .participant = true};
  const Case cases[] = {
      //                    see    inside join   add    manage send   update delete own    others'
      {"stranger", stranger, false, false, false, false, false, false, false, false, false, false},
      {"visitor", visitor, true, false, true, false, false, false, false, false, false, false},
      {"member", member, true, true, false, true, false, true, true, false, true, false},
      {"creator", creator, true, true, true, true, true, false, true, true, true, true},
      {"joined creator", joined, true, true, true, true, true, true, true, true, true, true},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.who);
    EXPECT_EQ(may_see(c.relation), c.see);
    EXPECT_EQ(may_look_inside(c.relation), c.inside);
    EXPECT_EQ(may_join(c.relation), c.join);
    EXPECT_EQ(may_add_others(c.relation), c.add);
    EXPECT_EQ(may_manage_others(c.relation), c.manage);
    EXPECT_EQ(may_send(c.relation), c.send);
    EXPECT_EQ(may_update(c.relation), c.update);
    EXPECT_EQ(may_delete(c.relation), c.erase);
    EXPECT_EQ(may_change_message(c.relation, true), c.own_message);
    EXPECT_EQ(may_change_message(c.relation, false), c.others_message);
    EXPECT_EQ(may_open(ObjectKind::document, c.relation), c.see);
    EXPECT_EQ(may_open(ObjectKind::roster, c.relation), c.inside);
    EXPECT_EQ(may_open(ObjectKind::messages, c.relation), c.inside);
  }
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
