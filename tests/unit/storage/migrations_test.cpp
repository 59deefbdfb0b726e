#include "common/storage/migrations.hpp"

#include <gtest/gtest.h>

#include "common/storage/database.hpp"

namespace parley::storage {
namespace {

constexpr Migration kFirst{1, "first", "CREATE TABLE a(x); INSERT INTO a VALUES(1)"};
constexpr Migration kSecond{2, "second", "ALTER TABLE a ADD COLUMN y DEFAULT 7"};
constexpr Migration kBroken{3, "broken", "CREATE TABLE b(x); CREATE TABLE b(x)"};

std::int64_t number(Database& database, std::string_view sql) {
  auto row = database.query(sql);
  return row.next() ? row.integer(0) : -1;
}

class MigrationsTest : public ::testing::Test {
 protected:
  std::unique_ptr<Database> database_ = Database::open({}).value();
};

TEST_F(MigrationsTest, RunsEachStepOnce) {
  const Migration one[] = {kFirst};
  const Migration both[] = {kFirst, kSecond};
  ASSERT_TRUE(migrate(*database_, one));
  ASSERT_TRUE(migrate(*database_, both)) << "an older file is brought up to date";
  ASSERT_TRUE(migrate(*database_, both));
  EXPECT_EQ(number(*database_, "SELECT COUNT(*) FROM a"), 1);
  EXPECT_EQ(number(*database_, "SELECT y FROM a"), 7);
  EXPECT_EQ(number(*database_, "SELECT COUNT(*) FROM schema_version"), 2);
}

TEST_F(MigrationsTest, AFailingStepChangesNothing) {
  const Migration steps[] = {kFirst, kSecond, kBroken};
  const auto migrated = migrate(*database_, steps);
  ASSERT_FALSE(migrated);
  EXPECT_EQ(migrated.error().code, Errc::storage_error);
  EXPECT_EQ(number(*database_, "SELECT COUNT(*) FROM sqlite_master WHERE name IN ('a', 'b')"), 0);
}

TEST_F(MigrationsTest, RefusesTheFileOfANewerProgram) {
  const Migration both[] = {kFirst, kSecond};
  const Migration one[] = {kFirst};
  ASSERT_TRUE(migrate(*database_, both));
  const auto migrated = migrate(*database_, one);
  ASSERT_FALSE(migrated);
  EXPECT_NE(migrated.error().message.find("newer"), std::string::npos);
}

}  // namespace
}  // namespace parley::storage
