#include "common/net/src/handshake_pool.hpp"

#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "common/net/src/handshakes.hpp"
#include "tests/unit/net/loop.hpp"

namespace parley::net::test {
namespace {

const PeerKey kOne{.is_v6 = false, .bits = 1};
const PeerKey kOther{.is_v6 = false, .bits = 2};

/// What has happened to the steps of a test, in order.
struct Record {
  std::mutex mutex;
  std::string computed;
  std::string finished;
  std::string destroyed;
  std::thread::id computed_on;
  std::thread::id finished_on;
};

class Step final : public HandshakeStep {
 public:
  Step(Loop& loop, Record& record, char name, std::shared_future<void> until = {})
      : HandshakeStep(loop.executor()), record_(record), name_(name), until_(std::move(until)) {}
  ~Step() override { record_.destroyed += name_; }

  void compute() override {
    {
      const std::lock_guard lock(record_.mutex);
      record_.computed += name_;
      record_.computed_on = std::this_thread::get_id();
    }
    if (until_.valid()) until_.wait();
  }
  void finish(bool computed) override {
    record_.finished += computed ? name_ : '-';
    record_.finished_on = std::this_thread::get_id();
  }

 private:
  Record& record_;
  char name_;
  std::shared_future<void> until_;
};

class HandshakePoolTest : public testing::Test {
 protected:
  /// One thread, which computes a step until release().
  void start(std::size_t capacity) {
    pool_ = std::make_unique<HandshakePool>(1, capacity);
    submit(kOne, '0', gate_.get_future().share());
    EXPECT_TRUE(loop_.run_until([&] { return computed() == "0"; }));
  }
  void submit(const PeerKey& peer, char name, std::shared_future<void> until = {},
              const void* owner = nullptr) {
    pool_->submit(peer, owner ? owner : this, std::make_unique<Step>(loop_, record_, name, std::move(until)));
  }
  void release() { gate_.set_value(); }
  std::string computed() {
    const std::lock_guard lock(record_.mutex);
    return record_.computed;
  }

  Loop loop_;
  Record record_;
  std::unique_ptr<HandshakePool> pool_;
  std::promise<void> gate_;  // broken before the pool's end: a failed test ends, too
};

TEST_F(HandshakePoolTest, ComputesElsewhereAndComesBack) {
  start(10);
  release();
  ASSERT_TRUE(loop_.run_until([&] { return record_.finished == "0"; }));
  EXPECT_NE(record_.computed_on, std::this_thread::get_id());
  EXPECT_EQ(record_.finished_on, std::this_thread::get_id());
  EXPECT_EQ(record_.destroyed, "0");
}

TEST_F(HandshakePoolTest, LetsPeersTakeTurns) {
  start(10);
  for (const char name : {'a', 'b', 'c'}) submit(kOne, name);
  submit(kOther, 'x');
  release();
  ASSERT_TRUE(loop_.run_until([&] { return record_.finished.size() == 5; }));
  EXPECT_EQ(record_.finished, "0axbc");
}

TEST_F(HandshakePoolTest, HandsBackUncomputedWhatDoesNotFit) {
  start(2);
  for (const char name : {'a', 'b', 'c'}) submit(kOne, name);
  submit(kOther, 'x');
  ASSERT_TRUE(loop_.run_until([&] { return record_.finished == "--"; }));
  EXPECT_EQ(record_.destroyed, "cb") << "the newest of the peer that has the most";
  release();
  ASSERT_TRUE(loop_.run_until([&] { return record_.finished.size() == 5; }));
  EXPECT_EQ(computed(), "0ax");
}

TEST_F(HandshakePoolTest, GivesUpTheWaitingStepsOfWhoeverEnds) {
  start(10);
  int other = 0;
  submit(kOne, 'a');
  submit(kOne, 'b', {}, &other);
  pool_->withdraw(&other);
  EXPECT_EQ(record_.destroyed, "b");
  release();
  pool_->withdraw(this);  // waits for the one that is computed
  loop_.settle();
  EXPECT_EQ(record_.finished.front(), '0');
  EXPECT_EQ(record_.destroyed.size(), 3u);
}

TEST_F(HandshakePoolTest, DestroysWhatWaitsAtItsEnd) {
  start(10);
  submit(kOne, 'a');
  std::thread later([this] { release(); });
  pool_.reset();
  later.join();
  loop_.settle();
  EXPECT_EQ(record_.destroyed.size(), 2u);
}

class Waiter final : public Handshakes::Waiting {
 public:
  void crowd_out() override { ++crowded_out; }
  int crowded_out = 0;
};

TEST(Handshakes, EndTheLongestWaitBeyondTheLimit) {
  Handshakes handshakes(nullptr, 2);
  Waiter first, second, third, fourth;
  handshakes.enter(first);
  handshakes.enter(second);
  EXPECT_EQ(first.crowded_out, 0) << "two may wait";
  handshakes.enter(third);
  EXPECT_EQ(first.crowded_out, 1);
  handshakes.leave(first);
  handshakes.leave(second);
  handshakes.enter(second);  // its peer has answered meanwhile
  handshakes.enter(fourth);
  EXPECT_EQ(third.crowded_out, 1);
  EXPECT_EQ(first.crowded_out + second.crowded_out + fourth.crowded_out, 1);
}

}  // namespace
}  // namespace parley::net::test
