#include "common/storage/database.hpp"

#include <gtest/gtest.h>

#include "tests/support/temporary_file.hpp"

namespace parley::storage {
namespace {

std::unique_ptr<Database> open_memory() { return std::move(Database::open({}).value()); }

TEST(Database, KeepsValuesOfEveryKind) {
  auto database = open_memory();
  database->run_script("CREATE TABLE t(i INTEGER, t TEXT, n TEXT)");
  const std::string text("nul \0 inside, \xF0\x9F\x8E\x89", 18);
  ASSERT_TRUE(database->run("INSERT INTO t VALUES(?, ?, ?)", std::int64_t{1} << 62, text,
                            std::optional<std::string>()));
  auto row = database->query("SELECT i, t, n FROM t");
  ASSERT_TRUE(row.next());
  EXPECT_EQ(row.integer(0), std::int64_t{1} << 62);
  EXPECT_EQ(row.text(1), text);
  EXPECT_TRUE(row.is_null(2));
  EXPECT_EQ(row.optional_text(2), std::nullopt);
  EXPECT_FALSE(row.next());
}

TEST(Database, AnEmptyTextIsNotNull) {
  auto database = open_memory();
  auto row = database->query("SELECT ? IS NULL, ? = ''", std::string_view(), std::string());
  ASSERT_TRUE(row.next());
  EXPECT_FALSE(row.boolean(0));
  EXPECT_TRUE(row.boolean(1));
}

TEST(Database, TheSameTextMayBeInUseTwice) {
  auto database = open_memory();
  database->run_script("CREATE TABLE t(i); INSERT INTO t VALUES(1), (2)");
  constexpr std::string_view kSql = "SELECT i FROM t ORDER BY i";
  int pairs = 0;
  for (auto outer = database->query(kSql); outer.next();)
    for (auto inner = database->query(kSql); inner.next();) ++pairs;
  EXPECT_EQ(pairs, 4);
}

TEST(Database, AFailureSticksUntilItIsCleared) {
  auto database = open_memory();
  database->run_script("CREATE TABLE t(i UNIQUE)");
  EXPECT_TRUE(database->run("INSERT INTO t VALUES(1)"));
  EXPECT_FALSE(database->run("INSERT INTO t VALUES(1)"));
  ASSERT_TRUE(database->error());
  EXPECT_EQ(database->error()->code, Errc::storage_error);
  EXPECT_FALSE(database->run("INSERT INTO t VALUES(2)")) << "nothing is done after a failure";
  database->clear_error();
  auto row = database->query("SELECT COUNT(*) FROM t");
  ASSERT_TRUE(row.next());
  EXPECT_EQ(row.integer(0), 1);
}

TEST(Database, BadStatementsAreFailuresAndNotCrashes) {
  auto database = open_memory();
  EXPECT_FALSE(database->query("SELECT nonsense FROM nowhere").next());
  EXPECT_TRUE(database->error());
}

TEST(Database, RefusesWhatIsNoDatabase) {
  testing::TemporaryFile file;
  const auto missing_directory = Database::open({.path = file.directory() / "no" / "such" / "x.db"});
  ASSERT_FALSE(missing_directory);
  EXPECT_EQ(missing_directory.error().code, Errc::storage_error);
}

TEST(Database, CommitsSurviveTheConnection) {
  testing::TemporaryFile file;
  {
    auto database = Database::open({.path = file.path()}).value();
    database->run_script("CREATE TABLE t(i); INSERT INTO t VALUES(5)");
    auto mode = database->query("PRAGMA journal_mode");
    ASSERT_TRUE(mode.next());
    EXPECT_EQ(mode.text(0), "wal");
    auto synchronous = database->query("PRAGMA synchronous");
    ASSERT_TRUE(synchronous.next());
    EXPECT_EQ(synchronous.integer(0), 2) << "FULL: the log is flushed at each commit";
  }
  auto database = Database::open({.path = file.path()}).value();
  auto row = database->query("SELECT i FROM t");
  ASSERT_TRUE(row.next());
  EXPECT_EQ(row.integer(0), 5);
}

}  // namespace
}  // namespace parley::storage
