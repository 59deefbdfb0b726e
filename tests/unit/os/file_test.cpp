#include "common/os/file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

#include "tests/support/temporary_file.hpp"

namespace parley::os {
namespace {

class FileTest : public ::testing::Test {
 protected:
  std::string beside(const std::string& name) const { return (files_.directory() / name).string(); }
  static std::string text_of(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  testing::TemporaryFile files_;
};

TEST_F(FileTest, FollowsNoLinkInTheFilesPlace) {
  std::ofstream(beside("target")) << "precious";
  std::filesystem::create_symlink(beside("target"), beside("link"));
  std::filesystem::create_symlink(beside("nothing"), beside("dangling"));
  for (const auto& file :
       {open(beside("link")), open_lock_file(beside("link")), open_lock_file(beside("dangling"))}) {
    ASSERT_FALSE(file);
    EXPECT_EQ(file.error().message, "a file cannot be used: it is a symbolic link");
  }
  EXPECT_FALSE(create(beside("dangling")));
  EXPECT_FALSE(std::filesystem::exists(beside("nothing")));
  EXPECT_EQ(text_of(beside("target")), "precious");
}

TEST_F(FileTest, WaitsForNoPipeAndTakesNoDirectory) {
  ASSERT_EQ(::mkfifo(beside("pipe").c_str(), 0600), 0);
  std::filesystem::create_directory(beside("directory"));
  EXPECT_EQ(open(beside("pipe")).error().message, "a file cannot be used: it is no regular file");
  EXPECT_FALSE(open_lock_file(beside("pipe")));
  EXPECT_FALSE(open(beside("directory")));
}

TEST_F(FileTest, GivesNoFileAwayThatHasASecondName) {
  if (::geteuid() != 0) GTEST_SKIP() << "only the superuser gives files away";
  constexpr uid_t kSomebody = 61234;
  std::ofstream(beside("of-somebody")).close();
  ASSERT_EQ(::chown(beside("of-somebody").c_str(), kSomebody, kSomebody), 0);
  std::ofstream(beside("of-root")).close();
  std::filesystem::create_hard_link(beside("of-root"), beside("lock"));
  const auto owner_of = [](const std::string& path) {
    struct stat status {};
    EXPECT_EQ(::stat(path.c_str(), &status), 0);
    return status.st_uid;
  };
  open_lock_file(beside("lock"))->share_owner_of(beside("of-somebody"));
  EXPECT_EQ(owner_of(beside("of-root")), 0u);
  std::filesystem::remove(beside("of-root"));
  open_lock_file(beside("lock"))->share_owner_of(beside("of-somebody"));
  EXPECT_EQ(owner_of(beside("lock")), kSomebody);
}

TEST_F(FileTest, APublicFileHasTheRightsThatTheProcessGives) {
  const auto mask = ::umask(027);
  EXPECT_TRUE(create_public(beside("new")));
  ::umask(mask);
  struct stat status {};
  ASSERT_EQ(::stat(beside("new").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0640u);
  EXPECT_FALSE(create_public(beside("new"))) << "there is one";
  std::filesystem::create_symlink(beside("nothing"), beside("dangling"));
  EXPECT_FALSE(create_public(beside("dangling")));
  EXPECT_FALSE(std::filesystem::exists(beside("nothing")));
}

TEST_F(FileTest, IsWrittenAnewAfterItWasCleared) {
  auto file = create_public(beside("file")).value();
  file.write("a long text").value();
  file.clear().value();
  file.write("short").value();
  file.close().value();
  EXPECT_FALSE(file.is_open());
  EXPECT_EQ(text_of(beside("file")), "short");
}

TEST_F(FileTest, ALinkLeadsToAFileThatTheUserNames) {
  std::ofstream(beside("target")) << "text";
  std::filesystem::create_symlink(beside("target"), beside("link"));
  std::filesystem::create_symlink(beside("nothing"), beside("dangling"));
  ASSERT_EQ(::mkfifo(beside("pipe").c_str(), 0600), 0);
  EXPECT_EQ(open_through_links(beside("link"))->size().value(), 4u);
  EXPECT_FALSE(open_through_links(beside("dangling")));
  EXPECT_FALSE(open_through_links(beside("pipe")));
}

TEST_F(FileTest, AnotherVersionIsNoticed) {
  std::ofstream(beside("file")) << "text";
  std::filesystem::last_write_time(beside("file"), {});
  const auto file = open(beside("file")).value();
  const auto before = file.version().value();
  EXPECT_EQ(file.version().value(), before);
  std::ofstream(beside("file")) << "TEXT";
  EXPECT_NE(file.version().value(), before);
}

TEST_F(FileTest, IsReplacedByAnother) {
  std::ofstream(beside("old")) << "old";
  std::ofstream(beside("new")) << "new";
  EXPECT_TRUE(replace(beside("new"), beside("old")));
  EXPECT_EQ(text_of(beside("old")), "new");
  EXPECT_FALSE(replace(beside("new"), beside("old")));
}

}  // namespace
}  // namespace parley::os
