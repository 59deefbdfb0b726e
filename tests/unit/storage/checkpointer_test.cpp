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
  while (!checkpointer.take_finished()) std::this_thread::yield();
  EXPECT_FALSE(checkpointer.take_finished());
  EXPECT_GT(std::filesystem::file_size(file.path()), 400'000u);
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
