#include "chat_service/src/shell/receivers.hpp"

#include <gtest/gtest.h>

#include <map>

#include "tests/support/counting_stream.hpp"

namespace parley::chat_service {
namespace {

using namespace std::chrono_literals;
using testing::CountingStream;

class ReceiversTest : public ::testing::Test {
 protected:
  ReceiversTest() {
    for (ConnectionId id = 1; id <= 4; ++id)
      receivers_.add(id, std::make_unique<CountingStream>(queued_[id]), now_);
  }

  bool send(ConnectionId id, std::size_t bytes) {
    return !receivers_.send(id, std::make_shared<const std::string>(bytes, 'x'), now_);
  }

  /// Who has to go, and does.
  std::vector<ConnectionId> review() {
    std::vector<ConnectionId> gone;
    for (const auto& slow : receivers_.review(now_)) {
      EXPECT_EQ(slow.queued_bytes, queued_[slow.id]);
      EXPECT_TRUE(receivers_.remove(slow.id));
      gone.push_back(slow.id);
    }
    return gone;
  }

  TimePoint now_{};
  std::map<ConnectionId, std::size_t> queued_;
  Receivers receivers_{{.each = 100, .all = 800}};
};

using Ids = std::vector<ConnectionId>;

TEST_F(ReceiversTest, WhoDoesNotReadIsFoundWithoutAnotherWord) {
  EXPECT_FALSE(receivers_.wants_review());
  EXPECT_TRUE(send(1, 101));
  EXPECT_TRUE(send(2, 100));
  EXPECT_TRUE(receivers_.wants_review());
  EXPECT_EQ(review(), Ids{});
  now_ += Backlog::kPatience;
  EXPECT_EQ(review(), Ids{});
  now_ += 1ms;
  EXPECT_EQ(review(), Ids{1}) << "the other one has no more than it may have";
  EXPECT_TRUE(receivers_.wants_review());
  queued_[2] = 0;
  EXPECT_EQ(review(), Ids{});
  EXPECT_FALSE(receivers_.wants_review()) << "nothing waits: nobody has to look";
}

TEST_F(ReceiversTest, WhoDoesNotReadIsFoundWhenSomethingIsSent) {
  EXPECT_TRUE(send(1, 101));
  now_ += Backlog::kPatience + 1ms;
  EXPECT_TRUE(send(1, 1)) << "the first look";
  now_ += Backlog::kPatience + 1ms;
  EXPECT_FALSE(send(1, 1));
  EXPECT_EQ(queued_[1], 102u) << "and it was not queued";
}

TEST_F(ReceiversTest, TheLongestQueuesGoWhenAllTogetherAreTooLong) {
  for (const auto& [id, bytes] : std::map<ConnectionId, std::size_t>{{1, 250}, {2, 150}, {3, 300}, {4, 100}})
    send(id, bytes);
  EXPECT_EQ(review(), Ids{}) << "just what is allowed";
  send(4, 1);
  EXPECT_EQ(review(), Ids{3}) << "501 are left";
  EXPECT_EQ(review(), Ids{});
  queued_[1] = 800;
  EXPECT_EQ(review(), Ids{1});
  EXPECT_EQ(receivers_.size(), 2u);
  EXPECT_EQ(receivers_.queued_bytes(), 251u);
}

TEST_F(ReceiversTest, MuchThatIsSentWantsALookSoon) {
  EXPECT_TRUE(send(1, 100));
  EXPECT_FALSE(receivers_.is_review_urgent());
  EXPECT_TRUE(send(2, 1));
  EXPECT_TRUE(receivers_.is_review_urgent());
  review();
  EXPECT_FALSE(receivers_.is_review_urgent());
}

TEST_F(ReceiversTest, KnowsNoOneWhoLeft) {
  now_ += 3s;
  EXPECT_EQ(receivers_.age(1, now_), Duration(3s));
  EXPECT_TRUE(receivers_.remove(1));
  EXPECT_FALSE(receivers_.remove(1));
  EXPECT_FALSE(receivers_.find(1));
  EXPECT_TRUE(send(1, 1000)) << "nothing to complain of";
  EXPECT_EQ(receivers_.bytes_sent(), 0u);
  EXPECT_EQ(receivers_.age(1, now_), Duration::zero());
}

}  // namespace
}  // namespace parley::chat_service
