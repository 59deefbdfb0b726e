#include "chat_service/src/free_space.hpp"

#include <gtest/gtest.h>

#include "common/os/file.hpp"

namespace parley::chat_service {
namespace {

constexpr std::uint64_t kFloor = 1000;

class FreeSpaceTest : public ::testing::Test {
 protected:
  std::uint64_t free_ = kFloor + 10 * FreeSpace::kLookEvery;
  int looks_ = 0;
  FreeSpace space_{kFloor, [this]() -> Result<std::uint64_t> {
                     ++looks_;
                     return free_;
                   }};
};

TEST_F(FreeSpaceTest, ExpectsWhatFitsAboveTheFloor) {
  free_ = kFloor + 10;
  EXPECT_TRUE(space_.expect(10));
  EXPECT_TRUE(space_.expect(0));
  const auto refusal = space_.expect(11);
  ASSERT_FALSE(refusal);
  EXPECT_EQ(refusal.error().code, Errc::storage_error);
  EXPECT_EQ(refusal.error().http_status, 507);
  free_ = kFloor;
  EXPECT_FALSE(space_.expect(0)) << "of unknown length";
  free_ = kFloor - 1;
  EXPECT_FALSE(space_.expect(0));
  EXPECT_EQ(space_.refused(), 3u);
}

TEST_F(FreeSpaceTest, LooksSeldomWhileThereIsMuch) {
  ASSERT_TRUE(space_.expect(0));
  const std::uint64_t piece = FreeSpace::kLookEvery / 256;
  for (int i = 0; i < 2560; ++i) ASSERT_TRUE(space_.take(piece));
  EXPECT_EQ(looks_, 10);
}

TEST_F(FreeSpaceTest, SeesWhatOthersWrite) {
  ASSERT_TRUE(space_.expect(0));
  ASSERT_TRUE(space_.take(FreeSpace::kLookEvery));
  free_ = kFloor + 4;
  EXPECT_FALSE(space_.take(5));
  EXPECT_TRUE(space_.take(4));
  EXPECT_EQ(space_.refused(), 1u);
}

TEST_F(FreeSpaceTest, NeverGoesBelowTheFloorByItself) {
  free_ = kFloor + 100;
  ASSERT_TRUE(space_.expect(0));
  EXPECT_TRUE(space_.take(60));
  free_ -= 60;
  EXPECT_FALSE(space_.take(41));
  EXPECT_TRUE(space_.take(40));
}

TEST_F(FreeSpaceTest, SaysThatNobodyCanTell) {
  FreeSpace space(kFloor, []() -> Result<std::uint64_t> { return Error{.code = Errc::storage_error}; });
  EXPECT_FALSE(space.expect(1));
  EXPECT_FALSE(space.take(1));
  EXPECT_EQ(space.refused(), 0u);
}

TEST(FreeBytes, AreThoseOfAFileSystem) {
  EXPECT_GT(os::free_bytes("/tmp").value(), 0u);
  const auto nowhere = os::free_bytes("/tmp/there/is/no/such/directory");
  ASSERT_FALSE(nowhere);
  EXPECT_EQ(nowhere.error().code, Errc::storage_error);
  EXPECT_EQ(nowhere.error().http_status, 500);
}

TEST(FreeSpaceNobodyAsksFor, IsAlwaysThere) {
  FreeSpace space(kFloor, {});
  EXPECT_TRUE(space.expect(0));
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(space.take(FreeSpace::kLookEvery));
  EXPECT_EQ(space.refused(), 0u);
}

}  // namespace
}  // namespace parley::chat_service
