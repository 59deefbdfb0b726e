#include "chat_service/src/shell/admin_door.hpp"

#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/local/stream_protocol.hpp>
#include <csignal>
#include <cstdlib>
#include <filesystem>

#include "chat_service/program/administer.hpp"
#include "chat_service/service.hpp"
#include "tests/unit/chat_service_program/lived_in.hpp"

namespace parley::chat_service {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

/// A service on a copy of a database, wherever a test wants it.
class AdminDoorTest : public ::testing::Test {
 protected:
  std::string folder() const { return lived_.folder(); }

  std::string put(const fs::path& directory, const std::string& name) const {
    fs::create_directories(directory);
    const auto path = (directory / name).string();
    fs::copy_file(lived_.path(), path);
    return path;
  }

  void start(const std::string& database) {
    ServiceOptions options;
    options.database = database;
    options.tenants = {testing::test_tenant()};
    options.log = [this](const std::string& line) { log_.push_back(line); };
    service_.emplace(std::move(options));
    const auto started = service_->start();
    ASSERT_TRUE(started) << started.error().message;
  }
  /// Everything that was logged.
  std::vector<std::string> stop() {
    service_->stop(std::chrono::seconds(1));
    return log_;
  }
  Result<void> remove_general(const std::string& database) const {
    const auto name = find_channel(database, "", "general");
    return name ? delete_channel(database, *name) : name.error();
  }

  LivedIn lived_;
  std::vector<std::string> log_;
  std::optional<Service> service_;
};

TEST_F(AdminDoorTest, IsReachedHoweverLongThePathIs) {
  for (const std::size_t length : {40u, 200u}) {
    const auto database = put(fs::path(folder()) / std::string(length, 'd') / "in", "chat.db");
    start(database);
    EXPECT_TRUE(fs::is_socket(database + "-admin"));
    const auto done = remove_general(database);
    EXPECT_TRUE(done) << length << ": " << done.error().message;
    EXPECT_THAT(stop(), Contains(HasSubstr(R"("event":"admin","status":204)"))) << "the service did it";
    EXPECT_FALSE(fs::exists(database + "-admin"));
  }
}

TEST_F(AdminDoorTest, NeedsNoTemporaryDirectory) {
  const char* before = std::getenv("TMPDIR");
  const std::optional<std::string> kept = before ? std::optional<std::string>(before) : std::nullopt;
  ::setenv("TMPDIR", "/nonexistent", 1);
  const auto database = put(fs::path(folder()) / std::string(200, 'd'), "chat.db");
  start(database);
  EXPECT_TRUE(remove_general(database));
  EXPECT_THAT(stop(), Contains(HasSubstr(R"("event":"admin","status":204)")));
  kept ? ::setenv("TMPDIR", kept->c_str(), 1) : ::unsetenv("TMPDIR");
}

TEST_F(AdminDoorTest, AServiceThatCannotHaveOneRunsWithoutAndSaysSo) {
  const auto database = put(folder(), std::string(120, 'n'));
  start(database);
  const auto refused = remove_general(database);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "database: " + database +
                                         " is in use, but no service can be asked: the name is too long for "
                                         "the system");
  const auto log = stop();
  EXPECT_EQ(std::count_if(log.begin(), log.end(),
                          [](const auto& line) {
                            return line.find("commands cannot reach this service") != line.npos;
                          }),
            1);
  EXPECT_TRUE(remove_general(database)) << "without a service it is done here";
}

TEST_F(AdminDoorTest, IsForItsOwnerAlone) {
  const auto database = lived_.path();
  start(database);
  using fs::perms;
  EXPECT_EQ(fs::status(database + "-admin").permissions(), perms::owner_read | perms::owner_write);
}

TEST_F(AdminDoorTest, TakesThePlaceOfASocketThatIsThere) {
  boost::asio::io_context io;
  boost::asio::local::stream_protocol::acceptor left(io, {lived_.path() + "-admin"});
  start(lived_.path());
  EXPECT_TRUE(remove_general(lived_.path()));
  EXPECT_THAT(stop(), Contains(HasSubstr(R"("event":"admin","status":204)")));
}

TEST_F(AdminDoorTest, WhatIsNoSocketIsLeftAlone) {
  fs::create_directory(lived_.path() + "-admin");
  start(lived_.path());
  EXPECT_THAT(stop(), Contains(HasSubstr("commands cannot reach this service")));
  EXPECT_TRUE(fs::is_directory(lived_.path() + "-admin"));
}

/// Another user's process, which the tests can start as root only. Killed with this object.
class Stranger {
 public:
  /// `act` returns the exit code.
  template <class Act>
  explicit Stranger(Act act) {
    if (::pipe(ready_) != 0) return;
    pid_ = ::fork();
    if (pid_ != 0) return;
    if (::setgid(65534) != 0 || ::setuid(65534) != 0) ::_exit(99);
    ::_exit(act(ready_[1]));
  }
  ~Stranger() {
    if (pid_ > 0) ::kill(pid_, SIGKILL);
    wait();
    ::close(ready_[0]);
    ::close(ready_[1]);
  }
  bool is_ready() const {
    char byte = 0;
    return ::read(ready_[0], &byte, 1) == 1;
  }
  int wait() {
    int status = -1;
    if (pid_ > 0) ::waitpid(std::exchange(pid_, -1), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  pid_t pid_ = -1;
  int ready_[2] = {-1, -1};
};

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  return address;
}

class AdminDoorAndStrangers : public AdminDoorTest {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "only root can be two users";
    fs::permissions(folder(), fs::perms::all);
    address_ = address_of(lived_.path() + "-admin");
  }
  const sockaddr* address() const { return reinterpret_cast<const sockaddr*>(&address_); }

  sockaddr_un address_{};
};

TEST_F(AdminDoorAndStrangers, HearsNoneEvenIfTheFileLetsThemIn) {
  start(lived_.path());
  fs::permissions(lived_.path() + "-admin", fs::perms::all);
  const std::string call = encode(AdminCall{.service_sid = std::string(testing::kServiceSid),
                                            .action = DeleteChannel{lived_.room_sid()}}) +
                           "\n";
  Stranger stranger([&](int) {
    const int peer = ::socket(AF_UNIX, SOCK_STREAM, 0);
    if (::connect(peer, address(), sizeof address_) != 0) return 1;
    if (::send(peer, call.data(), call.size(), MSG_NOSIGNAL) < 0) return 0;
    char answer = 0;
    return ::recv(peer, &answer, 1, 0) == 1 ? 2 : 0;
  });
  EXPECT_EQ(stranger.wait(), 0) << "1: could not connect, 2: was answered";
  EXPECT_THAT(stop(), Not(Contains(HasSubstr(R"("event":"admin")"))));
  EXPECT_TRUE(find_channel(lived_.path(), "", "general"));
}

TEST_F(AdminDoorAndStrangers, NoneIsAskedInPlaceOfAService) {
  Stranger stranger([&](int ready) {
    const int door = ::socket(AF_UNIX, SOCK_STREAM, 0);
    if (::bind(door, address(), sizeof address_) != 0 || ::listen(door, 5) != 0) return 1;
    if (::write(ready, "x", 1) != 1) return 2;
    for (;;) ::pause();
  });
  ASSERT_TRUE(stranger.is_ready());
  const auto asked = ask_service(lived_.path(), {.action = DeleteChannel{"general"}});
  ASSERT_FALSE(asked);
  EXPECT_EQ(asked.error().message, "no service can be asked: somebody else listens in its place");
}

}  // namespace
}  // namespace parley::chat_service
