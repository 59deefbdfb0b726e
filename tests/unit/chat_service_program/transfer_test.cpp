#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "chat_service/src/store/schema.hpp"
#include "chat_service/src/transfer/backup.hpp"
#include "chat_service/src/transfer/check.hpp"
#include "chat_service/src/transfer/export.hpp"
#include "chat_service/src/transfer/restore.hpp"
#include "common/storage/migrations.hpp"
#include "tests/unit/chat_service_program/lived_in.hpp"

namespace parley::chat_service {
namespace {

using ::testing::AllOf;
using testing::CoreDriver;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;
using testing::TestClient;

class Transfer : public ::testing::Test {
 protected:
  Result<std::uint64_t> import(const std::string& text, const std::string& name = "other.db") const {
    std::istringstream in(text);
    return import_database(path(name), in);
  }
  std::string path(const std::string& name) const { return lived_.folder() + "/" + name; }

  LivedIn lived_;
};

TEST_F(Transfer, WhatIsExportedAndImportedIsTheSameAgain) {
  const auto first = exported(lived_.path());
  const auto rows = import(first);
  ASSERT_TRUE(rows) << rows.error().message;
  EXPECT_GT(*rows, 20u);
  EXPECT_EQ(exported(path("other.db")), first);
}

TEST_F(Transfer, AnImportedDatabaseIsServed) {
  ASSERT_TRUE(import(exported(lived_.path())));
  CoreDriver driver({.database = path("other.db")});
  TestClient bob(driver, "bob");
  const auto entry = bob.get(bob.link("my_conversations") + "/general").body;
  EXPECT_EQ(entry["last_read_message_index"], 2);
  const auto room = bob.get(bob.link("conversations") + "/general").body;
  EXPECT_EQ(bob.say(room, "next").body["index"], 3);
}

TEST_F(Transfer, WhatUsersStoreIsCountedAgain) {
  {
    auto file = DatabaseFile::open(lived_.path());
    ASSERT_TRUE((*file)->run_script("INSERT INTO media VALUES(1,'ME1','IS1','alice','media',NULL,'a/b',7,'" +
                                    std::string(64, 'b') + "',NULL,NULL,0,0,0)"));
  }
  const auto text = exported(lived_.path());
  EXPECT_THAT(text, Not(HasSubstr("media_usage")));
  const auto rows = import(text);
  ASSERT_TRUE(rows) << rows.error().message;
  auto file = DatabaseFile::open(path("other.db"));
  auto usage = (*file)->query("SELECT service_sid, author, bytes FROM media_usage");
  ASSERT_TRUE(usage.next());
  EXPECT_EQ(usage.text(0), "IS1");
  EXPECT_EQ(usage.text(1), "alice");
  EXPECT_EQ(usage.integer(2), 7);
  EXPECT_FALSE(usage.next());
}

TEST_F(Transfer, AnExportHoldsNoSecret) {
  std::string secret;
  {
    auto file = DatabaseFile::open(lived_.path());
    ASSERT_TRUE(file);
    auto row = (*file)->query("SELECT value FROM meta WHERE key = 'continuation_secret'");
    ASSERT_TRUE(row.next());
    secret = row.text(0);
  }
  ASSERT_EQ(secret.size(), 64u);
  EXPECT_THAT(exported(lived_.path()), Not(HasSubstr(secret)));
}

TEST_F(Transfer, ImportRefusesADatabaseThatHoldsSomething) {
  std::istringstream in(exported(lived_.path()));
  EXPECT_THAT(import_database(lived_.path(), in).error().message,
              HasSubstr("expected a database without users"));
}

struct Spoiled {
  const char* what;
  std::string (*spoil)(std::string);
  const char* message;
};

std::string replace(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  EXPECT_NE(at, text.npos) << from;
  return at == text.npos ? text : text.replace(at, from.size(), to);
}

const Spoiled kSpoiled[] = {
    {"nothing", [](std::string) { return std::string(); }, "expected an export"},
    {"another kind of file", [](std::string) { return std::string("{\"a\":1}\n"); }, "expected an export"},
    {"cut off", [](std::string text) { return text.substr(0, text.rfind("{\"rows\"")); }, "was cut off"},
    {"another schema", [](std::string text) { return replace(text, "\"schema\":", "\"schema\":9"); },
     "expected an export of schema"},
    {"not JSON", [](std::string text) { return replace(text, "{\"table\"", "{table"); }, "line 2: "},
    {"another table", [](std::string text) { return replace(text, "\"conversations\"", "\"meta\""); },
     "line 2: table: expected one of the schema"},
    {"SQL for a table",
     [](std::string text) { return replace(text, "\"conversations\"", "\"users; DROP TABLE users\""); },
     "table: expected one of the schema"},
    {"a column too many", [](std::string text) { return replace(text, "\"row\":{", "\"row\":{\"x\":1,"); },
     "expected the columns of the schema"},
    {"another column", [](std::string text) { return replace(text, "\"is_public\"", "\"is_secret\""); },
     "row.is_public: is missing"},
    {"a number with a fraction",
     [](std::string text) { return replace(text, "\"next_index\":", "\"next_index\":1."); },
     "row.next_index: expected a whole number"},
    {"a row twice",
     [](std::string text) {
       const auto begin = text.find('\n') + 1;
       const auto line = text.substr(begin, text.find('\n', begin) + 1 - begin);
       return text.insert(begin, line);
     },
     "line 3: "},
    {"a row missing",
     [](std::string text) {
       const auto begin = text.find('\n') + 1;
       return text.erase(begin, text.find('\n', begin) + 1 - begin);
     },
     "as many rows as"},
    {"what breaks a rule",
     [](std::string text) { return replace(text, "\"messages_count\":", "\"messages_count\":5"); },
     "messages_count is not"},
};

TEST_F(Transfer, ImportRefusesWhatIsSpoiledAndKeepsNothingOfIt) {
  const auto text = exported(lived_.path());
  for (const auto& [what, spoil, message] : kSpoiled) {
    const auto done = import(spoil(text));
    ASSERT_FALSE(done) << what;
    EXPECT_THAT(done.error().message, HasSubstr(message)) << what;
  }
  const auto good = import(text);
  EXPECT_TRUE(good) << good.error().message;
}

TEST_F(Transfer, ABackupOfARunningServiceIsWholeAndForItsOwnerAlone) {
  CoreDriver driver({.database = lived_.path()});
  TestClient alice(driver, "alice");
  const auto room = alice.make_room({{"unique_name", "during"}});
  alice.say(room, "before");
  const auto done = backup_database(lived_.path(), path("backup.db"));
  ASSERT_TRUE(done) << done.error().message;
  const auto saved = exported(path("backup.db"));
  alice.say(room, "after");
  EXPECT_THAT(saved, HasSubstr("during"));
  EXPECT_THAT(saved, HasSubstr("before"));
  EXPECT_THAT(saved, Not(HasSubstr("after")));
  EXPECT_THAT(*check_database(path("backup.db")), IsEmpty());
  using std::filesystem::perms;
  const auto others = perms::group_all | perms::others_all;
  EXPECT_EQ(std::filesystem::status(path("backup.db")).permissions() & others, perms::none);
  EXPECT_FALSE(std::filesystem::exists(path("backup.db.partial")));
}

TEST_F(Transfer, ABackupReplacesNothing) {
  std::ofstream(path("backup.db")) << "of yesterday";
  EXPECT_THAT(backup_database(lived_.path(), path("backup.db")).error().message,
              HasSubstr("is there already"));
}

TEST_F(Transfer, ABackupOfADamagedDatabaseFailsAndLeavesNothing) {
  {
    auto file = DatabaseFile::open(lived_.path());
    ASSERT_TRUE((*file)->run_script("UPDATE conversations SET messages_count = 77"));
  }
  EXPECT_THAT(backup_database(lived_.path(), path("backup.db")).error().message,
              HasSubstr("messages_count is not"));
  EXPECT_FALSE(std::filesystem::exists(path("backup.db")));
  EXPECT_FALSE(std::filesystem::exists(path("backup.db.partial")));
}

TEST_F(Transfer, ABackupOfNothingFails) {
  EXPECT_FALSE(backup_database(path("none.db"), path("backup.db")));
  EXPECT_FALSE(std::filesystem::exists(path("none.db"))) << "a command makes no database";
}

TEST_F(Transfer, ABackupSaysWhichFileCannotBeMade) {
  const auto message = backup_database(lived_.path(), path("no/such/place.db")).error().message;
  EXPECT_THAT(message, StartsWith(path("no/such/place.db") + ": it cannot be made"));
  EXPECT_THAT(message, HasSubstr("expected a place in which this user may write"));
  std::ofstream(path("busy.db.partial")) << "of another command";
  EXPECT_THAT(backup_database(lived_.path(), path("busy.db")).error().message,
              HasSubstr("another command writes it now, or was killed"));
  EXPECT_TRUE(std::filesystem::exists(path("busy.db.partial")));
}

/// Names and sizes of what is in a directory.
std::map<std::string, std::uintmax_t> files_in(const std::string& directory) {
  std::map<std::string, std::uintmax_t> files;
  for (const auto& entry : std::filesystem::directory_iterator(directory))
    if (!entry.path().string().ends_with("-lock")) files[entry.path()] = entry.file_size();
  return files;
}

/// Ends `work` at each moment at which it asks whether to go on; how many there were.
int interrupt_everywhere(const std::string& directory,
                         const std::function<Result<void>(const OnProgress&)>& work) {
  const auto before = files_in(directory);
  for (int moments = 0;; ++moments) {
    int asked = 0;
    const auto done = work([&](const Progress&) { return asked++ < moments; });
    if (done) return moments;
    EXPECT_EQ(done.error().code, Errc::cancelled) << done.error().message;
    EXPECT_EQ(files_in(directory), before) << "interrupted at moment " << moments;
    if (::testing::Test::HasFailure()) return moments;
  }
}

template <class T>
Result<void> whether(const Result<T>& done) {
  if (!done) return done.error();
  return {};
}

TEST_F(Transfer, WhatIsInterruptedLeavesNothing) {
  const auto text = exported(lived_.path());
  EXPECT_GT(interrupt_everywhere(
                lived_.folder(),
                [&](const OnProgress& on) { return backup_database(lived_.path(), path("b"), on); }),
            20);
  EXPECT_GT(interrupt_everywhere(lived_.folder(),
                                 [&](const OnProgress& on) {
                                   std::istringstream in(text);
                                   return whether(import_database(path("i.db"), in, on));
                                 }),
            40);
  EXPECT_GT(interrupt_everywhere(
                lived_.folder(),
                [&](const OnProgress& on) { return whether(restore_database(path("b"), path("i.db"), on)); }),
            20);
  EXPECT_GT(
      interrupt_everywhere(lived_.folder(),
                           [&](const OnProgress& on) { return whether(check_database(lived_.path(), on)); }),
      20);
}

TEST_F(Transfer, AnExportToAFullDiskSaysSo) {
  const auto full = [](std::string_view) -> Result<void> {
    return Error{.code = Errc::storage_error, .message = "a file cannot be written: No space left on device"};
  };
  EXPECT_THAT(export_database(lived_.path(), full).error().message, HasSubstr("No space left"));
}

TEST_F(Transfer, ImportMakesTheDirectoryAsTheServiceDoes) {
  const auto rows = import(exported(lived_.path()), "new/place/chat.db");
  EXPECT_TRUE(rows) << rows.error().message;
}

TEST_F(Transfer, ARestoredBackupTakesThePlaceOfWhatIsThere) {
  ASSERT_TRUE(backup_database(lived_.path(), path("backup.db")));
  const auto saved = exported(lived_.path());
  std::ofstream(path("chat.db")) << "a damaged one";
  std::ofstream(path("chat.db-wal")) << "its log";
  const auto replaced = restore_database(path("backup.db"), path("chat.db"));
  ASSERT_TRUE(replaced) << replaced.error().message;
  EXPECT_EQ(*replaced, path("chat.db.replaced-1"));
  EXPECT_TRUE(std::filesystem::exists(path("chat.db.replaced-1-wal")));
  EXPECT_FALSE(std::filesystem::exists(path("chat.db-wal")));
  EXPECT_EQ(exported(path("chat.db")), saved);
  EXPECT_EQ(restore_database(path("backup.db"), path("chat.db")).value(), path("chat.db.replaced-2"));
  EXPECT_EQ(restore_database(path("backup.db"), path("elsewhere/chat.db")).value(), "");
}

TEST_F(Transfer, RestoreRefusesWhatIsNoBackupAndChangesNothing) {
  ASSERT_TRUE(backup_database(lived_.path(), path("backup.db")));
  std::ofstream(path("text")) << std::string(10'000, 'x');
  std::ofstream(path("empty"));
  {
    auto other = storage::Database::open({.path = path("other.db")});
    ASSERT_TRUE((*other)->run_script("CREATE TABLE t(x)"));
    ASSERT_TRUE(std::filesystem::copy_file(path("backup.db"), path("wrong.db")));
    auto wrong = DatabaseFile::open(path("wrong.db"));
    ASSERT_TRUE((*wrong)->run_script("UPDATE conversations SET messages_count = 77"));
  }
  std::filesystem::copy_file(path("backup.db"), path("cut.db"));
  std::filesystem::resize_file(path("cut.db"), std::filesystem::file_size(path("cut.db")) / 2);
  const auto before = files_in(lived_.folder());
  const std::pair<const char*, const char*> cases[] = {
      {"none", "there is no such file"},
      {"", "it is a directory"},
      {"text", "not an SQLite database"},
      {"empty", "expected the database of a"},
      {"other.db", "another program's"},
      {"cut.db", "was cut off"},
      {"wrong.db", "it is not right: messages_count"},
  };
  for (const auto& [name, message] : cases) {
    const auto refused = restore_database(path(name), lived_.path());
    ASSERT_FALSE(refused) << name;
    EXPECT_THAT(refused.error().message, AllOf(StartsWith(path(name) + ": "), HasSubstr(message)));
    EXPECT_EQ(files_in(lived_.folder()), before) << name;
  }
}

TEST_F(Transfer, RestoreIsRefusedWhileAServiceRuns) {
  ASSERT_TRUE(backup_database(lived_.path(), path("backup.db")));
  CoreDriver running({.database = lived_.path()});
  EXPECT_THAT(restore_database(path("backup.db"), lived_.path()).error().message, HasSubstr("is using it"));
}

// Backups are made before a program is updated: the older schema is the usual one.
TEST_F(Transfer, RestoreBringsAnOlderBackupUpToDate) {
  {
    auto old = storage::Database::open({.path = path("old.db")});
    ASSERT_TRUE(storage::migrate(**old, schema().first(3)));
  }
  const auto replaced = restore_database(path("old.db"), path("chat.db"));
  ASSERT_TRUE(replaced) << replaced.error().message;
  EXPECT_TRUE(DatabaseFile::open(path("chat.db")));
}

}  // namespace
}  // namespace parley::chat_service
