#include "token_server/audit/append_file.hpp"

#include <gtest/gtest.h>

#include "tests/support/temporary_file.hpp"

namespace parley::token_server {
namespace {

class AppendFileTest : public ::testing::Test {
 protected:
  testing::TemporaryFile file_;
};

TEST_F(AppendFileTest, GrowsAndIsReadAnywhere) {
  const auto file = std::move(AppendFile::open(file_.path()).value());
  EXPECT_EQ(file->size().value(), 0u);
  {
    const AppendFile::Lock lock(*file);
    ASSERT_TRUE(lock.taken);
    ASSERT_TRUE(file->append("hello "));
    ASSERT_TRUE(file->append("world"));
  }
  EXPECT_EQ(file->size().value(), 11u);
  EXPECT_EQ(settled_size(file_.path()).value(), 11u);
  EXPECT_EQ(file->read(4, 5).value(), "o wor");
}

TEST_F(AppendFileTest, KeepsWhatIsThere) {
  std::move(AppendFile::open(file_.path()).value())->append("one ").value();
  std::move(AppendFile::open(file_.path()).value())->append("two").value();
  EXPECT_EQ(AppendFile::open(file_.path()).value()->read(0, 7).value(), "one two");
}

TEST_F(AppendFileTest, ReadsAllOrFails) {
  const auto file = std::move(AppendFile::open(file_.path()).value());
  file->append("1234").value();
  EXPECT_EQ(file->read(2, 3).error().code, Errc::storage_error);
}

TEST_F(AppendFileTest, FailuresNameThePath) {
  const auto file = AppendFile::open("/proc/no/such");
  ASSERT_FALSE(file);
  EXPECT_NE(file.error().message.find("/proc/no/such"), std::string::npos);
  EXPECT_FALSE(settled_size("/proc/no/such"));
}

}  // namespace
}  // namespace parley::token_server
