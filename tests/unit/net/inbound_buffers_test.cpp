#include "common/net/src/inbound_buffers.hpp"

#include <gtest/gtest.h>

#include "common/base/limits.hpp"

namespace parley::net {
namespace {

constexpr auto kFree = limits::kInboundFreeBytes;
constexpr std::size_t kLimit = 10 * kFree;

class Connection final : public InboundBuffers::Holder {
 public:
  explicit Connection(std::string name) : name_(std::move(name)) {}
  void give_up_input() override { given_up = true; }
  const std::string& peer_address() const override { return name_; }
  bool given_up = false;

 private:
  std::string name_;
};

class InboundBuffersTest : public testing::Test {
 protected:
  std::string told_;
  InboundBuffers buffers_{kLimit, [this](ConnectionLimit limit, const std::string& peer) {
                            told_ += std::string(to_string(limit)) + " " + peer + "; ";
                          }};
  Connection a_{"a"}, b_{"b"}, c_{"c"};
};

TEST_F(InboundBuffersTest, CountsWhatIsNotFree) {
  buffers_.set(a_, kFree);
  EXPECT_EQ(buffers_.bytes(), 0u);
  buffers_.set(a_, kFree + 1);
  EXPECT_EQ(buffers_.bytes(), kFree + 1);
  buffers_.set(b_, 2 * kFree);
  buffers_.set(a_, 3 * kFree);
  EXPECT_EQ(buffers_.bytes(), 5 * kFree);
  buffers_.set(b_, 1);
  buffers_.release(a_);
  EXPECT_EQ(buffers_.bytes(), 0u);
}

TEST_F(InboundBuffersTest, ClosesWhoHasTakenLongestBeyondTheLimit) {
  buffers_.set(a_, 2 * kFree);
  buffers_.set(b_, 5 * kFree);
  buffers_.set(c_, 3 * kFree);
  EXPECT_EQ(told_, "") << "at the limit";
  buffers_.set(c_, 3 * kFree + 1);
  EXPECT_EQ(told_, "inbound_buffers a; ");
  EXPECT_TRUE(a_.given_up && !b_.given_up && !c_.given_up);
  EXPECT_EQ(buffers_.bytes(), 8 * kFree + 1);
}

TEST_F(InboundBuffersTest, ClosesAsManyAsItTakes) {
  buffers_.set(a_, 3 * kFree);
  buffers_.set(b_, 3 * kFree);
  buffers_.set(c_, kLimit);
  EXPECT_EQ(told_, "inbound_buffers a; inbound_buffers b; ");
  EXPECT_EQ(buffers_.bytes(), kLimit);
  buffers_.set(c_, kLimit + 1);
  EXPECT_TRUE(c_.given_up) << "itself, if it alone has more than all may have";
  EXPECT_EQ(buffers_.bytes(), 0u);
}

TEST_F(InboundBuffersTest, CountsTheTimeOfAMessageNotOfAConnection) {
  buffers_.set(a_, 5 * kFree);
  buffers_.set(b_, 5 * kFree);
  buffers_.release(a_);  // the message is whole, the next one has begun
  buffers_.set(a_, 5 * kFree + 1);
  EXPECT_EQ(told_, "inbound_buffers b; ");
}

}  // namespace
}  // namespace parley::net
