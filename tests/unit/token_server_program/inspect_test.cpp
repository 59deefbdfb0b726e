#include "token_server/program/inspect.hpp"

#include <gmock/gmock.h>

#include <CLI/CLI.hpp>
#include <fstream>
#include <sstream>

#include "common/base/limits.hpp"
#include "common/protocol/token/access_token.hpp"
#include "token_server/program/command.hpp"

namespace parley::token_server {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

const std::string kAccount = "AC00000000000000000000000000000001";
const std::string kKeySid = "SK00000000000000000000000000000002";
const std::string kOldKeySid = "SK0000000000000000000000000000000e";
const std::string kSecret = "0123456789abcdefghijklmnopqrstuv";
const std::string kService = "IS00000000000000000000000000000003";
const WallTime kNow{std::chrono::seconds(1'735'689'600)};

token::TokenSpec spec() {
  return {.identity = "alice", .grants = {token::ChatGrant{.service_sid = kService}}};
}
std::string minted(const token::ApiKey& key = {kAccount, kKeySid, kSecret}, token::TokenSpec spec = spec()) {
  return *token::mint(key, spec, kNow);
}

config::Config configured() {
  config::Config config;
  config.accounts.push_back({.key = "account",
                             .account_sid = kAccount,
                             .api_key_sid = kKeySid,
                             .api_key_secret = kSecret,
                             .chat_service_sid = kService,
                             .previous_keys = {{kOldKeySid, "the old secret"}}});
  return config;
}

struct Run {
  int exit_code;
  std::string out, err;
};

Run run(const std::string& input, const std::optional<config::Config>& config, const std::string& file = "-",
        std::chrono::seconds after = std::chrono::minutes(18), bool terminal = false) {
  std::istringstream in(input);
  std::ostringstream out, err;
  const int exit_code = inspect(file, config, kNow + after, {in, out, err, terminal});
  return {exit_code, out.str(), err.str()};
}

TEST(Inspect, ReportsAGoodToken) {
  const auto result = run(minted(), configured());
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.out, R"(Token
  Algorithm     HS256
  Type          JWT
  Content type  twilio-fpa;v=1
  Token id      SK00000000000000000000000000000002-1735689600
  Identity      alice
  Account       AC00000000000000000000000000000001
  API key       SK00000000000000000000000000000002
  Grants        chat
  Chat service  IS00000000000000000000000000000003
  Issued        2025-01-01T00:00:00Z (18 min ago)
  Expires       2025-01-01T01:00:00Z (in 42 min)
  Life          1 h
  Signature     verified

Would be accepted.
)");
  EXPECT_THAT(result.err, IsEmpty());
}

TEST(Inspect, NumbersWhatItFindsAndSaysWhoRefusesTheToken) {
  token::TokenSpec hs384 = spec();
  hs384.algorithm = token::Algorithm::hs384;
  const auto result = run(minted({kAccount, kKeySid, kSecret + "\n"}, hs384) + "\n", configured(), "-",
                          std::chrono::hours(2));
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.out,
              AllOf(HasSubstr("  Signature     wrong\n"), HasSubstr("\nFindings\n  1. note (clients): "),
                    HasSubstr("\n  2. refused by chat_service (20102): alg is HS384"),
                    HasSubstr("\n  3. warning (Twilio): alg is HS384"),
                    HasSubstr("\n  4. refused by Twilio and chat_service (20107): The signature"),
                    HasSubstr("\n  5. refused by Twilio and chat_service (20104): It expired 1 h ago."),
                    HasSubstr("\n\nRefused.\n")));
}

TEST(Inspect, KeepsItsLinesWithinAHundredColumns) {
  const auto result = run(minted({kAccount, kKeySid, "wrong"}), configured());
  std::istringstream lines(result.out);
  for (std::string line; std::getline(lines, line);) {
    EXPECT_LE(line.size(), 100u) << line;
    EXPECT_FALSE(line.ends_with(" ")) << line;
  }
}

TEST(Inspect, NeverShowsTheTokenOrASecret) {
  for (const std::string& secret : {kSecret, kSecret + "\n", std::string("wrong")}) {
    const std::string token = minted({kAccount, kKeySid, secret});
    for (const auto& text : {token, "{\"token\":\"" + token + "\"}", token + "!", token.substr(0, 200)}) {
      const auto result = run(text, configured());
      for (const auto& shown : {result.out, result.err})
        EXPECT_THAT(shown, AllOf(Not(HasSubstr(kSecret)), Not(HasSubstr(token.substr(0, 20))),
                                 Not(HasSubstr(token.substr(100, 20))),
                                 Not(HasSubstr(token.substr(token.size() - 20)))));
    }
  }
  EXPECT_THAT(run(kSecret, configured()).out, Not(HasSubstr(kSecret)));
}

TEST(Inspect, SaysWithoutAConfigurationThatTheSignatureWasNotChecked) {
  const auto result = run(minted({kAccount, kKeySid, "any"}), std::nullopt);
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.out,
              AllOf(HasSubstr("  Signature     not checked\n"), HasSubstr("could not be checked.\n")));
}

TEST(Inspect, KnowsPreviousKeysAndEveryAccount) {
  config::Config config = configured();
  config.accounts.push_back({.key = "accounts[1]",
                             .name = "second",
                             .account_sid = "AC0000000000000000000000000000000a",
                             .api_key_sid = "SK0000000000000000000000000000000a",
                             .api_key_secret = "second",
                             .chat_service_sid = "IS0000000000000000000000000000000a",
                             .algorithm = "HS512"});
  EXPECT_EQ(run(minted({kAccount, kOldKeySid, "the old secret"}), config).exit_code, 0);
  const token::TokenSpec second{
      .identity = "bob",
      .algorithm = token::Algorithm::hs512,
      .grants = {token::ChatGrant{.service_sid = "IS0000000000000000000000000000000a"}}};
  const auto result = run(
      minted({"AC0000000000000000000000000000000a", "SK0000000000000000000000000000000a", "second"}, second),
      config);
  EXPECT_EQ(result.exit_code, 0) << result.out;
}

TEST(Inspect, MakesForeignTextHarmlessForTheTerminal) {
  token::TokenSpec hostile = spec();
  hostile.identity = "a\x1b[2J\n\u202E";
  EXPECT_THAT(run(minted({kAccount, kKeySid, kSecret}, hostile), configured()).out,
              HasSubstr("  Identity      a\\x1b[2J\\x0a\\xe2\\x80\\xae\n"));
}

TEST(Inspect, ReadsAFile) {
  const std::string path = testing::TempDir() + "inspect_token.txt";
  std::ofstream(path) << minted() << "\n";
  EXPECT_EQ(run("", configured(), path).exit_code, 0);
  std::remove(path.c_str());
  const auto missing = run("", configured(), path);
  EXPECT_EQ(missing.exit_code, 2);
  EXPECT_EQ(missing.err, "token_server inspect: " + path + ": it cannot be opened\n");
  EXPECT_EQ(run("", configured(), testing::TempDir()).exit_code, 2);
}

TEST(Inspect, BoundsWhatItReads) {
  const auto most = run(std::string(limits::kHttpBodyBytes, 'x'), configured());
  EXPECT_EQ(most.exit_code, 1);
  const auto more = run(std::string(limits::kHttpBodyBytes + 1, 'x'), configured());
  EXPECT_EQ(more.exit_code, 2);
  EXPECT_THAT(more.err, HasSubstr("expected a token"));
}

TEST(Inspect, AsksForOneLineOnATerminal) {
  const auto result = run(minted() + "\nmore", configured(), "", std::chrono::seconds(1), true);
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.err, StartsWith("Paste the token"));
}

TEST(Inspect, RefusesAnEmptyInput) {
  const auto result = run("", configured());
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.out, HasSubstr("(20101): There is no token"));
}

TEST(InspectCommand, TakesItsFileFromTheCommandLine) {
  const std::string path = testing::TempDir() + "inspect_command_token.txt";
  std::ofstream(path) << "hello";
  CLI::App program;
  const auto command = make_inspect_command();
  const CLI::App& parser = command->add_to(program);
  program.parse("inspect " + path);
  EXPECT_TRUE(parser.parsed());
  testing::internal::CaptureStdout();
  EXPECT_EQ(command->run(std::nullopt), 1);
  EXPECT_THAT(testing::internal::GetCapturedStdout(), HasSubstr("not an access token"));
  std::remove(path.c_str());
}

}  // namespace
}  // namespace parley::token_server
