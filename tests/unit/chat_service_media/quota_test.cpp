#include "chat_service/src/media/quota.hpp"

#include <gtest/gtest.h>

namespace parley::chat_service::media {
namespace {

class QuotaTest : public ::testing::Test {
 protected:
  std::shared_ptr<Quota::Claim> begin(std::uint64_t stored, std::uint64_t bytes, const char* user = "alice") {
    auto claim = quota_.begin(user, stored, bytes);
    return claim ? *claim : nullptr;
  }

  Quota quota_{100};
};

TEST_F(QuotaTest, IsFullWithWhatIsStoredAndAllThatIsOnItsWay) {
  const auto one = begin(50, 30);
  ASSERT_TRUE(one);
  EXPECT_FALSE(begin(50, 21));
  const auto two = begin(50, 20);
  ASSERT_TRUE(two);
  EXPECT_FALSE(begin(50, 1));
  EXPECT_TRUE(begin(50, 0)) << "nothing is not too much";
  EXPECT_EQ(quota_.refused(), 2u);
}

TEST_F(QuotaTest, SaysHowMuchIsLeft) {
  const auto one = begin(50, 30);
  const auto refusal = quota_.begin("alice", 50, 30);
  ASSERT_FALSE(refusal);
  EXPECT_EQ(refusal.error().code, Errc::limit_exceeded);
  EXPECT_EQ(refusal.error().http_status, 413);
  EXPECT_EQ(refusal.error().message,
            "expected a file of at most 20 bytes: all files of one user may have 100");
}

TEST_F(QuotaTest, IsOfOneUserEach) {
  const auto one = begin(0, 100);
  EXPECT_TRUE(begin(0, 100, "bob"));
  EXPECT_FALSE(begin(0, 1));
}

TEST_F(QuotaTest, GetsBackWhatBrokeOff) {
  begin(0, 100).reset();
  EXPECT_TRUE(begin(0, 100));
}

TEST_F(QuotaTest, LetsAClaimGrowUpToWhatIsLeft) {
  const auto one = begin(50, 0), two = begin(50, 10);
  EXPECT_TRUE(one->grow_to(40));
  EXPECT_TRUE(one->grow_to(10)) << "it has more";
  EXPECT_FALSE(one->grow_to(41));
  EXPECT_FALSE(two->grow_to(11));
  EXPECT_TRUE(two->grow_to(10));
  EXPECT_EQ(quota_.refused(), 2u);
}

TEST_F(QuotaTest, CountsWhatIsKeptAsStored) {
  auto one = begin(0, 60);
  const auto two = begin(0, 0);
  one->keep();
  one.reset();
  EXPECT_FALSE(two->grow_to(41)) << "the row is not looked at again";
  EXPECT_TRUE(two->grow_to(40));
  EXPECT_FALSE(begin(60, 1)) << "the next one has looked, and counts it once";
}

TEST_F(QuotaTest, RefusesWhoHasMoreThanIsAllowedEvenNothing) {
  EXPECT_TRUE(begin(100, 0));
  EXPECT_FALSE(begin(101, 0));
}

TEST_F(QuotaTest, MayEndBeforeItsClaims) {
  auto quota = std::make_unique<Quota>(10);
  const auto claim = quota->begin("alice", 0, 5).value();
  quota.reset();
  EXPECT_TRUE(claim->grow_to(10));
  EXPECT_FALSE(claim->grow_to(11));
}

}  // namespace
}  // namespace parley::chat_service::media
