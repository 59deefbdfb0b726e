#include <gmock/gmock.h>

#include <csignal>
#include <thread>

#include "tests/integration/chat_service/program_fixture.hpp"

namespace parley::support {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

/// The commands, on a database that a service has made.
class ChatCommands : public ChatProgram {
 protected:
  ChatCommands() {
    ChildProcess running(with_config());
    ready_url(running);
  }

  struct Outcome {
    std::optional<int> code;
    std::string out;
    std::string err;
  };
  Outcome run(std::vector<std::string> words) const {
    words.insert(words.begin(), program());
    ChildProcess running(words);
    Outcome outcome{.code = running.exit_code(), .out = {}, .err = {}};
    outcome.out = running.rest_of_output();
    outcome.err = running.error_output();
    return outcome;
  }
  std::string database() const { return folder() + "/chat.db"; }
};

TEST_F(ChatCommands, WorkOnTheDatabaseOfTheConfigurationOrTheCommandLine) {
  for (const auto& where : {std::vector<std::string>{"--config", write_config()},
                            std::vector<std::string>{"--database", database()}}) {
    auto words = where;
    words.push_back("check");
    const auto checked = run(words);
    EXPECT_EQ(checked.code, 0) << checked.err;
    EXPECT_EQ(checked.out, database() + ": ok\n");
  }
  const auto nowhere = run({"user", "list"});
  EXPECT_EQ(nowhere.code, 2);
  EXPECT_THAT(nowhere.err, HasSubstr("expected --config FILE or --database PATH"));
}

TEST_F(ChatCommands, BackUpCheckExportAndImportWhileTheServiceRuns) {
  ChildProcess running(with_config());
  ready_url(running);
  const auto backup = folder() + "/backup.db";
  const auto done = run({"--database", database(), "backup", backup, "--media", folder() + "/backup.media"});
  EXPECT_EQ(done.code, 0) << done.err;
  EXPECT_THAT(done.out, HasSubstr("is complete and checked"));
  EXPECT_EQ(run({"--database", database(), "check", backup}).code, 0);

  const auto text = run({"--database", database(), "export", "-"});
  EXPECT_EQ(text.code, 0) << text.err;
  EXPECT_THAT(text.out, StartsWith("{\"parley_export\":1,"));
  const auto file = folder() + "/all.jsonl";
  EXPECT_EQ(run({"--database", database(), "export", file}).code, 0);
  const auto imported = run({"--database", folder() + "/new.db", "import", file});
  EXPECT_EQ(imported.code, 0) << imported.err;
  EXPECT_EQ(run({"--database", folder() + "/new.db", "export", "-"}).out, text.out);
}

TEST_F(ChatCommands, WorkOnADatabaseThatIsNamedWithoutADirectory) {
  const auto in_folder = [this](std::vector<std::string> words) {
    words.insert(words.begin(), {"/bin/sh", "-c", "cd \"$0\" && exec \"$@\"", folder(), program()});
    return words;
  };
  ChildProcess running(in_folder({"--config", write_config(), "--database", "bare.db"}));
  EXPECT_EQ(ask(ready_url(running), "/readyz").status, 200);
  EXPECT_TRUE(std::filesystem::is_socket(folder() + "/bare.db-admin"));
  ChildProcess listing(in_folder({"--database", "bare.db", "user", "list"}));
  EXPECT_EQ(listing.exit_code(), 0) << listing.error_output();
  ChildProcess backup(in_folder({"--database", "bare.db", "backup", "copy.db"}));
  EXPECT_EQ(backup.exit_code(), 0) << backup.error_output();
  EXPECT_TRUE(std::filesystem::exists(folder() + "/copy.db"));
  running.signal(SIGTERM);
  EXPECT_EQ(running.exit_code(), 0);
  EXPECT_FALSE(std::filesystem::exists(folder() + "/bare.db-admin"));
}

TEST_F(ChatCommands, ImportIsRefusedWhileAServiceRuns) {
  ChildProcess running(with_config());
  ready_url(running);
  const auto file = folder() + "/all.jsonl";
  EXPECT_EQ(run({"--database", database(), "export", file}).code, 0);
  const auto refused = run({"--database", database(), "import", file});
  EXPECT_EQ(refused.code, 1);
  EXPECT_EQ(refused.err, "chat_service import: database: " + database() +
                             ": another service or a command that writes is using it\n");
}

TEST_F(ChatCommands, NoServiceStartsWhileAnImportRuns) {
  const auto fresh = folder() + "/fresh.db";
  ChildProcess import({program(), "--database", fresh, "import", "-"}, ChildProcess::Input::pipe);
  while (!std::filesystem::exists(fresh)) std::this_thread::yield();  // it has the lock by then
  ChildProcess refused(with_config({"--database", fresh}));
  EXPECT_EQ(refused.exit_code(), 1);
  EXPECT_THAT(refused.error_output(), HasSubstr("another service or a command that writes is using it"));
  import.close_input();
  EXPECT_EQ(import.exit_code(), 1);
  EXPECT_THAT(import.error_output(), HasSubstr("expected an export"));
  ChildProcess running(with_config({"--database", fresh}));
  EXPECT_EQ(ask(ready_url(running), "/readyz").status, 200);
}

TEST_F(ChatCommands, CheckTakesAFileAlone) {
  const auto checked = run({"check", database()});
  EXPECT_EQ(checked.code, 0) << checked.err;
  EXPECT_EQ(checked.out, database() + ": ok\n");
  EXPECT_EQ(checked.err, "") << "nothing is drawn where nobody looks";
}

TEST_F(ChatCommands, SayOnATerminalHowFarTheyAre) {
  const std::string command = program() + " check " + database();
  ChildProcess on_terminal({"/usr/bin/script", "-qec", command, "/dev/null"});
  EXPECT_EQ(on_terminal.exit_code(), 0);
  const auto seen = on_terminal.rest_of_output();
  EXPECT_THAT(seen, HasSubstr("\rchat_service check: looking at the pages of the file"));
  EXPECT_THAT(seen, HasSubstr(database() + ": ok"));
}

TEST_F(ChatCommands, ASignalEndsALongCommandWithoutHarm) {
  const std::pair<int, int> cases[] = {{SIGINT, 130}, {SIGTERM, 143}, {SIGHUP, 129}};
  for (const auto& [signal, code] : cases) {
    const auto fresh = folder() + "/fresh.db";
    ChildProcess import({program(), "--database", fresh, "import", "-"}, ChildProcess::Input::pipe);
    while (!std::filesystem::exists(fresh)) std::this_thread::yield();  // it waits for its input by then
    import.signal(signal);
    EXPECT_EQ(import.exit_code(), code);
    EXPECT_EQ(import.error_output(), "chat_service import: interrupted; nothing is left half done\n");
    EXPECT_FALSE(std::filesystem::exists(fresh));
  }
}

TEST_F(ChatCommands, ImportSaysWhatFilesOfMessagesAreMissing) {
  const auto medium =
      R"({"table":"media","row":{"id":1,"sid":"ME1","service_sid":"IS1","author":"alice","category":"media",)"
      R"("filename":"a.png","content_type":"image/png","size":9,"blob":")" +
      std::string(64, 'a') +
      R"(","conversation_id":null,"message_sid":null,"position":0,"date_created":1,"date_updated":1}})";
  const auto exported = run({"--database", database(), "export", "-"}).out;
  const auto header = exported.substr(0, exported.find('\n'));
  const auto file = folder() + "/all.jsonl";
  std::ofstream(file) << header << "\n" << medium << "\n{\"rows\":1}\n";
  const auto fresh = folder() + "/new/place/fresh.db";
  const auto imported = run({"--database", fresh, "import", file});
  EXPECT_EQ(imported.code, 0) << imported.err;
  EXPECT_THAT(imported.err,
              HasSubstr("media: 1 files of messages are missing in " + fresh + ".media: copy there"));
}

TEST_F(ChatCommands, SayWhichFileIsWrongAndWhatToDo) {
  const auto text = folder() + "/text", cut = folder() + "/cut.db";
  std::ofstream(text) << std::string(10'000, 'x');
  ASSERT_EQ(run({"--database", database(), "backup", cut}).code, 0);  // all in one file
  std::filesystem::resize_file(cut, std::filesystem::file_size(cut) / 2);
  const std::pair<std::string, const char*> cases[] = {
      {text, "it is not an SQLite database"},
      {cut, "it is damaged or was cut off; a backup"},
      {folder(), "it is a directory, expected a file"},
      {folder() + "/none.db", "there is no such file; chat_service makes it"},
  };
  for (const auto& [path, message] : cases) {
    const auto said = run({"check", path});
    EXPECT_EQ(said.code, 1) << path;
    EXPECT_THAT(said.err, HasSubstr("database: " + path + ": " + message));
    if (path.ends_with("none.db")) continue;  // a service makes it
    ChildProcess serving(with_config({"--database", path}));
    EXPECT_EQ(serving.exit_code(), 1);
    EXPECT_THAT(serving.error_output(), HasSubstr("database: " + path + ": " + message));
  }
}

TEST_F(ChatCommands, NameWhatIsReallyThere) {
  const auto command = run({"--database", database(), "chekc"});
  EXPECT_EQ(command.code, 2);
  EXPECT_THAT(command.err, HasSubstr("no subcommand chekc; there are: user, channel, "));
  const auto service = run({"--database", database(), "user", "list", "--service", "nonsense"});
  EXPECT_EQ(service.code, 1);
  EXPECT_THAT(service.err, HasSubstr("service: there is no nonsense in the database"));
}

TEST_F(ChatCommands, SayWhatWentWrong) {
  const auto missing = run({"--database", folder() + "/none.db", "check"});
  EXPECT_EQ(missing.code, 1);
  EXPECT_THAT(missing.err, HasSubstr("there is no such file"));
  const auto unknown = run({"--database", database(), "channel", "delete", "nowhere"});
  EXPECT_EQ(unknown.code, 1);
  EXPECT_THAT(unknown.err, HasSubstr("there is no such channel"));
  for (const char* command : {"block", "unblock"}) {
    const auto nobody = run({"--database", database(), "user", command, "nobody", "mallory"});
    EXPECT_EQ(nobody.code, 1);
    EXPECT_THAT(nobody.err, HasSubstr(std::string("user ") + command + ": there is no such user"));
    EXPECT_EQ(run({"--database", database(), "user", command, "alice"}).code, 2) << "whom?";
  }
  EXPECT_THAT(run({"--database", database(), "user", "blocked", "nobody"}).err,
              HasSubstr("there is no such user"));
  EXPECT_EQ(run({"--database", database(), "export", "-", "--no-such-option"}).code, 2);
  const auto too_long = run({"--database", database(), "export", std::string(300, 'x')});
  EXPECT_EQ(too_long.code, 1);
  EXPECT_THAT(too_long.err, HasSubstr("it cannot be made"));
}

}  // namespace
}  // namespace parley::support
