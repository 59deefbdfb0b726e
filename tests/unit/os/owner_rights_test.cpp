#include "common/os/owner_rights.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "common/os/file.hpp"
#include "tests/support/temporary_file.hpp"

namespace parley::os {
namespace {

namespace fs = std::filesystem;

constexpr uid_t kService = 61234;
constexpr uid_t kAnother = 61235;

/// A directory of the superuser's, "house", with one of a service's user in it.
class OwnerRightsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "only the superuser takes the rights of others";
    fs::create_directory(house_);
    make_directory_of(kService, service_);
  }

  static void make_directory_of(uid_t user, const fs::path& path) {
    fs::create_directory(path);
    fs::permissions(path, fs::perms::owner_all);
    ASSERT_EQ(::chown(path.c_str(), user, user), 0);
  }
  static uid_t owner_of(const fs::path& path) {
    struct stat status {};
    EXPECT_EQ(::lstat(path.c_str(), &status), 0) << path;
    return status.st_uid;
  }
  /// Whose rights it takes for that path.
  static uid_t taken_for(const fs::path& path) {
    const auto rights = OwnerRights::of(path);
    EXPECT_TRUE(rights) << rights.error().message;
    return ::geteuid();
  }

  testing::TemporaryFile files_;
  fs::path house_ = files_.directory() / "house";
  fs::path service_ = house_ / "service";
};

TEST_F(OwnerRightsTest, AreOfTheDirectorysOwnerAndEndWithTheObject) {
  {
    const auto rights = OwnerRights::of(service_ / "chat.db");
    ASSERT_TRUE(rights) << rights.error().message;
    EXPECT_EQ(::geteuid(), kService);
    EXPECT_EQ(::getegid(), kService);
    EXPECT_EQ(::getgroups(0, nullptr), 1);
    ASSERT_TRUE(create(service_ / "made"));
    EXPECT_FALSE(create(house_ / "made"));
  }
  EXPECT_EQ(::geteuid(), 0u);
  EXPECT_EQ(::getegid(), ::getgid());
  EXPECT_EQ(owner_of(service_ / "made"), kService);
}

TEST_F(OwnerRightsTest, AreKeptInDirectoriesOfTheSuperuser) {
  EXPECT_EQ(taken_for(house_ / "chat.db"), 0u);
  EXPECT_EQ(taken_for(house_ / "nothing" / "chat.db"), 0u);
  std::ofstream(house_ / "file").close();
  ASSERT_EQ(::chown((house_ / "file").c_str(), kService, kService), 0);
  EXPECT_EQ(taken_for(house_ / "file"), 0u) << "nobody else can put something in its place";
}

TEST_F(OwnerRightsTest, AreOfTheFirstOtherUserOnTheWay) {
  fs::create_directory_symlink(service_, house_ / "link");
  EXPECT_EQ(taken_for(house_ / "link" / "chat.db"), kService) << "a link of the superuser";
  fs::create_symlink("service/real.db", house_ / "chat.db");
  EXPECT_EQ(taken_for(house_ / "chat.db"), kService);
  EXPECT_EQ(taken_for(service_ / ".." / "chat.db"), kService) << "who could have moved the directory";

  fs::create_directory(service_ / "of-root");
  EXPECT_EQ(taken_for(service_ / "of-root" / "chat.db"), kService);
  fs::create_directory_symlink("/", service_ / "planted");
  EXPECT_EQ(taken_for(service_ / "planted" / "etc" / "x"), kService);
}

TEST_F(OwnerRightsTest, AreOfTheOwnerOfALinkInADirectoryForAll) {
  fs::create_symlink("/etc/x", house_ / "link");
  ASSERT_EQ(::lchown((house_ / "link").c_str(), kAnother, kAnother), 0);
  EXPECT_EQ(taken_for(house_ / "link"), kAnother);
}

TEST_F(OwnerRightsTest, EndALoopOfLinks) {
  fs::create_symlink("b", house_ / "a");
  fs::create_symlink("a", house_ / "b");
  EXPECT_EQ(taken_for(house_ / "a" / "chat.db"), 0u);
}

TEST_F(OwnerRightsTest, MayBeNested) {
  make_directory_of(kAnother, house_ / "another");
  const auto outer = OwnerRights::of(service_ / "x");
  {
    const auto inner = OwnerRights::of(house_ / "another" / "x");
    EXPECT_EQ(::geteuid(), kAnother);
    const auto innermost = OwnerRights::of(house_ / "x");
    EXPECT_EQ(::geteuid(), 0u);
    EXPECT_TRUE(create(house_ / "x"));
  }
  EXPECT_EQ(::geteuid(), kService);
}

// systemd keeps the directories of its dynamic users below one that is closed to them.
TEST_F(OwnerRightsTest, ReachADirectoryThatItsOwnerDoesNot) {
  fs::permissions(house_, fs::perms::owner_all);
  const auto rights = OwnerRights::of(service_ / "made");
  ASSERT_TRUE(create(service_ / "made"));
  EXPECT_EQ(owner_of(service_ / "made"), kService);
}

TEST_F(OwnerRightsTest, WriteThroughNoPlantedLink) {
  std::ofstream(house_ / "precious") << "precious";
  fs::permissions(house_ / "precious", fs::perms::owner_read | fs::perms::owner_write);
  fs::create_symlink(house_ / "precious", service_ / "link");
  fs::create_hard_link(house_ / "precious", service_ / "hard");
  const auto rights = OwnerRights::of(service_ / "link");
  for (const char* name : {"link", "hard"}) {
    EXPECT_FALSE(std::ofstream(service_ / name)) << name;
    std::error_code refused;
    fs::permissions(service_ / name, fs::perms::all, refused);
    EXPECT_TRUE(refused) << name;
  }
  EXPECT_EQ(fs::file_size(house_ / "precious"), 8u);
}

TEST(OwnerRightsOfOthers, AreNothingToWhoIsNotTheSuperuser) {
  if (::getuid() == 0) GTEST_SKIP() << "for every other user";
  const auto user = ::geteuid();
  const auto rights = OwnerRights::of("/etc/x");
  EXPECT_TRUE(rights);
  EXPECT_EQ(::geteuid(), user);
}

}  // namespace
}  // namespace parley::os
