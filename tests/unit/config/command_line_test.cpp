#include "common/config/command_line.hpp"

#include <gmock/gmock.h>

#include <CLI/CLI.hpp>
#include <sstream>

namespace parley::config {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string kExample = std::string(PARLEY_SOURCE_DIR) + "/config.example.json";

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
            "  /no/such/file.json: expected a file that can be read\n");
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

}  // namespace
}  // namespace parley::config
