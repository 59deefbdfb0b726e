#include "chat_sdk/src/io/user_gate.hpp"

#include <gtest/gtest.h>

namespace parley::detail {
namespace {

/// Something of the user's that owns the client, which closes the gate at its end.
class UserGateTest : public ::testing::Test {
 protected:
  struct Owner {
    explicit Owner(UserGateTest& owning) : test(owning) {}
    ~Owner() {
      test.gate->close();
      test.ended = true;
    }
    UserGateTest& test;
  };
  class OwningReader final : public FileReader {
   public:
    explicit OwningReader(std::shared_ptr<const Owner> owner) : owner_(std::move(owner)) {}
    std::size_t read(std::span<char>) override { return 0; }

   private:
    std::shared_ptr<const Owner> owner_;
  };

  void run_posted() {
    for (const auto& work : std::exchange(posted, {})) work();
  }

  bool ended = false;
  std::vector<std::function<void()>> posted;
  std::shared_ptr<UserGate> gate =
      std::make_shared<UserGate>([this](std::function<void()> work) { posted.push_back(std::move(work)); });
};

TEST_F(UserGateTest, WhatWasBorrowedEndsOnTheExecutor) {
  auto owner = std::make_shared<const Owner>(*this);
  const std::weak_ptr weak(owner);
  EXPECT_TRUE(gate->enter([&] {
    EXPECT_TRUE(gate->borrow(weak));
    owner.reset();
  }));
  EXPECT_FALSE(ended);
  EXPECT_TRUE(gate->enter([] {})) << "still open";
  run_posted();
  EXPECT_TRUE(ended);
  EXPECT_FALSE(gate->enter([] {}));
}

TEST_F(UserGateTest, AReaderEndsOnTheExecutor) {
  UserGate::ReaderId id = 0;
  gate->enter([&] { id = gate->keep(std::make_unique<OwningReader>(std::make_shared<const Owner>(*this))); });
  gate->drop(id);
  EXPECT_FALSE(ended);
  run_posted();
  EXPECT_TRUE(ended);
}

TEST_F(UserGateTest, NothingIsLeftWhenItIsClosed) {
  const auto thing = std::make_shared<const int>(7);
  gate->enter([&] { EXPECT_EQ(*gate->borrow(std::weak_ptr(thing)), 7); });
  EXPECT_EQ(thing.use_count(), 2);
  gate->close();
  EXPECT_EQ(thing.use_count(), 1);
  run_posted();
}

TEST_F(UserGateTest, NothingPilesUpWhereNobodyRunsTheExecutor) {
  const auto thing = std::make_shared<const int>(7), other = std::make_shared<const int>(8);
  for (int i = 0; i < 100; ++i)
    for (const auto& each : {thing, other}) gate->enter([&] { gate->borrow(std::weak_ptr(each)); });
  EXPECT_EQ(posted.size(), 1u);
  EXPECT_EQ(thing.use_count(), 2);
  run_posted();
  EXPECT_EQ(thing.use_count(), 1);
  gate->enter([&] { gate->borrow(std::weak_ptr(thing)); });
  EXPECT_EQ(posted.size(), 1u) << "it is handed back again";
}

TEST_F(UserGateTest, WhatIsGoneIsNotBorrowed) {
  std::weak_ptr<const int> gone = std::make_shared<const int>(7);
  gate->enter([&] { EXPECT_FALSE(gate->borrow(gone)); });
  EXPECT_TRUE(posted.empty());
}

}  // namespace
}  // namespace parley::detail
