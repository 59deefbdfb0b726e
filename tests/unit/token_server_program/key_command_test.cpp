#include <gmock/gmock.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "common/base/crypto.hpp"
#include "common/base/encoding.hpp"
#include "common/config/keys_file.hpp"
#include "token_server/audit/audit_log.hpp"
#include "token_server/program/command.hpp"
#include "token_server/program/keys_file_change.hpp"

namespace parley::token_server {
namespace {

namespace fs = std::filesystem;
using config::BackendKey;
using config::BackendKeyCallers;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// A stream's text is kept as long as this lives.
class Captured {
 public:
  explicit Captured(std::ostream& stream) : stream_(stream), before_(stream.rdbuf(kept_.rdbuf())) {}
  ~Captured() { stream_.rdbuf(before_); }
  std::string text() const { return kept_.str(); }

 private:
  std::ostringstream kept_;
  std::ostream& stream_;
  std::streambuf* before_;
};

class KeyCommandTest : public testing::Test {
 protected:
  KeyCommandTest()
      : directory_(
            fs::path(testing::TempDir()) /
            ("parley_keys_" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()))) {
    fs::remove_all(directory_);
    settings().audit_log = (directory_ / "audit.log").string();
    settings().callers = {{.key = "token_server.callers[0]", .who = BackendKeyCallers{{}, file()}}};
  }
  ~KeyCommandTest() override { fs::remove_all(directory_); }

  config::TokenServer& settings() { return config_.token_server; }
  std::string file(const char* name = "deep/keys.json") const { return (directory_ / name).string(); }
  BackendKeyCallers& backends(std::size_t i = 0) {
    return std::get<BackendKeyCallers>(settings().callers.at(i).who);
  }

  /// Runs the command line and keeps what it prints; the configuration is as if read just before.
  int run(std::vector<std::string> arguments) {
    read_files();
    CLI::App program;
    const auto command = make_key_command();
    command->add_to(program);
    std::reverse(arguments.begin(), arguments.end());
    program.parse(arguments);
    const Captured out(std::cout), err(std::cerr);
    const int exit_code = command->run(config_);
    out_ = out.text();
    err_ = err.text();
    return exit_code;
  }
  std::vector<BackendKey> keys_in(const std::string& path) const {
    const auto keys = config::read_keys_file(path, path);
    EXPECT_TRUE(keys) << config::describe(keys.error());
    return keys ? *keys : std::vector<BackendKey>{};
  }

  const fs::path directory_;
  config::Config config_;
  std::string out_, err_;

 private:
  void read_files() {
    for (auto& entry : settings().callers) {
      auto* backends = std::get_if<BackendKeyCallers>(&entry.who);
      if (!backends || backends->keys_file.empty()) continue;
      std::erase_if(backends->keys,
                    [](const BackendKey& key) { return key.key.find("keys_file") != key.key.npos; });
      auto more = config::read_keys_file(backends->keys_file, entry.key + ".keys_file");
      ASSERT_TRUE(more);
      backends->keys.insert(backends->keys.end(), more->begin(), more->end());
    }
  }
};

TEST_F(KeyCommandTest, MakesAKeyAndKeepsItsHash) {
  ASSERT_EQ(
      run({"key", "add", "shop", "--identity", "shop-*", "--identity", "bot", "--requests-per-minute", "30"}),
      0);
  EXPECT_THAT(out_, testing::MatchesRegex("pk_[A-Za-z0-9_-]{43}\n"));
  EXPECT_THAT(err_, HasSubstr("SIGHUP"));
  EXPECT_THAT(err_, HasSubstr(fs::absolute(file()).string() + " is a new file"));
  const std::string key = out_.substr(0, out_.size() - 1);
  const auto keys = keys_in(file());
  ASSERT_EQ(keys.size(), 1u);
  EXPECT_EQ(keys[0].name, "shop");
  EXPECT_EQ(keys[0].sha256, hex_encode(as_bytes(sha256(key))));
  EXPECT_THAT(keys[0].identities, ElementsAre("shop-*", "bot"));
  EXPECT_EQ(keys[0].requests_per_minute, 30u);
  std::ifstream content(file());
  EXPECT_THAT(std::string(std::istreambuf_iterator<char>(content), {}), Not(HasSubstr(key)));
  EXPECT_THAT(err_, Not(HasSubstr(key)));
}

TEST_F(KeyCommandTest, MakesADifferentKeyEachTime) {
  ASSERT_EQ(run({"key", "add", "a"}), 0);
  const auto first = out_;
  ASSERT_EQ(run({"key", "add", "b"}), 0);
  EXPECT_NE(out_, first);
  EXPECT_EQ(keys_in(file()).size(), 2u);
}

TEST_F(KeyCommandTest, WritesDownWhatChanged) {
  ASSERT_EQ(run({"key", "add", "shop"}), 0);
  ASSERT_EQ(run({"key", "revoke", "shop"}), 0);
  const auto chain = verify_audit_log(settings().audit_log);
  ASSERT_TRUE(chain);
  EXPECT_EQ(chain->lines, 2u);
  std::ifstream content(settings().audit_log);
  EXPECT_THAT(std::string(std::istreambuf_iterator<char>(content), {}),
              AllOf(HasSubstr("key_added"), HasSubstr("key_revoked")));
}

TEST_F(KeyCommandTest, ChangesNothingThatCannotBeWrittenDown) {
  fs::create_directories(settings().audit_log);  // a directory cannot be opened as a log
  EXPECT_EQ(run({"key", "add", "shop"}), 1);
  EXPECT_EQ(out_, "");
  EXPECT_FALSE(fs::exists(file()));
}

#ifndef _WIN32
TEST_F(KeyCommandTest, ClosesTheFileToOthers) {
  ASSERT_EQ(run({"key", "add", "shop"}), 0);
  EXPECT_EQ(fs::status(file()).permissions(), fs::perms(0600));
  fs::permissions(file(), fs::perms(0644));
  ASSERT_EQ(run({"key", "add", "crm"}), 0);
  EXPECT_EQ(fs::status(file()).permissions(), fs::perms(0640)) << "the group goes on reading";
}

TEST_F(KeyCommandTest, FollowsALinkToTheFile) {
  ASSERT_EQ(run({"key", "add", "shop"}), 0);
  fs::create_symlink(file(), file("link.json"));
  backends() = {{}, file("link.json")};
  ASSERT_EQ(run({"key", "add", "crm"}), 0);
  EXPECT_TRUE(fs::is_symlink(file("link.json")));
  EXPECT_EQ(keys_in(file()).size(), 2u);
}
#endif

TEST_F(KeyCommandTest, PrintsAnEntryToPasteWithoutAFile) {
  for (const bool has_entry : {true, false}) {
    settings().callers = {};
    if (has_entry) settings().callers = {{.key = "token_server.callers[0]", .who = BackendKeyCallers{}}};
    ASSERT_EQ(run({"key", "add", "shop", "--identity", "a\"b"}), 0);
    const auto end = out_.find('\n');
    const auto pasted = config::parse_keys("[" + out_.substr(end) + "]", "list");
    ASSERT_TRUE(pasted) << out_;
    EXPECT_EQ(pasted->at(0).sha256, hex_encode(as_bytes(sha256(out_.substr(0, end)))));
    EXPECT_THAT(pasted->at(0).identities, ElementsAre("a\"b"));
    EXPECT_THAT(err_, HasSubstr("put the second line into"));
    EXPECT_FALSE(fs::exists(directory_));
  }
}

TEST_F(KeyCommandTest, RefusesWhatAConfigurationWouldRefuse) {
  struct Case {
    std::vector<std::string> arguments;
    const char* words;
  };
  for (const auto& c :
       std::vector<Case>{{{"key", "add", "two words"}, "NAME: expected 1 to 64 letters"},
                         {{"key", "add", "a", "--identity", ""}, "--identity: expected"},
                         {{"key", "add", "a", "--identity", "b", "--identity", "b"}, "none twice"},
                         {{"key", "add", "a", "--entry", "1"}, "--entry: expected an entry"}}) {
    EXPECT_EQ(run(c.arguments), 2);
    EXPECT_THAT(err_, HasSubstr(c.words));
    EXPECT_EQ(out_, "");
  }
  EXPECT_THROW(run({"key", "add", "a", "--requests-per-minute", "0"}), CLI::ParseError);
  EXPECT_FALSE(fs::exists(file()));
}

TEST_F(KeyCommandTest, RefusesANameThatIsTaken) {
  ASSERT_EQ(run({"key", "add", "shop"}), 0);
  EXPECT_EQ(run({"key", "add", "shop"}), 1);
  EXPECT_THAT(err_, HasSubstr("there is a key with this name already"));
  backends().keys.push_back({.name = "inline", .sha256 = "", .key = "token_server.callers[0].keys[0]"});
  EXPECT_EQ(run({"key", "add", "inline"}), 1);
  EXPECT_EQ(out_, "");
  EXPECT_EQ(keys_in(file()).size(), 1u);
}

TEST_F(KeyCommandTest, AsksWhichFileIfThereAreSeveral) {
  settings().callers.push_back(
      {.key = "token_server.callers[1]", .who = BackendKeyCallers{{}, file("b.json")}});
  EXPECT_EQ(run({"key", "add", "shop"}), 2);
  EXPECT_THAT(err_, HasSubstr("expected --entry INDEX"));
  EXPECT_EQ(run({"key", "add", "shop", "--entry", "1"}), 0);
  EXPECT_EQ(keys_in(file("b.json")).size(), 1u);
  EXPECT_EQ(run({"key", "revoke", "shop"}), 0);
  EXPECT_THAT(keys_in(file("b.json")), IsEmpty());
}

TEST_F(KeyCommandTest, RevokesByName) {
  ASSERT_EQ(run({"key", "add", "a"}), 0);
  ASSERT_EQ(run({"key", "add", "b"}), 0);
  EXPECT_EQ(run({"key", "revoke", "a"}), 0);
  EXPECT_THAT(err_, HasSubstr("SIGHUP"));
  ASSERT_EQ(keys_in(file()).size(), 1u);
  EXPECT_EQ(keys_in(file())[0].name, "b");
  EXPECT_EQ(run({"key", "revoke", "a"}), 1);
  EXPECT_THAT(err_, HasSubstr("there is no key with this name"));
  backends().keys.push_back({.name = "inline", .sha256 = "", .key = "token_server.callers[0].keys[0]"});
  EXPECT_EQ(run({"key", "revoke", "inline"}), 1);
  EXPECT_THAT(err_, HasSubstr("take it out of token_server.callers[0].keys[0]"));
}

TEST_F(KeyCommandTest, ListsWhatItKnowsAboutKeysAndNoMore) {
  ASSERT_EQ(run({"key", "add", "shop", "--identity", "shop-*", "--requests-per-minute", "30"}), 0);
  ASSERT_EQ(run({"key", "add", "crm"}), 0);
  const auto hash = keys_in(file())[0].sha256;
  ASSERT_EQ(run({"key", "list"}), 0);
  EXPECT_THAT(out_,
              AllOf(HasSubstr("NAME"), HasSubstr("shop-*"), HasSubstr(" 30 "), HasSubstr(hash.substr(0, 8)),
                    Not(HasSubstr(hash.substr(0, 9))), HasSubstr("token_server.callers[0].keys_file[1]")));
  EXPECT_EQ(std::count(out_.begin(), out_.end(), '\n'), 3);
}

TEST_F(KeyCommandTest, WantsAConfiguration) {
  CLI::App program;
  const auto command = make_key_command();
  command->add_to(program);
  program.parse("key list");
  const Captured err(std::cerr);
  EXPECT_EQ(command->run({}), 2);
  EXPECT_THAT(err.text(), HasSubstr("--config FILE"));
}

TEST_F(KeyCommandTest, LeavesAFileAloneThatIsNoListOfKeys) {
  fs::create_directories(directory_);
  std::ofstream(file("bad.json")) << "{\"a\": 1}";
  const auto changed = change_keys_file(file("bad.json"), [](auto&) -> Result<void> { return {}; });
  ASSERT_FALSE(changed);
  EXPECT_EQ(changed.error().code, Errc::invalid_config);
  EXPECT_EQ(fs::file_size(file("bad.json")), 8u);
}

TEST_F(KeyCommandTest, LosesNoKeyOfTwoWritersAtATime) {
  constexpr int kEach = 25;
  const auto add_many = [&](const std::string& prefix) {
    for (int i = 0; i < kEach; ++i) {
      const BackendKey key{.name = prefix + std::to_string(i), .sha256 = std::string(64, 'a')};
      EXPECT_TRUE(change_keys_file(file(), [&](auto& keys) -> Result<void> {
        keys.push_back(key);
        return {};
      }));
    }
  };
  std::thread one([&] { add_many("one-"); }), two([&] { add_many("two-"); });
  one.join();
  two.join();
  EXPECT_EQ(keys_in(file()).size(), 2u * kEach);
  EXPECT_FALSE(fs::exists(file() + ".new"));
}

}  // namespace
}  // namespace parley::token_server
