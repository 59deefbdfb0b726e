#include "chat_sdk/src/model/channel_registry.hpp"

#include <gtest/gtest.h>

#include "common/base/random.hpp"

namespace parley::detail {
namespace {

class ChannelRegistryTest : public ::testing::Test {
 protected:
  RecordPtr record(const std::string& sid, const std::string& name, int created_at = 0) {
    const auto made = std::make_shared<ChannelRecord>(
        context, sid, "alice",
        [](std::shared_ptr<ChannelSlot> slot) { return Channel(std::move(slot), {}); });
    set_name(made, name, created_at);
    return made;
  }
  static void set_name(const RecordPtr& record, const std::string& name, int created_at = 0) {
    conversations::ConversationDocument document;
    document.unique_name = name;
    document.created_at = WallTime(std::chrono::seconds(created_at));
    record->set_document(document);
  }
  std::vector<std::string> listed() const {
    std::vector<std::string> sids;
    for (const auto& channel : *registry.list().load()) sids.push_back(channel.sid());
    return sids;
  }

  SeededRandom random{1};
  Context context{.random = random, .emit = [](const Event&) {}};
  ChannelRegistry registry;
};

TEST_F(ChannelRegistryTest, FindsBySidAndByName) {
  const auto one = record("CH1", "general");
  registry.add(one);
  EXPECT_EQ(registry.by_sid("CH1"), one);
  EXPECT_EQ(registry.by_name("general"), one);
  EXPECT_EQ(registry.by_sid("CH2"), nullptr);
  EXPECT_EQ(registry.by_name(""), nullptr);
}

TEST_F(ChannelRegistryTest, ChannelsWithoutANameAreNotFoundByNone) {
  registry.add(record("CH1", ""));
  EXPECT_EQ(registry.by_name(""), nullptr);
}

TEST_F(ChannelRegistryTest, ListsTheOldestFirst) {
  registry.add(record("CH1", "c", 30));
  registry.add(record("CH2", "a", 10));
  registry.add(record("CH3", "b", 20));
  EXPECT_EQ(listed(), (std::vector<std::string>{"CH2", "CH3", "CH1"}));
}

TEST_F(ChannelRegistryTest, AListThatWasTakenNeverChanges) {
  registry.add(record("CH1", "a"));
  const auto before = registry.list().load();
  registry.add(record("CH2", "b"));
  EXPECT_EQ(before->size(), 1u);
  EXPECT_EQ(registry.list().load()->size(), 2u);
}

TEST_F(ChannelRegistryTest, RemovedIsFoundNoMore) {
  const auto one = record("CH1", "general");
  registry.add(one);
  registry.set_current(one->handle());
  EXPECT_EQ(registry.remove("CH1"), one);
  EXPECT_EQ(registry.remove("CH1"), nullptr);
  EXPECT_EQ(registry.by_name("general"), nullptr);
  EXPECT_TRUE(listed().empty());
  EXPECT_EQ(registry.list().current().sid(), "");
}

TEST_F(ChannelRegistryTest, RemovedThoughItsDateOfCreationChanged) {
  const auto one = record("CH1", "general", 10);
  registry.add(one);
  set_name(one, "general", 20);
  registry.remove("CH1");
  EXPECT_TRUE(listed().empty());
}

TEST_F(ChannelRegistryTest, RenamedIsFoundByTheNewNameOnly) {
  const auto one = record("CH1", "old");
  registry.add(one);
  set_name(one, "new");
  registry.renamed(one, "old");
  EXPECT_EQ(registry.by_name("old"), nullptr);
  EXPECT_EQ(registry.by_name("new"), one);
}

TEST_F(ChannelRegistryTest, ANameThatAnotherTookBeforeStaysWithTheOther) {
  const auto one = record("CH1", "name"), other = record("CH2", "other");
  registry.add(one);
  registry.add(other);
  set_name(other, "name");
  registry.renamed(other, "other");
  set_name(one, "elsewhere");
  registry.renamed(one, "name");
  EXPECT_EQ(registry.by_name("name"), other);
  EXPECT_EQ(registry.by_name("elsewhere"), one);
}

TEST_F(ChannelRegistryTest, AChannelOutsideHasNoName) {
  const auto one = record("CH1", "name");
  registry.renamed(one, "before");
  EXPECT_EQ(registry.by_name("name"), nullptr);
}

}  // namespace
}  // namespace parley::detail
