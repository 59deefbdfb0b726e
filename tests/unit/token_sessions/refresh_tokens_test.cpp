#include "token_server/sessions/refresh_tokens.hpp"

#include <gtest/gtest.h>

#include <set>

#include "common/base/random.hpp"
#include "token_server/sessions/session_database.hpp"

namespace parley::token_server {
namespace {

using namespace std::chrono_literals;
using Kind = Renewal::Kind;

constexpr const char* kHome = "192.0.2.1";
constexpr const char* kElsewhere = "198.51.100.1";

class RefreshTokensTest : public ::testing::Test {
 protected:
  std::string begin(const std::string& name = "alice") {
    return tokens_.begin({"users", name, name + "@chat", "main"}, now_).text;
  }
  Renewal renew(const std::string& token, const char* address = kHome) {
    return tokens_.renew(token, address, now_);
  }
  std::string next(const std::string& token) {
    auto renewal = renew(token);
    EXPECT_EQ(renewal.kind, Kind::renewed);
    return renewal.session.refresh.text;
  }
  std::int64_t count(std::string_view sql) {
    auto row = database_->query(sql);
    return row.next() ? row.integer(0) : -1;
  }
  std::string dump() {
    std::string all;
    auto row = database_->query("SELECT hash, successor, sealed_successor, spent_from FROM refresh_tokens");
    while (row.next()) all += row.text(0) + " " + row.text(1) + " " + row.text(2) + " " + row.text(3) + "\n";
    return all;
  }
  void TearDown() override { EXPECT_FALSE(database_->error()) << database_->error()->message; }

  std::unique_ptr<storage::Database> database_ = std::move(open_session_database(":memory:").value());
  SecureRandom random_;
  RefreshTokens tokens_{*database_, random_, {.idle = 100h, .absolute = 1000h}};
  WallTime now_{std::chrono::hours(500'000)};
};

TEST_F(RefreshTokensTest, AreRandomTextsOf256Bits) {
  std::set<std::string> seen;
  for (int i = 0; i < 50; ++i) {
    const auto token = begin(std::to_string(i));
    EXPECT_EQ(token.size(), 43u);
    EXPECT_TRUE(seen.insert(token).second);
  }
}

TEST_F(RefreshTokensTest, GiveTheirSubjectAndASuccessorAtEachUse) {
  std::set<std::string> seen;
  std::string token = begin();
  for (int i = 0; i < 20; ++i) {
    EXPECT_TRUE(seen.insert(token).second);
    const auto renewal = renew(token);
    ASSERT_EQ(renewal.kind, Kind::renewed);
    EXPECT_EQ(renewal.session.subject.entry, "users");
    EXPECT_EQ(renewal.session.subject.name, "alice");
    EXPECT_EQ(renewal.session.subject.identity, "alice@chat");
    EXPECT_EQ(renewal.session.subject.account, "main");
    token = renewal.session.refresh.text;
    now_ += 1h;
  }
}

TEST_F(RefreshTokensTest, NoneIsStored) {
  const auto first = begin();
  const auto second = next(first);
  const auto third = next(second);
  const auto all = dump();
  for (const auto& token : {first, second, third}) EXPECT_EQ(all.find(token), std::string::npos);
}

TEST_F(RefreshTokensTest, WhatIsNoTokenIsRefused) {
  const auto good = begin();
  std::string flipped = good;
  flipped[5] = flipped[5] == 'A' ? 'B' : 'A';
  for (const auto& token : {std::string(), std::string("x"), flipped, good + "A", good + "=", " " + good,
                            good.substr(1), std::string(43, '\0'), std::string(100'000, 'x')})
    EXPECT_EQ(renew(token).kind, Kind::refused);
  EXPECT_EQ(renew(good).kind, Kind::renewed) << "none of it did any harm";
}

TEST_F(RefreshTokensTest, ReuseEndsTheFamily) {
  const auto first = begin();
  const auto second = next(first);
  const auto third = next(second);
  const auto renewal = renew(first);
  EXPECT_EQ(renewal.kind, Kind::reused);
  EXPECT_EQ(renewal.session.subject.name, "alice") << "for the audit log";
  EXPECT_TRUE(renewal.session.refresh.text.empty());
  for (const auto& token : {first, second, third}) EXPECT_EQ(renew(token).kind, Kind::refused);
}

TEST_F(RefreshTokensTest, ReuseEndsNoOtherFamily) {
  const auto other_device = begin();
  const auto other_user = begin("bob");
  const auto first = begin();
  next(next(first));
  ASSERT_EQ(renew(first).kind, Kind::reused);
  EXPECT_EQ(renew(other_device).kind, Kind::renewed);
  EXPECT_EQ(renew(other_user).kind, Kind::renewed);
}

TEST_F(RefreshTokensTest, AClockThatIsSetBackEndsNoSession) {
  for (const auto back : {1s, 3'600s, 30 * 86'400s}) {
    now_ += back;
    const auto first = begin();
    const auto second = next(first);
    now_ -= back;
    EXPECT_EQ(renew(first).kind, Kind::repeated) << "nobody knows how long ago the answer was lost";
    EXPECT_EQ(renew(first, kElsewhere).kind, Kind::reused);
    EXPECT_EQ(renew(second).kind, Kind::refused) << "a copy from elsewhere ends it, whatever the clock says";
    const auto third = begin();
    EXPECT_EQ(renew(next(third)).kind, Kind::renewed);
  }
}

TEST_F(RefreshTokensTest, AfterTheClockWasSetBackTheNewestSessionsStay) {
  now_ += 24h;
  for (int i = 0; i < kSessionsPerSubject; ++i) begin();
  now_ -= 24h;
  const auto first = begin(), second = begin();
  EXPECT_EQ(renew(first).kind, Kind::renewed);
  EXPECT_EQ(renew(second).kind, Kind::renewed);
}

TEST_F(RefreshTokensTest, ALostAnswerIsGivenAgain) {
  const auto first = begin();
  const auto given = renew(first);
  for (int i = 0; i < 3; ++i) {
    now_ += 3s;
    const auto again = renew(first);
    ASSERT_EQ(again.kind, Kind::repeated);
    EXPECT_EQ(again.session.refresh.text, given.session.refresh.text);
    EXPECT_EQ(again.session.refresh.expires_at, given.session.refresh.expires_at);
    EXPECT_EQ(again.session.subject.name, "alice");
  }
  EXPECT_EQ(renew(given.session.refresh.text).kind, Kind::renewed);
}

TEST_F(RefreshTokensTest, AnAnswerIsGivenAgainOnlyWithinItsRules) {
  struct Case {
    const char* name;
    std::chrono::milliseconds later;
    const char* address;
    bool successor_used;
    Kind kind;
  };
  const Case cases[] = {
      {"at once", 0ms, kHome, false, Kind::repeated},
      {"at the end of the time", 10s, kHome, false, Kind::repeated},
      {"too late", 10'001ms, kHome, false, Kind::reused},
      {"from elsewhere", 1s, kElsewhere, false, Kind::reused},
      {"after the successor was used", 1s, kHome, true, Kind::reused},
      {"the clock went back", -1h, kHome, false, Kind::repeated},
      {"the clock went back, from elsewhere", -1h, kElsewhere, false, Kind::reused},
      {"the clock went back, after the successor was used", -1h, kHome, true, Kind::reused},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto first = begin();
    const auto second = next(first);
    if (c.successor_used) next(second);
    now_ += c.later;
    EXPECT_EQ(renew(first, c.address).kind, c.kind);
    EXPECT_EQ(renew(second).kind, c.kind == Kind::repeated ? Kind::renewed : Kind::refused);
  }
}

TEST_F(RefreshTokensTest, TheSealedSuccessorIsGoneSoon) {
  const auto first = begin();
  next(first);
  EXPECT_EQ(count("SELECT COUNT(*) FROM refresh_tokens WHERE sealed_successor IS NOT NULL"), 1);
  now_ += 10s + 1ms;
  begin("bob");
  EXPECT_EQ(count("SELECT COUNT(*) FROM refresh_tokens WHERE sealed_successor IS NOT NULL"), 0);
  EXPECT_EQ(count("SELECT COUNT(*) FROM refresh_tokens WHERE spent_from IS NOT NULL"), 0);
  EXPECT_EQ(renew(first).kind, Kind::reused) << "what is left still shows reuse";
}

TEST_F(RefreshTokensTest, ASealThatWasTamperedWithOpensNothing) {
  for (const char* seal : {"", "AAAA", "!!", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}) {
    const auto first = begin();
    next(first);
    database_->run("UPDATE refresh_tokens SET sealed_successor = ? WHERE sealed_successor IS NOT NULL", seal);
    EXPECT_EQ(renew(first).kind, Kind::reused) << seal;
  }
}

TEST_F(RefreshTokensTest, ATokenThatLiesIdleExpires) {
  const auto token = begin(), late = begin();
  now_ += 100h - 1ms;
  EXPECT_EQ(renew(token).kind, Kind::renewed);
  now_ += 1ms;
  EXPECT_EQ(renew(late).kind, Kind::refused);
}

TEST_F(RefreshTokensTest, AnExpiredTokenIsRefusedAlsoIfItsRowIsStillThere) {
  for (int i = 0; i < 50; ++i) begin(std::to_string(i));  // their rows go first
  now_ += 1ms;
  const auto token = begin();
  now_ += 100h;
  EXPECT_EQ(renew(token).kind, Kind::refused);
  EXPECT_EQ(count("SELECT COUNT(*) FROM families WHERE name = 'alice'"), 1);
}

TEST_F(RefreshTokensTest, AFamilyEndsHoweverOftenItIsRenewed) {
  const auto end = now_ + 1000h;
  std::string token = begin();
  for (now_ += 50h; now_ < end; now_ += 50h) {
    const auto renewal = renew(token);
    ASSERT_EQ(renewal.kind, Kind::renewed);
    EXPECT_EQ(renewal.session.refresh.expires_at, std::min(now_ + 100h, end));
    token = renewal.session.refresh.text;
  }
  EXPECT_EQ(renew(token).kind, Kind::refused);
}

TEST_F(RefreshTokensTest, AnExpiredSpentTokenIsJustExpired) {
  const auto first = begin();
  const auto second = next(first);
  now_ += 99h;
  const auto third = next(second);
  now_ += 1h;
  EXPECT_EQ(renew(first).kind, Kind::refused);
  EXPECT_EQ(renew(third).kind, Kind::renewed);
}

TEST_F(RefreshTokensTest, AnyTokenOfAFamilyRevokesIt) {
  for (const bool spent : {false, true}) {
    const auto first = begin();
    const auto second = next(first);
    const auto subject = tokens_.revoke(spent ? first : second, now_);
    ASSERT_TRUE(subject);
    EXPECT_EQ(subject->name, "alice");
    EXPECT_EQ(renew(second).kind, Kind::refused);
  }
  EXPECT_FALSE(tokens_.revoke("nobody knows it", now_));
}

TEST_F(RefreshTokensTest, AllOfASubjectEndAtOnce) {
  const auto one = begin(), other = begin(), bobs = begin("bob");
  const auto elsewhere = tokens_.begin({"oidc:x", "alice", "alice", "main"}, now_).text;
  tokens_.end_all("users", "alice");
  EXPECT_EQ(renew(one).kind, Kind::refused);
  EXPECT_EQ(renew(other).kind, Kind::refused);
  EXPECT_EQ(renew(bobs).kind, Kind::renewed);
  EXPECT_EQ(renew(elsewhere).kind, Kind::renewed);
}

TEST_F(RefreshTokensTest, TheSessionsOfASubjectAreBounded) {
  const auto oldest = begin();
  now_ += 1s;
  const auto second = begin();
  now_ += 1s;
  for (int i = 0; i < kSessionsPerSubject - 1; ++i) begin();
  EXPECT_EQ(count("SELECT COUNT(*) FROM families"), kSessionsPerSubject);
  EXPECT_EQ(renew(oldest).kind, Kind::refused);
  EXPECT_EQ(renew(second).kind, Kind::renewed);
}

TEST_F(RefreshTokensTest, WhatExpiredGoesAwayInSmallSteps) {
  for (int i = 0; i < 40; ++i) {
    auto token = begin(std::to_string(i));
    for (int n = 0; n < 3; ++n) token = next(token);
  }
  now_ += 2000h;
  const auto rows = [&] {
    return count("SELECT (SELECT COUNT(*) FROM refresh_tokens) + (SELECT COUNT(*) FROM families)");
  };
  constexpr int kMost = 8 + 8 * 4 + 32;  // families with their tokens, and tokens
  for (auto before = rows(); before > 0; before = rows()) {
    renew("");
    ASSERT_LT(rows(), before);
    ASSERT_GE(rows(), before - kMost);
  }
}

}  // namespace
}  // namespace parley::token_server
