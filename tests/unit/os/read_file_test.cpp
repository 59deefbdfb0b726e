#include "common/os/read_file.hpp"

#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <fstream>

#include "common/os/owner_rights.hpp"
#include "tests/support/temporary_file.hpp"

namespace parley::os {
namespace {

using ::testing::HasSubstr;
namespace fs = std::filesystem;

constexpr std::size_t kLimit = 1024;

class ReadFileTest : public ::testing::Test {
 protected:
  std::string beside(const std::string& name) const { return (files_.directory() / name).string(); }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(beside(name), std::ios::binary) << text;
    return beside(name);
  }

  testing::TemporaryFile files_;
};

TEST_F(ReadFileTest, ReadsAllWithItsPermissions) {
  const std::string text("a\0b\n", 4);
  const auto path = write("file", text);
  fs::permissions(path, fs::perms::owner_read | fs::perms::group_read);
  fs::create_symlink(path, beside("link"));
  for (const auto& name : {path, beside("link")}) {
    const auto content = read_file(name, kLimit);
    ASSERT_TRUE(content) << content.error().message;
    EXPECT_EQ(content->text, text);
    EXPECT_EQ(content->permissions, fs::perms::owner_read | fs::perms::group_read);
  }
  EXPECT_EQ(read_file(write("empty", ""), kLimit)->text, "");
}

TEST_F(ReadFileTest, TakesTheLimitAndNoByteMore) {
  EXPECT_EQ(read_file(write("file", std::string(kLimit, 'x')), kLimit)->text.size(), kLimit);
  const auto refused = read_file(write("file", std::string(kLimit + 1, 'x')), kLimit);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::limit_exceeded);
  EXPECT_EQ(refused.error().message, "it has more than 1 KiB");
}

TEST_F(ReadFileTest, RefusesWhatIsNoRegularFileAtOnce) {
  ASSERT_EQ(::mkfifo(beside("pipe").c_str(), 0600), 0);
  const int listener = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  beside("socket").copy(address.sun_path, sizeof address.sun_path - 1);
  ASSERT_EQ(::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  for (const auto& path : {beside("pipe"), beside("socket"), std::string("/dev/zero")}) {
    const auto refused = read_file(path, kLimit);
    ASSERT_FALSE(refused) << path;
    EXPECT_EQ(refused.error().message, "it is no regular file but a pipe, a device or a socket") << path;
  }
  EXPECT_EQ(read_file(files_.directory(), kLimit).error().message, "it is a directory");
  ::close(listener);
}

TEST_F(ReadFileTest, TellsAMissingFileFromOneThatMayNotBeRead) {
  const auto missing = read_file(beside("nothing"), kLimit);
  EXPECT_EQ(missing.error().code, Errc::not_found);
  EXPECT_EQ(missing.error().message, "there is no such file");
  if (::geteuid() == 0) GTEST_SKIP() << "the superuser may read everything";
  const auto path = write("closed", "x");
  fs::permissions(path, fs::perms::none);
  EXPECT_THAT(read_file(path, kLimit).error().message, HasSubstr("this program may not read it"));
}

}  // namespace
}  // namespace parley::os
