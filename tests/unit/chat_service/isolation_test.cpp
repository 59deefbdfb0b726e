#include "tests/unit/chat_service/fixtures.hpp"

namespace parley::chat_service {
namespace {

class Isolation : public InARoom {
 protected:
  std::string name(const char* object) { return room_["sync_objects"][object]; }
  std::string sid(const char* kind, const std::string& name) {
    return alice_.get(std::string("/v3/") + kind + "/" + name).body["sid"];
  }

  TestClient mallory_{driver_, "mallory"};
};

TEST_F(Isolation, StrangersOpenNothingByNameOrSid) {
  struct Case {
    const char* kind;
    std::string name;
  };
  const Case cases[] = {{"Documents", name("conversation")},
                        {"Maps", name("participants")},
                        {"Lists", name("messages")},
                        {"Maps", alice_.sync_name("my_conversations")}};
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const std::string path = std::string("/v3/") + c.kind + "/";
    EXPECT_EQ(mallory_.get(path + c.name).code(), 54007);
    EXPECT_EQ(mallory_.get(path + sid(c.kind, c.name)).code(), 54007);
    if (std::string_view(c.kind) == "Documents") continue;
    const std::string items = "/v3/Services/" + std::string(testing::kServiceSid) + "/" + c.kind + "/";
    EXPECT_EQ(mallory_.get(items + sid(c.kind, c.name) + "/Items").code(), 54007);
  }
}

TEST_F(Isolation, StrangersSubscribeToNothing) {
  const std::string list = sid("Lists", name("messages"));
  mallory_.take_notes();
  mallory_.subscribe({{list, ObjectType::list, -1}});
  const auto notes = mallory_.take_notes();
  ASSERT_EQ(notes.size(), 1u);
  EXPECT_EQ(notes[0].envelope.outcomes.at(0).status, 403);
  alice_.say(room_, "secret");
  EXPECT_TRUE(mallory_.take_notes().empty());
}

TEST_F(Isolation, ARemovedMemberIsCutOffAtOnce) {
  alice_.add(room_, "mallory");
  mallory_.watch(ObjectType::list, name("messages"));
  mallory_.watch(ObjectType::map, name("participants"));
  mallory_.watch(ObjectType::document, name("conversation"));
  mallory_.watch(ObjectType::map, mallory_.sync_name("my_conversations"));
  TestClient second_device(driver_, "mallory");
  second_device.watch(ObjectType::list, name("messages"));
  mallory_.take_notes();
  second_device.take_notes();
  alice_.remove(room_["links"]["participants"].get<std::string>() + "/mallory");
  alice_.say(room_, "now we can talk");
  const auto events = mallory_.take_events();
  ASSERT_EQ(events.size(), 1u) << "only that it is out";
  EXPECT_EQ(events[0].change, sync::Change::item_removed);
  EXPECT_EQ(events[0].item_key, room_["sid"]);
  EXPECT_TRUE(second_device.take_events().empty());
  EXPECT_EQ(mallory_.get("/v3/Lists/" + name("messages")).code(), 54007);
}

TEST_F(Isolation, RemovalAndNextMessageInOneCommitKeepTheirOrder) {
  alice_.add(room_, "mallory");
  mallory_.watch(ObjectType::list, name("messages"));
  mallory_.take_notes();
  driver_.flush_by_itself(false);
  http::Request removal;
  removal.method = "DELETE";
  const std::string participants = room_["links"]["participants"];
  removal.path = participants.substr(participants.find('/', 8)) + "/mallory";
  alice_.send(removal);
  alice_.say(room_, "behind its back");
  driver_.flush();
  EXPECT_TRUE(mallory_.take_events().empty());
}

TEST_F(Isolation, UserInfoIsForEverybodyOfTheService) {
  EXPECT_EQ(mallory_.get("/v3/Maps/" + alice_.sync_name("my_user_info")).status, 200);
}

}  // namespace
}  // namespace parley::chat_service
