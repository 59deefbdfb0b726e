#include "common/storage/database.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include <fstream>

#include "tests/support/temporary_file.hpp"

namespace parley::storage {
namespace {

using ::testing::HasSubstr;

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

TEST(Database, KnowsHowMuchItHasDone) {
  const auto database = Database::open({}).value();
  database->run_script(
      "CREATE TABLE parent(id INTEGER PRIMARY KEY); CREATE TABLE child(parent INTEGER "
      "REFERENCES parent ON DELETE CASCADE, seen INTEGER);");
  auto before = database->work();
  const auto done = [&] {
    const auto now = database->work();
    const Database::Work since{now.rows - before.rows, now.steps - before.steps};
    before = now;
    return since;
  };
  database->run("INSERT INTO parent VALUES (1)");
  EXPECT_EQ(done().rows, 1u);
  for (int i = 0; i < 1000; ++i) database->run("INSERT INTO child VALUES (1, 0)");
  EXPECT_EQ(done().rows, 1000u);
  {
    auto query = database->query("SELECT seen FROM child LIMIT 10");
    while (query.next()) continue;
  }
  EXPECT_EQ(done().rows, 10u);
  EXPECT_FALSE(database->query("SELECT 1 FROM child WHERE seen = 7").next());
  const auto [none, passed_over] = done();
  EXPECT_EQ(none, 0u);
  EXPECT_GE(passed_over, 1000u) << "looked at each";
  EXPECT_LE(passed_over, 20'000u);
  database->run("DELETE FROM parent");
  EXPECT_EQ(done().rows, 1001u) << "what goes along counts, too";
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

std::string refusal(const std::filesystem::path& path) {
  const auto opened = Database::open({.path = path});
  if (opened) return "it was opened";
  EXPECT_EQ(opened.error().code, Errc::storage_error);
  EXPECT_THAT(opened.error().message, HasSubstr(path.string()));
  return opened.error().message;
}

TEST(Database, NamesTheFileAndTheReasonOfWhatIsNoDatabase) {
  testing::TemporaryFile file;
  EXPECT_THAT(refusal(file.directory() / "no" / "such" / "x.db"), HasSubstr("its directory does not exist"));
  EXPECT_THAT(refusal(file.directory()), HasSubstr("it is a directory, expected a file"));
  const auto text = file.directory() / "text";
  std::ofstream(text) << std::string(10'000, 'x');
  EXPECT_THAT(refusal(text), HasSubstr("it is not an SQLite database"));
}

TEST(Database, NamesTheFileThatWasCutOff) {
  testing::TemporaryFile file;
  {
    auto database = Database::open({.path = file.path()}).value();
    database->run_script("CREATE TABLE t(x); INSERT INTO t VALUES(randomblob(100000))");
  }
  std::filesystem::resize_file(file.path(), std::filesystem::file_size(file.path()) / 2);
  EXPECT_THAT(refusal(file.path()), HasSubstr("it is damaged or was cut off"));
}

// It would wait for the other end of a pipe, which is no lock and has no time-out.
TEST(Database, WaitsForNoPipeInThePlaceOfItsJournal) {
  const testing::TemporaryFile file;
  ASSERT_TRUE(Database::open({.path = file.path()}));
  for (const char* ending : {"-journal", "-wal", "-shm"}) {
    ASSERT_EQ(::mkfifo((file.path() + ending).c_str(), 0600), 0);
    const auto refused = Database::open({.path = file.path()});
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message, HasSubstr(file.path() + ending + ": it is no regular file"));
    std::filesystem::remove(file.path() + ending);
  }
  EXPECT_TRUE(Database::open({.path = file.path()}));
}

TEST(Database, LongWorkIsAskedWhetherItGoesOn) {
  auto database = open_memory();
  constexpr std::string_view kLong =
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000) SELECT SUM(i) FROM n";
  int asked = 0;
  database->on_progress(1000, [&asked] { return ++asked < 3; });
  EXPECT_FALSE(database->query(kLong).next());
  EXPECT_EQ(asked, 3);
  EXPECT_EQ(database->error().value().code, Errc::cancelled);
  database->clear_error();
  database->on_progress(0, {});
  EXPECT_TRUE(database->query(kLong).next());
  EXPECT_EQ(asked, 3) << "nobody is asked any more";
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

// A page in the middle of a table is overwritten while nobody has the file open.
TEST(Database, KnowsThatItsFileIsDamaged) {
  testing::TemporaryFile file;
  {
    auto database = Database::open({.path = file.path()}).value();
    database->run_script(
        "CREATE TABLE t(i INTEGER PRIMARY KEY, t TEXT); CREATE TABLE other(i); INSERT INTO other VALUES(1);"
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) "
        "INSERT INTO t SELECT i, hex(zeroblob(100)) FROM n");
    EXPECT_FALSE(database->is_damaged());
  }
  {
    std::fstream bytes(file.path(), std::ios::in | std::ios::out | std::ios::binary);
    bytes.seekp(30 * 4096);
    bytes << std::string(4096, '\x5a');
  }
  auto database = Database::open({.path = file.path()}).value();
  EXPECT_TRUE(database->query("SELECT i FROM other").next());
  EXPECT_FALSE(database->is_damaged());
  EXPECT_FALSE(database->run("UPDATE t SET t = ''"));
  EXPECT_TRUE(database->is_damaged());
  EXPECT_NE(database->error()->message.find("malformed"), std::string::npos);
  database->clear_error();
  EXPECT_TRUE(database->is_damaged()) << "until somebody has looked at it";
}

}  // namespace
}  // namespace parley::storage
