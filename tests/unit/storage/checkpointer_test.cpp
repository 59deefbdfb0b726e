#include "common/storage/checkpointer.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <thread>

#include "common/storage/database.hpp"
#include "tests/support/temporary_file.hpp"

namespace parley::storage {
namespace {

// Writes about 40 KB for each row, in a transaction of its own.
void write_rows(Database& database, int count) {
  const std::string blob(40'000, 'x');
  for (int i = 0; i < count; ++i) ASSERT_TRUE(database.run("INSERT INTO rows(data) VALUES(?)", blob));
}

// At the latest when the log is very long; as a rule long before that, beside the commits.
TEST(Checkpointer, WhatIsCommittedComesIntoTheFileWhileTheDatabaseIsOpen) {
  testing::TemporaryFile file;
  auto database = Database::open({.path = file.path()}).value();
  ASSERT_TRUE(database->run_script("CREATE TABLE rows(data TEXT)"));
  constexpr int kMost = 4500;  // 180 MB
  int rows = 0;
  for (; rows < kMost && std::filesystem::file_size(file.path()) < 10'000'000; rows += 50)
    write_rows(*database, 50);
  EXPECT_LT(rows, kMost);
  auto row = database->query("SELECT COUNT(*) FROM rows");
  ASSERT_TRUE(row.next());
  EXPECT_EQ(row.integer(0), rows);
}

TEST(Checkpointer, RunsOnceForEachWakeAndTellsIt) {
  testing::TemporaryFile file;
  auto database = Database::open({.path = file.path()}).value();
  ASSERT_TRUE(database->run_script("CREATE TABLE rows(data TEXT)"));
  write_rows(*database, 10);
  Checkpointer checkpointer(file.path());
  EXPECT_FALSE(checkpointer.take_finished());
  checkpointer.wake();
  std::optional<int> moved;
  while (!moved) {
    moved = checkpointer.take_finished();
    std::this_thread::yield();
  }
  EXPECT_GT(*moved, 100) << "pages";
  EXPECT_FALSE(checkpointer.take_finished());
  EXPECT_FALSE(checkpointer.is_held());
  EXPECT_GT(std::filesystem::file_size(file.path()), 400'000u);
}

// What a shell with an open transaction does to a busy database.
TEST(Checkpointer, TheLogShrinksWhenAReaderThatHeldItIsGone) {
  testing::TemporaryFile file;
  auto database = Database::open({.path = file.path()}).value();
  ASSERT_TRUE(database->run_script("CREATE TABLE rows(data TEXT); CREATE TABLE ticks(i INTEGER)"));
  constexpr std::uint64_t kMost = 64 * 1024 * 1024;
  auto reader = Database::open({.path = file.path()}).value();
  ASSERT_TRUE(reader->run_script("BEGIN; SELECT COUNT(*) FROM rows"));
  const std::string megabyte(1'000'000, 'x');
  while (database->log_bytes() < kMost + 5'000'000 || !database->is_log_held())
    ASSERT_TRUE(database->run("INSERT INTO rows(data) VALUES(?)", megabyte));
  ASSERT_TRUE(reader->run_script("COMMIT"));
  int commits = 0;
  for (; database->log_bytes() > kMost || database->is_log_held(); ++commits) {
    ASSERT_TRUE(database->run("INSERT INTO ticks VALUES(1)"));
    std::this_thread::yield();
  }
  EXPECT_GT(commits, 0);
  EXPECT_GT(std::filesystem::file_size(file.path()), kMost);
}

// A service that waits for nobody is never held up by what runs beside it.
TEST(Checkpointer, NoCommitMeetsTheLockOfACheckpointOrACopy) {
  testing::TemporaryFile file;
  auto database = Database::open({.path = file.path()}).value();
  ASSERT_TRUE(database->run_script("CREATE TABLE rows(data TEXT)"));
  database->set_busy_timeout(std::chrono::milliseconds(0));
  std::atomic<bool> ended{false};
  std::atomic<int> rounds{0};
  std::thread beside([&] {
    Checkpointer checkpointer(file.path());
    for (; !ended; ++rounds) {
      checkpointer.wake();
      auto reader = Database::open({.path = file.path()}).value();
      EXPECT_TRUE(reader->run("VACUUM INTO ?", file.path() + std::to_string(rounds)));
    }
  });
  for (int i = 0; i < 200 || rounds < 3; ++i)
    if (!database->run("INSERT INTO rows(data) VALUES('x')")) break;
  EXPECT_FALSE(database->error()) << database->error()->message;
  ended = true;
  beside.join();
}

TEST(Checkpointer, EndsWithoutEverBeingWokenAndWithAMissingFile) {
  Checkpointer idle("/nonexistent/file.db");
  Checkpointer lost("/nonexistent/file.db");
  lost.wake();
}

}  // namespace
}  // namespace parley::storage
