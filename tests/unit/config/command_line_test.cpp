#include "common/config/command_line.hpp"

#include <gmock/gmock.h>

#include <CLI/CLI.hpp>
#include <sstream>

#include "tests/unit/config/support.hpp"

namespace parley::config {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

class CommandLineTest : public testing::Test {
 protected:
  CommandLine::Outcome parse(CommandLine& line, std::vector<const char*> arguments) {
    arguments.insert(arguments.begin(), "program");
    const auto none = [](const char*) { return std::optional<std::string>(); };
    return line.parse(static_cast<int>(arguments.size()), arguments.data(), {out_, err_, none});
  }
  CommandLine::Outcome parse(std::vector<const char*> arguments) {
    CommandLine line("token_server", "Mints access tokens.");
    return parse(line, std::move(arguments));
  }

  std::ostringstream out_, err_;
};

TEST_F(CommandLineTest, LoadsTheConfiguration) {
  const auto outcome = parse({"--config", kExample.c_str()});
  EXPECT_FALSE(outcome.exit_code);
  ASSERT_TRUE(outcome.config);
  EXPECT_EQ(outcome.config->token_server.listen, "127.0.0.1:4000");
  EXPECT_THAT(out_.str() + err_.str(), IsEmpty());
}

TEST_F(CommandLineTest, PrintsHelpAndVersion) {
  EXPECT_EQ(parse({"--help"}).exit_code, kExitOk);
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("Mints access tokens."), HasSubstr("--config"),
                                HasSubstr("--check-config"), HasSubstr("--version")));
  out_.str("");
  EXPECT_EQ(parse({"--version"}).exit_code, kExitOk);
  EXPECT_THAT(out_.str(), testing::MatchesRegex("token_server [0-9]+\\.[0-9]+\\.[0-9]+\n"));
  EXPECT_THAT(err_.str(), IsEmpty());
}

TEST_F(CommandLineTest, ChecksTheConfigurationOnly) {
  EXPECT_EQ(parse({"--check-config", "--config", kExample.c_str()}).exit_code, kExitOk);
  EXPECT_EQ(out_.str(), kExample + ": ok\n");
}

TEST_F(CommandLineTest, NamesTheRealSubcommandsWhereOneIsWrongOrMissing) {
  CommandLine line("chat_service", "Serves.");
  auto* user = line.options().add_subcommand("user", "People");
  user->require_subcommand(1);
  user->add_subcommand("list", "All of them");
  line.options().add_subcommand("check", "Looks");
  const std::pair<std::vector<const char*>, const char*> cases[] = {
      {{"chekc"}, "chat_service: there is no subcommand chekc; there are: user, check\n"},
      {{"user"}, "chat_service user: a subcommand is required, one of: list\n"},
      {{"user", "lsit"}, "chat_service user: there is no subcommand lsit; there are: list\n"},
      {{"--config", kExample.c_str(), "chekc"}, "there is no subcommand chekc"},
  };
  for (const auto& [words, said] : cases) {
    err_.str("");
    EXPECT_EQ(parse(line, words).exit_code, kExitBadConfig) << said;
    EXPECT_THAT(err_.str(), HasSubstr(said));
  }
  err_.str("");
  EXPECT_EQ(parse(line, {"check", "--no-such-option"}).exit_code, kExitBadConfig);
  EXPECT_THAT(err_.str(), HasSubstr("--no-such-option"));
}

TEST_F(CommandLineTest, RefusesWrongUsage) {
  for (const auto& arguments : std::vector<std::vector<const char*>>{
           {"--no-such-option"}, {"--config"}, {"a-word"}, {"--config", "a", "--config", "b"}}) {
    err_.str("");
    EXPECT_EQ(parse(arguments).exit_code, kExitBadConfig) << arguments[0];
    EXPECT_FALSE(err_.str().empty());
  }
  EXPECT_THAT(out_.str(), IsEmpty());
}

TEST_F(CommandLineTest, RefusesABadConfigurationInOneMessage) {
  EXPECT_EQ(parse({"--config", "/no/such/file.json"}).exit_code, kExitBadConfig);
  EXPECT_EQ(err_.str(),
            "token_server: refused the configuration in /no/such/file.json:\n"
            "  /no/such/file.json: expected a file that can be read, but there is no such file\n");
  EXPECT_THAT(out_.str(), IsEmpty());
}

TEST_F(CommandLineTest, AsksForAConfigurationWhenThereIsNone) {
  EXPECT_EQ(parse({}).exit_code, kExitBadConfig);
  EXPECT_THAT(err_.str(), AllOf(HasSubstr("--config FILE"), HasSubstr("account: expected")));
}

TEST_F(CommandLineTest, LetsAProgramDoWithoutAConfigurationAndAddOptions) {
  CommandLine line("demo_app", "Chats.", CommandLine::ConfigFile::optional);
  std::string user;
  line.options().add_option("--user", user);
  const auto outcome = parse(line, {"--user", "alice"});
  EXPECT_FALSE(outcome.exit_code);
  EXPECT_FALSE(outcome.config);
  EXPECT_EQ(user, "alice");
}

TEST_F(CommandLineTest, HasNothingToCheckWithoutAFileWhereItIsOptional) {
  CommandLine line("demo_app", "Chats.", CommandLine::ConfigFile::optional);
  EXPECT_EQ(parse(line, {"--check-config"}).exit_code, kExitBadConfig);
}

TEST_F(CommandLineTest, RefusesWhatTheProgramRefuses) {
  const auto refuse = [](const Config& config, const std::string& path) {
    return Problems{{config.accounts.at(0).key, "expected something else than " + path}};
  };
  for (const auto& arguments : std::vector<std::vector<const char*>>{
           {"--config", kExample.c_str()}, {"--config", kExample.c_str(), "--check-config"}}) {
    CommandLine line("token_server", "Mints access tokens.");
    line.also_check(refuse);
    err_.str("");
    EXPECT_EQ(parse(line, arguments).exit_code, kExitBadConfig);
    EXPECT_THAT(err_.str(), HasSubstr("  account: expected something else than " + kExample));
  }
}

/// A program with subcommands as token_server has them.
class SubcommandTest : public CommandLineTest {
 protected:
  SubcommandTest() {
    auto* key = line_.options().add_subcommand("key");
    key->require_subcommand(1);
    key->add_subcommand("add")->add_option("name", name_)->required();
    auto* inspect = line_.options().add_subcommand("inspect");
    inspect->add_option("file", name_);
    line_.needs_no_config(*inspect);
  }
  CommandLine line_{"token_server", "Mints access tokens."};
  std::string name_;
};

TEST_F(SubcommandTest, TakesTheConfigurationBeforeAndAfterTheName) {
  for (const auto& arguments :
       std::vector<std::vector<const char*>>{{"--config", kExample.c_str(), "key", "add", "shop"},
                                             {"key", "--config", kExample.c_str(), "add", "shop"},
                                             {"key", "add", "--config", kExample.c_str(), "shop"},
                                             {"key", "add", "shop", "--config", kExample.c_str()}}) {
    const auto outcome = parse(line_, arguments);
    EXPECT_FALSE(outcome.exit_code) << err_.str();
    EXPECT_TRUE(outcome.config);
    EXPECT_EQ(name_, "shop");
    EXPECT_EQ(line_.config_path(), kExample);
  }
}

TEST_F(SubcommandTest, WantsAConfigurationUnlessToldOtherwise) {
  EXPECT_EQ(parse(line_, {"key", "add", "shop"}).exit_code, kExitBadConfig);
  EXPECT_EQ(parse(line_, {}).exit_code, kExitBadConfig);
  const auto outcome = parse(line_, {"inspect", "token.txt"});
  EXPECT_FALSE(outcome.exit_code);
  EXPECT_FALSE(outcome.config);
  EXPECT_EQ(name_, "token.txt");
}

TEST_F(SubcommandTest, ChecksOnlyTheConfigurationItselfForSubcommands) {
  line_.also_check([](const Config&, const std::string&) { return Problems{{"a", "b"}}; });
  EXPECT_TRUE(parse(line_, {"--config", kExample.c_str(), "key", "add", "shop"}).config);
}

TEST_F(SubcommandTest, LoadsAConfigurationThatIsGivenWithoutNeed) {
  EXPECT_TRUE(parse(line_, {"inspect", "--config", kExample.c_str()}).config);
  EXPECT_EQ(parse(line_, {"inspect", "--config", "/no/such/file"}).exit_code, kExitBadConfig);
}

TEST_F(SubcommandTest, RefusesWrongUsage) {
  for (const auto& arguments : std::vector<std::vector<const char*>>{{"key"},
                                                                     {"key", "add"},
                                                                     {"key", "add", "a", "b"},
                                                                     {"key", "lend"},
                                                                     {"inspect", "--no-such-option"}})
    EXPECT_EQ(parse(line_, arguments).exit_code, kExitBadConfig) << arguments[0];
}

}  // namespace
}  // namespace parley::config
