#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <sys/wait.h>
#include <termios.h>

#include <csignal>
#include <functional>
#include <optional>

#include "common/base/random.hpp"
#include "tests/unit/token_sessions/command_fixture.hpp"
#include "token_server/audit/audit_log.hpp"
#include "token_server/sessions/passwords.hpp"
#include "token_server/sessions/user_admin.hpp"

namespace parley::token_server {
namespace {

class UserCommandTest : public CommandTest {
 protected:
  UserCommandTest() : CommandTest(make_user_command) {}

  std::vector<User> users() const {
    auto admin = UserAdmin::open(config_.token_server.database, system_clock(), nullptr);
    return admin.value()->list().value();
  }
  static bool is_password(const User& user, const std::string& password) {
    SecureRandom random;
    return Passwords(random).check(password, user.password).value().right;
  }
};

TEST_F(UserCommandTest, AddsAUserWithAPasswordFromAPipe) {
  EXPECT_EQ(run({"user", "add", "alice"}, "correct horse\nnot this line\n"), 0);
  const auto& database = config_.token_server.database;
  EXPECT_EQ(out_, "user \"alice\" is added (" + database + ")\n");
  EXPECT_EQ(err_, "token_server user: " + database + " is a new database: there was none\n");
  ASSERT_EQ(users().size(), 1u);
  EXPECT_EQ(users()[0].identity, "alice");
  EXPECT_TRUE(is_password(users()[0], "correct horse"));
  EXPECT_EQ(verify_audit_log(config_.token_server.audit_log).value().lines, 1u);
}

// From another directory a relative path is another file.
TEST_F(UserCommandTest, SaysWhichDatabaseARelativePathMeans) {
  ASSERT_EQ(run({"user", "add", "alice"}, "correct horse\n"), 0);
  const auto absolute = config_.token_server.database;
  config_.token_server.database = std::filesystem::relative(absolute).string();
  ASSERT_EQ(run({"user", "add", "bob"}, "correct horse\n"), 0);
  EXPECT_EQ(std::filesystem::path(out_.substr(out_.find('(') + 1, out_.rfind(')') - out_.find('(') - 1))
                .lexically_normal(),
            absolute);
  EXPECT_EQ(err_, "") << "it was there";
}

TEST_F(UserCommandTest, ALineMayEndInMoreThanOneWay) {
  EXPECT_EQ(run({"user", "add", "windows"}, "correct horse\r\n"), 0);
  EXPECT_EQ(run({"user", "add", "open"}, "correct horse"), 0);
  for (const auto& user : users()) EXPECT_TRUE(is_password(user, "correct horse")) << user.name;
}

TEST_F(UserCommandTest, DoesWhatItsActionsSay) {
  ASSERT_EQ(run({"user", "add", "alice", "--identity", "Alice"}, "correct horse\n"), 0);
  ASSERT_EQ(run({"user", "add", "bob"}, "correct horse\n"), 0);
  EXPECT_EQ(run({"user", "disable", "bob"}), 0);
  EXPECT_EQ(run({"user", "list"}), 0);
  EXPECT_EQ(out_, "alice\tAlice\tenabled\nbob\tbob\tdisabled\n");
  EXPECT_EQ(run({"user", "enable", "bob"}), 0);
  EXPECT_EQ(run({"user", "passwd", "alice"}, "battery staple\n"), 0);
  EXPECT_TRUE(is_password(users()[0], "battery staple"));
  EXPECT_FALSE(users()[1].disabled);
}

TEST_F(UserCommandTest, FailuresHaveWordsAndExitCodes) {
  ASSERT_EQ(run({"user", "add", "alice"}, "correct horse\n"), 0);
  struct Case {
    std::vector<std::string> words;
    std::string input;
    int code;
    const char* says;
  };
  const Case cases[] = {
      {{"user", "add", "alice"}, "never read\n", 1, "name: another user has it"},
      {{"user", "add", "bob"}, "short\n", 2, "at least 8 characters"},
      {{"user", "add", "bob"}, "", 2, "password: expected one line"},
      {{"user", "add", "bob"}, "\n", 2, "at least 8 characters"},
      {{"user", "add", "bob"}, std::string(100'000, 'x'), 2, "at most 1024 bytes"},
      {{"user", "add", "system"}, "correct horse\n", 2, "name"},
      {{"user", "add", "bob", "--identity", "alice"}, "correct horse\n", 1, "identity: another user has it"},
      {{"user", "passwd", "bob"}, "never read\n", 1, "there is no such user"},
      {{"user", "disable", "bob"}, "", 1, "there is no such user"},
      {{"user", "add"}, "", 2, "NAME is required"},
      {{"user"}, "", 2, "subcommand is required"},
      {{"user", "remove", "alice"}, "", 2, ""},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.words.back() + ": " + c.says);
    EXPECT_EQ(run(c.words, c.input), c.code);
    EXPECT_NE(err_.find(c.says), std::string::npos) << err_;
  }
  EXPECT_EQ(users().size(), 1u);
}

TEST_F(UserCommandTest, NeedsAConfiguration) {
  has_config_ = false;
  EXPECT_EQ(run({"user", "list"}), 2);
  EXPECT_NE(err_.find("--config"), std::string::npos);
}

TEST_F(UserCommandTest, ChangesNothingIfItCannotBeWrittenDown) {
  ASSERT_EQ(run({"user", "add", "alice"}, "correct horse\n"), 0);
  std::FILE* log = std::fopen(config_.token_server.audit_log.c_str(), "a");
  std::fputs("torn", log);
  std::fclose(log);
  EXPECT_EQ(run({"user", "disable", "alice"}), 1);
  EXPECT_NE(err_.find("audit log"), std::string::npos) << err_;
  EXPECT_FALSE(users()[0].disabled);
}

/// A child on a terminal of its own; this is the keyboard and the screen.
class Terminal {
 public:
  explicit Terminal(const std::function<int()>& program) {
    child_ = forkpty(&master_, nullptr, nullptr, nullptr);
    if (child_ == 0) {
      const int code = program();
      std::cout.flush();
      _exit(code);
    }
  }
  ~Terminal() {
    kill(child_, SIGKILL);
    waitpid(child_, nullptr, 0);
    close(master_);
  }

  /// True if `text` appears on the screen.
  bool wait_for(const std::string& text) {
    while (screen_.find(text, seen_) == std::string::npos)
      if (!read_more()) return false;
    seen_ = screen_.find(text, seen_) + text.size();
    return true;
  }
  void type(const std::string& text) {
    ASSERT_EQ(write(master_, text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  bool echoes() const {
    termios settings{};
    return tcgetattr(master_, &settings) == 0 && (settings.c_lflag & ECHO) != 0;
  }
  /// The wait status of the child after its end.
  int end() {
    while (read_more()) {
    }
    int status = -1;
    waitpid(child_, &status, 0);
    return status;
  }
  const std::string& screen() const { return screen_; }

 private:
  bool read_more() {
    pollfd ready{master_, POLLIN, 0};
    char buffer[1024];
    if (poll(&ready, 1, 20'000) != 1) return false;
    const auto count = read(master_, buffer, sizeof buffer);
    if (count <= 0) return false;
    screen_.append(buffer, static_cast<std::size_t>(count));
    return true;
  }

  int master_ = -1;
  pid_t child_ = -1;
  std::string screen_;
  std::size_t seen_ = 0;
};

class PasswordPrompt : public UserCommandTest {
 protected:
  std::unique_ptr<Terminal> start() {
    return std::make_unique<Terminal>([this] { return run_here({"user", "add", "alice"}); });
  }
};

TEST_F(PasswordPrompt, AsksTwiceAndShowsNothing) {
  const auto terminal = start();
  ASSERT_TRUE(terminal->wait_for("Password: "));
  EXPECT_FALSE(terminal->echoes());
  terminal->type("correct horse\n");
  ASSERT_TRUE(terminal->wait_for("Once more: "));
  terminal->type("correct horse\n");
  ASSERT_TRUE(terminal->wait_for("is added"));
  EXPECT_EQ(terminal->end(), 0);
  const auto& database = config_.token_server.database;
  EXPECT_EQ(terminal->screen(),
            "token_server user: " + database + " is a new database: there was none\r\n" +
                "Password: \r\nOnce more: \r\nuser \"alice\" is added (" + database + ")\r\n");
  EXPECT_TRUE(is_password(users()[0], "correct horse"));
}

TEST_F(PasswordPrompt, RefusesTwoThatDiffer) {
  const auto terminal = start();
  ASSERT_TRUE(terminal->wait_for("Password: "));
  terminal->type("correct horse\n");
  ASSERT_TRUE(terminal->wait_for("Once more: "));
  terminal->type("correct house\n");
  ASSERT_TRUE(terminal->wait_for("expected the same twice"));
  EXPECT_EQ(WEXITSTATUS(terminal->end()), 2);
  EXPECT_EQ(terminal->screen().find("correct"), std::string::npos);
  EXPECT_TRUE(users().empty());
}

TEST_F(PasswordPrompt, KeysThatEditTheLineWork) {
  const auto terminal = start();
  ASSERT_TRUE(terminal->wait_for("Password: "));
  terminal->type(
      "wrong\x15"
      "correct horsf\x7f"
      "e\n");  // ^U, backspace
  ASSERT_TRUE(terminal->wait_for("Once more: "));
  terminal->type("correct horse\n");
  ASSERT_TRUE(terminal->wait_for("is added"));
}

TEST_F(PasswordPrompt, TheEndOfInputIsNoPassword) {
  const auto terminal = start();
  ASSERT_TRUE(terminal->wait_for("Password: "));
  terminal->type("\x04");
  ASSERT_TRUE(terminal->wait_for("expected one line"));
  EXPECT_EQ(WEXITSTATUS(terminal->end()), 2);
}

/// A child that shares no session with its terminal, so the terminal's settings can be seen after its end,
/// and the child can be stopped as a shell's job.
class Job {
 public:
  explicit Job(const std::function<int()>& program) {
    if (openpty(&keyboard_, &terminal_, nullptr, nullptr, nullptr) != 0 || pipe(screen_) != 0) abort();
    child_ = fork();
    if (child_ != 0) return;
    setpgid(0, 0);
    dup2(terminal_, STDIN_FILENO);
    dup2(screen_[1], STDERR_FILENO);
    _exit(program());
  }
  ~Job() {
    kill(child_, SIGKILL);
    waitpid(child_, nullptr, 0);
    for (const int end : {keyboard_, terminal_, screen_[0], screen_[1]}) close(end);
  }

  bool wait_for(const std::string& text) {
    std::string screen;
    pollfd ready{screen_[0], POLLIN, 0};
    while (screen.find(text) == std::string::npos && poll(&ready, 1, 20'000) == 1) {
      char byte = 0;
      if (read(screen_[0], &byte, 1) != 1) return false;
      screen.push_back(byte);
    }
    return screen.find(text) != std::string::npos;
  }
  void type(const std::string& text) { EXPECT_GT(write(keyboard_, text.data(), text.size()), 0); }
  void send(int signal) { kill(child_, signal); }
  bool echoes() const {
    termios settings{};
    return tcgetattr(terminal_, &settings) == 0 && (settings.c_lflag & ECHO) != 0;
  }
  /// Until the child ended or was stopped.
  int wait_status() const {
    int status = -1;
    waitpid(child_, &status, WUNTRACED);
    return status;
  }

 private:
  int keyboard_ = -1, terminal_ = -1;
  int screen_[2] = {-1, -1};
  pid_t child_ = -1;
};

TEST_F(PasswordPrompt, ASignalEndsTheProgramAndGivesTheTerminalBack) {
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) {
    SCOPED_TRACE(number);
    Job job([this] { return run_here({"user", "add", "alice"}); });
    ASSERT_TRUE(job.wait_for("Password: "));
    EXPECT_FALSE(job.echoes());
    job.send(number);
    const int status = job.wait_status();
    ASSERT_TRUE(WIFSIGNALED(status));
    EXPECT_EQ(WTERMSIG(status), number);
    EXPECT_TRUE(job.echoes());
  }
}

TEST_F(PasswordPrompt, AStoppedProgramGivesTheTerminalBackAndAsksAgainLater) {
  Job job([this] { return run_here({"user", "add", "alice"}); });
  ASSERT_TRUE(job.wait_for("Password: "));
  job.send(SIGTSTP);
  ASSERT_TRUE(WIFSTOPPED(job.wait_status()));
  EXPECT_TRUE(job.echoes());
  job.send(SIGCONT);
  ASSERT_TRUE(job.wait_for("Password: "));
  EXPECT_FALSE(job.echoes());
  job.type("correct horse\n");
  ASSERT_TRUE(job.wait_for("Once more: "));
  job.type("correct horse\n");
  EXPECT_EQ(job.wait_status(), 0);
  EXPECT_TRUE(job.echoes());
  EXPECT_EQ(users().size(), 1u);
}

}  // namespace
}  // namespace parley::token_server
