#include <gmock/gmock.h>

#include "common/storage/database.hpp"
#include "tests/faults/fault_test.hpp"

namespace parley::faults {
namespace {

constexpr int kMessages = 400;

class Corruption : public FaultTest {
 protected:
  /// Overwrites the pages that hold the rows of a table, while nobody has the file open.
  void spoil(const std::string& table) {
    std::vector<std::int64_t> pages;
    std::int64_t size = 0;
    {
      auto file = storage::Database::open({.path = database()}).value();
      auto row = file->query("SELECT pageno, pgsize FROM dbstat WHERE name = ? AND pagetype = 'leaf'", table);
      while (row.next()) {
        pages.push_back(row.integer(0));
        size = row.integer(1);
      }
      ASSERT_FALSE(file->error()) << file->error()->message;
    }
    ASSERT_GT(pages.size(), 2u);
    std::fstream out(database(), std::ios::binary | std::ios::in | std::ios::out);
    for (const auto page : pages) {
      out.seekp((page - 1) * size);
      out << std::string(static_cast<std::size_t>(size), '\xff');
    }
  }
};

TEST_F(Corruption, TheServiceSaysSoAndBecomesUnreadyAndCheckFindsIt) {
  start();
  {
    const auto alice = person("alice");
    for (int i = 0; i < kMessages; ++i) ASSERT_TRUE(alice->send(std::to_string(i) + std::string(200, '.')));
  }
  ASSERT_EQ(stop_service(), 0);
  spoil("messages");
  start();
  EXPECT_EQ(status_of("/readyz"), 200) << "it cannot know yet";
  const auto alice = person("alice", std::chrono::seconds(3));
  EXPECT_FALSE(alice->send("onto a damaged page"));
  EXPECT_TRUE(log_says("database_damaged"));
  EXPECT_EQ(status_of("/readyz"), 503);
  EXPECT_EQ(status_of("/healthz"), 200);
  const auto checked = run({"check", database()});
  EXPECT_EQ(checked.code, 1);
  EXPECT_THAT(checked.out, ::testing::HasSubstr("the file is damaged"));
  const auto backup = run({"--database", database(), "backup", folder() + "/backup.db"});
  EXPECT_EQ(backup.code, 1) << "no damaged copy";
  EXPECT_FALSE(std::filesystem::exists(folder() + "/backup.db"));
}

}  // namespace
}  // namespace parley::faults
