#include "token_server/audit/audit_log.hpp"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <thread>

#include "common/base/crypto.hpp"
#include "common/base/encoding.hpp"
#include "tests/unit/token_audit/audit_fixture.hpp"
#include "token_server/audit/append_file.hpp"

namespace parley::token_server {
namespace {

namespace fs = std::filesystem;

using AuditLogTest = AuditTest;

TEST_F(AuditLogTest, WritesLinesThatAnybodyCanCheck) {
  const auto log = open();
  ASSERT_TRUE(log->append(
      {.what = "login", .caller = "id:ab", .identity = "id:cd", .address = "192.0.2.1", .outcome = "ok"}));
  ASSERT_TRUE(log->append({.what = "user_added"}));
  std::string previous(64, '0');
  int seq = 0;
  for (const auto& line : lines()) {
    auto object = nlohmann::ordered_json::parse(line);
    EXPECT_EQ(object["seq"], ++seq);
    EXPECT_EQ(object["prev"], previous);
    previous = object["hash"];
    object.erase("hash");
    EXPECT_EQ(hex_encode(as_bytes(sha256(object.dump()))), previous);
  }
  const auto first = nlohmann::ordered_json::parse(lines()[0]);
  EXPECT_EQ(first["event"], "login");
  EXPECT_EQ(first["caller"], "id:ab");
  EXPECT_EQ(first["identity"], "id:cd");
  EXPECT_EQ(first["address"], "192.0.2.1");
  EXPECT_EQ(first["outcome"], "ok");
  EXPECT_EQ(first["time"].get<std::string>().size(), 24u);
}

TEST_F(AuditLogTest, GoesOnWhereItEnded) {
  write_lines(2);
  write_lines(2);
  const auto chain = verify_audit_log(path()).value();
  EXPECT_EQ(chain.lines, 4u);
  EXPECT_EQ(nlohmann::json::parse(lines()[3])["hash"], chain.head);
}

TEST_F(AuditLogTest, TheFileAndItsDirectoryAreItsOwnersOnly) {
  write_lines(1);
  EXPECT_EQ(fs::status(path()).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_EQ(fs::status(fs::path(path()).parent_path()).permissions(), fs::perms::owner_all);
}

TEST_F(AuditLogTest, AFileThatOthersCouldReadIsNarrowed) {
  write_lines(1);
  fs::permissions(path(), fs::perms::group_read | fs::perms::others_read, fs::perm_options::add);
  write_lines(1);
  EXPECT_EQ(fs::status(path()).permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(AuditLogTest, ADirectoryThatIsThereKeepsItsPermissions) {
  const auto directory = fs::path(path()).parent_path();
  fs::create_directory(directory);
  const auto before = fs::status(directory).permissions();
  write_lines(1);
  EXPECT_EQ(fs::status(directory).permissions(), before);
}

TEST_F(AuditLogTest, RefusesAFileWhoseLastLineIsNotALink) {
  write_lines(2);
  const std::string good = text();
  struct Case {
    const char* name;
    std::string text;
  };
  const Case cases[] = {
      {"torn", good.substr(0, good.size() - 10)},
      {"torn before its end", good.substr(0, good.size() - 1)},
      {"one byte", "x"},
      {"an empty line", good + "\n"},
      {"not JSON", good + "hello\n"},
      {"changed", good.substr(0, good.size() - 5) + "0\"}\n"},
      {"too long", std::string(20'000, 'x') + "\n"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    set_text(c.text);
    const auto log = AuditLog::open(path(), system_clock());
    ASSERT_FALSE(log);
    EXPECT_EQ(log.error().code, Errc::storage_error);
    EXPECT_NE(log.error().message.find("audit verify"), std::string::npos) << log.error().message;
    EXPECT_EQ(text(), c.text);
  }
}

TEST_F(AuditLogTest, RefusesWhatCannotBeAFile) {
  fs::create_directories(path());
  EXPECT_EQ(AuditLog::open(path(), system_clock()).error().code, Errc::storage_error);
  EXPECT_EQ(AuditLog::open("/proc/no/such/file", system_clock()).error().code, Errc::storage_error);
}

TEST_F(AuditLogTest, NoticesLinesThatWereCutOffUnderIt) {
  write_lines(3);
  const auto log = open();
  auto shorter = lines();
  shorter.pop_back();
  set_lines(shorter);
  const auto written = log->append({.what = "login"});
  ASSERT_FALSE(written);
  EXPECT_NE(written.error().message.find("shorter"), std::string::npos);
  EXPECT_EQ(lines(), shorter);
}

TEST_F(AuditLogTest, AppendsNothingToAFileThatIsGone) {
  struct Case {
    const char* name;
    std::function<void()> harm;
  };
  const Case cases[] = {
      {"moved", [&] { fs::rename(path(), path() + ".1"); }},
      {"replaced by an empty file", [&] { fs::rename(path(), path() + ".1"), set_text(""); }},
      {"replaced by a copy",
       [&] { fs::rename(path(), path() + ".1"), fs::copy_file(path() + ".1", path()); }},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto log = open();
    log->append({.what = "login"}).value();
    c.harm();
    const auto before = fs::exists(path()) ? text() : "";
    const auto written = log->append({.what = "login"});
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().code, Errc::storage_error);
    EXPECT_EQ(written.error().message, path() + ": was moved or deleted: restart or put it back");
    EXPECT_EQ(fs::exists(path()) ? text() : "", before);
    fs::rename(path() + ".1", path());
    EXPECT_TRUE(log->append({.what = "login"})) << "it was put back";
  }
  const auto log = open();
  fs::remove(path());
  EXPECT_FALSE(log->append({.what = "login"}));
  EXPECT_FALSE(fs::exists(path()));
}

TEST_F(AuditLogTest, ACheckNoticesAFileThatIsGone) {
  const auto log = open();
  EXPECT_TRUE(log->check());
  fs::rename(path(), path() + ".away");
  ASSERT_FALSE(log->check());
  EXPECT_EQ(log->check().error().code, Errc::storage_error);
  EXPECT_NE(log->check().error().message.find("was moved or deleted"), std::string::npos);
  set_text("another file");
  EXPECT_FALSE(log->check());
  fs::rename(path() + ".away", path());
  EXPECT_TRUE(log->check());
  EXPECT_EQ(text(), "") << "it writes nothing";
}

TEST_F(AuditLogTest, ACheckNoticesAFileThatMayNotBeWritten) {
  const auto log = open();
  for (const auto& directory : {file_.directory(), fs::path(path()).parent_path()})
    fs::permissions(directory, fs::perms::others_read | fs::perms::others_exec, fs::perm_options::add);
  fs::permissions(path(), fs::perms::owner_read | fs::perms::others_read);
  const pid_t child = ::fork();
  if (child == 0) {  // root may write what it wants
    const bool is_ordinary = ::geteuid() != 0 || ::setuid(65534) == 0;
    ::_exit(is_ordinary && !log->check() ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST_F(AuditLogTest, DoesNotWaitForEverForAnotherProcess) {
  const auto log = open();
  const auto other = std::move(AppendFile::open(path()).value());
  {
    const AppendFile::Lock lock(*other);
    ASSERT_TRUE(lock.taken);
    const auto written = log->append({.what = "login"});
    ASSERT_FALSE(written);
    EXPECT_NE(written.error().message.find("another process keeps it locked"), std::string::npos);
    EXPECT_FALSE(verify_audit_log(path()));
  }
  EXPECT_TRUE(log->append({.what = "login"}));
}

// Root prepares what a server with another user works on.
TEST_F(AuditLogTest, WhatRootMakesIsTheDirectorysOwners) {
  if (::geteuid() != 0) GTEST_SKIP() << "it takes root";
  constexpr uid_t kOwner = 12345, kGroup = 23456;
  ASSERT_EQ(::chown(file_.directory().c_str(), kOwner, kGroup), 0);
  open()->append({.what = "login"}).value();
  for (const auto& made : {fs::path(path()), fs::path(path()).parent_path()}) {
    struct stat status {};
    ASSERT_EQ(::stat(made.c_str(), &status), 0);
    EXPECT_EQ(status.st_uid, kOwner) << made;
    EXPECT_EQ(status.st_gid, kGroup) << made;
  }
}

// The server's user may plant links for a command that root runs: they lead nowhere.
TEST_F(AuditLogTest, RootFollowsNoPlantedLink) {
  if (::geteuid() != 0) GTEST_SKIP() << "it takes root";
  const fs::path precious = file_.directory() / "precious", state = file_.directory() / "state";
  std::ofstream(precious) << "precious";
  fs::permissions(precious, fs::perms::owner_read | fs::perms::owner_write | fs::perms::others_read);
  fs::create_directory(state);
  ASSERT_EQ(::chown(state.c_str(), 12345, 23456), 0);
  const auto planted = state / "audit.log";
  const std::function<void()> ways[] = {[&] { fs::create_symlink(precious, planted); },
                                        [&] { fs::create_hard_link(precious, planted); },
                                        [&] { fs::create_symlink(file_.directory() / "made", planted); },
                                        [&] { ASSERT_EQ(::mkfifo(planted.c_str(), 0666), 0); }};
  for (const auto& plant : ways) {
    plant();
    EXPECT_FALSE(AuditLog::open(planted, system_clock()));
    fs::remove(planted);
  }
  EXPECT_EQ(fs::file_size(precious), 8u);
  EXPECT_EQ(fs::status(precious).permissions(), fs::perms(0604));
  EXPECT_FALSE(fs::exists(file_.directory() / "made"));
}

TEST_F(AuditLogTest, AppendsNothingToAnothersTornLine) {
  const auto log = open();
  log->append({.what = "login"}).value();
  const auto torn = text() + R"({"seq":2)";
  set_text(torn);
  EXPECT_FALSE(log->append({.what = "login"}));
  EXPECT_EQ(text(), torn);
}

TEST_F(AuditLogTest, MembersAreCutAndEscapedSoThatALineIsALine) {
  const auto log = open();
  ASSERT_TRUE(log->append({.what = "x\n\"y",
                           .caller = std::string(5000, '\x01'),
                           .identity = std::string(5000, '\x02'),
                           .address = "\xff\xfe",
                           .outcome = std::string(5000, '"')}));
  ASSERT_TRUE(open()->append({.what = "next"})) << "the longest line is not too long to be read";
  EXPECT_EQ(verify_audit_log(path()).value().lines, 2u);
}

TEST_F(AuditLogTest, ThreadsAndSeveralLogsShareAFile) {
  constexpr int kThreads = 4, kLines = 50;
  const auto one = open(), other = open();
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i)
    threads.emplace_back([&, i] {
      for (int n = 0; n < kLines; ++n) (i % 2 ? *one : *other).append({.what = "login"}).value();
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(verify_audit_log(path()).value().lines, kThreads * kLines);
}

TEST_F(AuditLogTest, ProcessesShareAFile) {
  constexpr int kProcesses = 3, kLines = 50;
  std::vector<pid_t> children;
  for (int i = 0; i < kProcesses; ++i) {
    children.push_back(fork());
    if (children.back() != 0) continue;
    const auto log = AuditLog::open(path(), system_clock());
    bool good = log.has_value();
    for (int n = 0; n < kLines && good; ++n) good = (*log)->append({.what = "login"}).has_value();
    _exit(good ? 0 : 1);
  }
  for (const pid_t child : children) {
    int status = -1;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
  }
  EXPECT_EQ(verify_audit_log(path()).value().lines, kProcesses * kLines);
}

}  // namespace
}  // namespace parley::token_server
