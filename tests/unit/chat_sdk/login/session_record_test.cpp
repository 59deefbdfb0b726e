#include "chat_sdk/src/login/session_record.hpp"

#include <gtest/gtest.h>

namespace parley::detail {
namespace {

const SessionOwner kAlice{"https://id.example", "alice", ""};

TEST(SessionRecord, GivesTheSessionBackToItsOwnerOnly) {
  const auto record = to_record(kAlice, "secret");
  EXPECT_EQ(session_in(record, kAlice), "secret");
  EXPECT_EQ(session_in(record, {"https://id.example", "bob", ""}), "");
  EXPECT_EQ(session_in(record, {"https://other.example", "alice", ""}), "");
  EXPECT_EQ(session_in(record, {"https://id.example", "alice", "second"}), "");
}

TEST(SessionRecord, IsNothingIfItIsNoRecord) {
  const auto record = to_record(kAlice, "secret");
  for (std::size_t bytes = 0; bytes < record.size(); ++bytes)
    EXPECT_EQ(session_in(record.substr(0, bytes), kAlice), "") << bytes;
  EXPECT_EQ(session_in("{}", kAlice), "");
  EXPECT_EQ(session_in(record + std::string(70'000, ' '), kAlice), "") << "too long";
  auto newer = record;
  newer.replace(newer.find(":1,"), 3, ":2,");
  EXPECT_EQ(session_in(newer, kAlice), "");
}

}  // namespace
}  // namespace parley::detail
