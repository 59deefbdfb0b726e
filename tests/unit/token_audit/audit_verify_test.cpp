#include <algorithm>
#include <filesystem>
#include <functional>

#include "common/base/crypto.hpp"
#include "common/base/encoding.hpp"
#include "tests/unit/token_audit/audit_fixture.hpp"

namespace parley::token_server {
namespace {

using AuditVerify = AuditTest;
using Lines = std::vector<std::string>;

void replace(std::string& text, const std::string& from, const std::string& to) {
  ASSERT_NE(text.find(from), std::string::npos);
  text.replace(text.find(from), from.size(), to);
}

// What a forger would do who knows how it works.
void make_hash_anew(std::string& line) {
  const std::string body = line.substr(0, line.rfind(",\"hash\"")) + "}";
  line = body.substr(0, body.size() - 1) + ",\"hash\":\"" + hex_encode(as_bytes(sha256(body))) + "\"}";
}

TEST_F(AuditVerify, NamesTheFirstLineThatDoesNotFit) {
  struct Case {
    const char* name;
    std::function<void(Lines&)> tamper;
    const char* line;
  };
  const Case cases[] = {
      {"a changed letter", [](Lines& l) { replace(l[2], "login", "logon"); }, "line 3:"},
      {"a changed letter with a new hash",
       [](Lines& l) {
         replace(l[2], "login", "logon");
         make_hash_anew(l[2]);
       },
       "line 4:"},
      {"a changed hash", [](Lines& l) { l[0][l[0].size() - 3] ^= 1; }, "line 1:"},
      {"a line gone", [](Lines& l) { l.erase(l.begin() + 1); }, "line 2:"},
      {"the first line gone", [](Lines& l) { l.erase(l.begin()); }, "line 1:"},
      {"a line twice", [](Lines& l) { l.insert(l.begin() + 1, l[1]); }, "line 3:"},
      {"two lines changed places", [](Lines& l) { std::swap(l[1], l[2]); }, "line 2:"},
      {"an empty line", [](Lines& l) { l.insert(l.begin() + 3, ""); }, "line 4:"},
      {"something else", [](Lines& l) { l[4] = "hello"; }, "line 5:"},
      {"a line that is too long", [](Lines& l) { l[1] = std::string(100'000, 'x'); }, "line 2:"},
      {"another number",
       [](Lines& l) {
         replace(l[1], "\"seq\":2", "\"seq\":7");
         make_hash_anew(l[1]);
       },
       "line 2:"},
      {"a member twice",
       [](Lines& l) {
         replace(l[1], "\"seq\":2", "\"seq\":2,\"seq\":2");
         make_hash_anew(l[1]);
       },
       "line 2:"},
      {"no JSON, but a good hash",
       [](Lines& l) {
         l[1] = "hello,\"hash\":\"\"}";
         make_hash_anew(l[1]);
       },
       "line 2:"},
  };
  write_lines(5);
  const Lines good = lines();
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    auto changed = good;
    c.tamper(changed);
    set_lines(changed);
    const auto chain = verify_audit_log(path());
    ASSERT_FALSE(chain);
    EXPECT_EQ(chain.error().code, Errc::storage_error);
    EXPECT_NE(chain.error().message.find(c.line), std::string::npos) << chain.error().message;
    EXPECT_NE(chain.error().message.find(path()), std::string::npos);
  }
}

TEST_F(AuditVerify, NamesATornLastLine) {
  write_lines(3);
  const auto good = text();
  for (const std::size_t missing : {1, 20, 200}) {
    SCOPED_TRACE(missing);
    set_text(good.substr(0, good.size() - missing));
    const auto chain = verify_audit_log(path());
    ASSERT_FALSE(chain);
    EXPECT_NE(chain.error().message.find("line 3: expected a whole line"), std::string::npos)
        << chain.error().message;
  }
}

TEST_F(AuditVerify, AnEmptyFileIsAChain) {
  open();
  const auto chain = verify_audit_log(path()).value();
  EXPECT_EQ(chain.lines, 0u);
  EXPECT_EQ(chain.head, std::string(64, '0'));
}

TEST_F(AuditVerify, AMissingFileIsAFailureAndIsNotMade) {
  EXPECT_FALSE(verify_audit_log(path()));
  EXPECT_FALSE(std::filesystem::exists(path()));
}

TEST_F(AuditVerify, ADirectoryIsAFailure) {
  std::filesystem::create_directories(path());
  EXPECT_FALSE(verify_audit_log(path()));
}

TEST_F(AuditVerify, FindsANotedHeadAgain) {
  write_lines(3);
  const auto noted = verify_audit_log(path()).value();
  EXPECT_TRUE(verify_audit_log(path(), noted)) << "it is the last line";
  write_lines(2);
  EXPECT_EQ(verify_audit_log(path(), noted).value().lines, 5u);
}

TEST_F(AuditVerify, ANotedHeadShowsACutTail) {
  write_lines(3);
  const auto noted = verify_audit_log(path()).value();
  auto shorter = lines();
  shorter.pop_back();
  set_lines(shorter);
  EXPECT_TRUE(verify_audit_log(path())) << "the chain itself cannot show it";
  const auto chain = verify_audit_log(path(), noted);
  ASSERT_FALSE(chain);
  EXPECT_NE(chain.error().message.find("expected 3 lines"), std::string::npos) << chain.error().message;
}

TEST_F(AuditVerify, ANotedHeadShowsAChainThatWasWrittenAnew) {
  write_lines(3);
  const auto noted = verify_audit_log(path()).value();
  std::filesystem::remove(path());
  open()->append({.what = "nothing happened"}).value();
  write_lines(3);
  const auto chain = verify_audit_log(path(), noted);
  ASSERT_FALSE(chain);
  EXPECT_NE(chain.error().message.find("line 3:"), std::string::npos) << chain.error().message;
}

}  // namespace
}  // namespace parley::token_server
