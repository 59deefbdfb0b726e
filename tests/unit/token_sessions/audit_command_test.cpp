#include <gtest/gtest.h>

#include <fstream>

#include "tests/unit/token_sessions/command_fixture.hpp"
#include "token_server/audit/audit_log.hpp"

namespace parley::token_server {
namespace {

class AuditCommandTest : public CommandTest {
 protected:
  AuditCommandTest() : CommandTest(make_audit_command) {
    const auto log = std::move(AuditLog::open(config_.token_server.audit_log, system_clock()).value());
    for (int i = 0; i < 3; ++i) log->append({.what = "login"}).value();
    chain_ = verify_audit_log(config_.token_server.audit_log).value();
  }

  AuditChain chain_;
};

TEST_F(AuditCommandTest, PrintsLinesAndHead) {
  EXPECT_EQ(run({"audit", "verify"}), 0);
  EXPECT_EQ(out_, "lines 3\nhead " + chain_.head + "\n");
  EXPECT_EQ(err_, "");
}

TEST_F(AuditCommandTest, NeedsNoConfigurationIfTheFileIsNamed) {
  const auto path = config_.token_server.audit_log;
  has_config_ = false;
  EXPECT_EQ(run({"audit", "verify", path}), 0);
  EXPECT_EQ(run({"audit", "verify"}), 2);
  EXPECT_NE(err_.find("--config"), std::string::npos);
}

TEST_F(AuditCommandTest, NamesTheFirstBadLine) {
  std::ofstream(config_.token_server.audit_log, std::ios::app) << "hello\n";
  EXPECT_EQ(run({"audit", "verify"}), 1);
  EXPECT_NE(err_.find("line 4:"), std::string::npos) << err_;
  EXPECT_EQ(out_, "");
}

TEST_F(AuditCommandTest, AMissingFileIsAFailure) {
  EXPECT_EQ(run({"audit", "verify", file_.directory() / "missing"}), 1);
}

TEST_F(AuditCommandTest, ChecksANotedHead) {
  EXPECT_EQ(run({"audit", "verify", "--head", chain_.head, "--lines", "3"}), 0);
  EXPECT_EQ(run({"audit", "verify", "--head", chain_.head, "--lines", "2"}), 1);
  EXPECT_NE(err_.find("line 2:"), std::string::npos) << err_;
  EXPECT_EQ(run({"audit", "verify", "--head", chain_.head, "--lines", "4"}), 1);
  EXPECT_NE(err_.find("cut off"), std::string::npos) << err_;
}

TEST_F(AuditCommandTest, HeadAndLinesGoTogether) {
  EXPECT_EQ(run({"audit", "verify", "--head", chain_.head}), 2);
  EXPECT_EQ(run({"audit", "verify", "--lines", "3"}), 2);
  EXPECT_EQ(run({"audit", "verify", "--head", chain_.head, "--lines", "0"}), 2);
  EXPECT_EQ(run({"audit"}), 2);
}

}  // namespace
}  // namespace parley::token_server
