#include "common/storage/transaction.hpp"

#include <gtest/gtest.h>

#include "common/storage/database.hpp"
#include "tests/support/temporary_file.hpp"

namespace parley::storage {
namespace {

class TransactionTest : public ::testing::Test {
 protected:
  TransactionTest() { database_->run_script("CREATE TABLE t(i UNIQUE)"); }

  void insert(int value) { database_->run("INSERT INTO t VALUES(?)", value); }
  std::int64_t sum() {
    auto row = database_->query("SELECT COALESCE(SUM(i), 0) FROM t");
    return row.next() ? row.integer(0) : -1;
  }

  std::unique_ptr<Database> database_ = Database::open({}).value();
};

TEST_F(TransactionTest, IsUndoneUnlessCommitted) {
  {
    Transaction transaction(*database_);
    insert(1);
  }
  EXPECT_EQ(sum(), 0);
  Transaction transaction(*database_);
  insert(2);
  EXPECT_TRUE(transaction.commit());
  EXPECT_EQ(sum(), 2);
}

TEST_F(TransactionTest, AFailedStatementFailsTheCommit) {
  Transaction transaction(*database_);
  insert(1);
  insert(1);
  EXPECT_FALSE(transaction.commit());
  EXPECT_FALSE(database_->error()) << "the rollback clears";
  EXPECT_EQ(sum(), 0);
}

TEST_F(TransactionTest, ASavepointUndoesItsPartAlone) {
  Transaction transaction(*database_);
  insert(1);
  {
    Savepoint part(*database_);
    insert(10);
    insert(10);
    EXPECT_TRUE(database_->error());
  }
  EXPECT_FALSE(database_->error());
  {
    Savepoint part(*database_);
    insert(100);
    part.keep();
  }
  EXPECT_TRUE(transaction.commit());
  EXPECT_EQ(sum(), 101);
}

TEST_F(TransactionTest, ACommitThatIsRefusedChangesNothing) {
  bool allow = false;
  database_->on_commit([&] { return allow; });
  {
    Transaction transaction(*database_);
    insert(1);
    EXPECT_FALSE(transaction.commit());
  }
  EXPECT_EQ(sum(), 0);
  allow = true;
  Transaction transaction(*database_);
  insert(2);
  EXPECT_TRUE(transaction.commit());
  EXPECT_EQ(sum(), 2);
}

TEST_F(TransactionTest, AFullDiskFailsTheWholeAndIsSurvived) {
  database_->run_script("CREATE TABLE big(x); PRAGMA max_page_count = 20");
  {
    Transaction transaction(*database_);
    insert(1);
    {
      Savepoint part(*database_);
      EXPECT_FALSE(database_->run("INSERT INTO big VALUES(zeroblob(1000000))"));
    }
    // SQLite may have undone everything by itself; then nothing of it may be committed.
    const bool whole = !database_->error().has_value();
    EXPECT_EQ(transaction.commit().has_value(), whole);
    EXPECT_EQ(sum(), whole ? 1 : 0);
  }
  Transaction transaction(*database_);
  insert(5);
  EXPECT_TRUE(transaction.commit());
}

// However SQLite has given the transaction up, what is said is why, not what did not work afterwards.
TEST_F(TransactionTest, TheReasonOfALostTransactionIsWhatEndedIt) {
  Transaction transaction(*database_);
  {
    Savepoint part(*database_);
    database_->run_script("ROLLBACK");
    ASSERT_FALSE(database_->in_transaction());
    database_->fail("the disk is full");
  }
  {
    Savepoint next(*database_);
    insert(1);
    next.keep();
  }
  const auto committed = transaction.commit();
  ASSERT_FALSE(committed);
  EXPECT_EQ(committed.error().message, "the disk is full");
  EXPECT_EQ(sum(), 0);
}

TEST(Transaction, WaitsForAnotherWriterOnlySoLong) {
  testing::TemporaryFile file;
  auto first = Database::open({.path = file.path()}).value();
  auto second = Database::open({.path = file.path(), .busy_timeout = std::chrono::milliseconds(1)}).value();
  Transaction writing(*first);
  Transaction locked_out(*second);
  const auto committed = locked_out.commit();
  ASSERT_FALSE(committed);
  EXPECT_EQ(committed.error().code, Errc::storage_error);
  EXPECT_TRUE(committed.error().retry_after);
}

TEST(Transaction, IsFreshAgainAfterOneThatCouldNotBegin) {
  testing::TemporaryFile file;
  auto first = Database::open({.path = file.path()}).value();
  auto second = Database::open({.path = file.path()}).value();
  first->run_script("CREATE TABLE t(i)");
  second->set_busy_timeout(std::chrono::milliseconds(0));
  {
    const Transaction writing(*first);
    Transaction locked_out(*second);
    second->run("INSERT INTO t VALUES(1)");
    ASSERT_FALSE(locked_out.commit());
  }
  Transaction next(*second);
  second->run("INSERT INTO t VALUES(2)");
  EXPECT_TRUE(next.commit());
  auto row = first->query("SELECT SUM(i) FROM t");
  ASSERT_TRUE(row.next());
  EXPECT_EQ(row.integer(0), 2);
}

TEST_F(TransactionTest, OnlyALockIsWorthAnotherTry) {
  Transaction transaction(*database_);
  insert(1);
  insert(1);
  const auto committed = transaction.commit();
  ASSERT_FALSE(committed);
  EXPECT_FALSE(committed.error().retry_after);
}

}  // namespace
}  // namespace parley::storage
