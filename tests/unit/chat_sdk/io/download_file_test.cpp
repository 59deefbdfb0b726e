#include "chat_sdk/src/io/download_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "common/base/random.hpp"
#include "tests/support/temporary_file.hpp"

namespace parley::detail {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class DownloadFileTest : public ::testing::Test {
 protected:
  std::string path(const std::string& name) const { return place_.directory() / name; }
  auto create(const std::string& name) { return DownloadFile::create(path(name), random_); }
  void write(const std::string& name, const std::string& text) const { std::ofstream(path(name)) << text; }
  std::string text_of(const std::string& name) const {
    std::ifstream in(path(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (const auto& entry : fs::directory_iterator(place_.directory()))
      all.push_back(entry.path().filename().string());
    std::sort(all.begin(), all.end());
    return all;
  }

  testing::TemporaryFile place_;
  SecureRandom random_;
};

TEST_F(DownloadFileTest, HasItsNameWhenItIsWhole) {
  write("a.txt", "old");
  auto file = create("a.txt").value();
  EXPECT_EQ(names().size(), 2u);
  EXPECT_THAT(names().front(), ::testing::MatchesRegex("\\.a\\.txt\\.parley-[0-9a-f]{8}"));
  ASSERT_TRUE(file->write("new "));
  ASSERT_TRUE(file->write("text"));
  EXPECT_EQ(text_of("a.txt"), "old");
  ASSERT_TRUE(file->keep());
  file.reset();
  EXPECT_EQ(text_of("a.txt"), "new text");
  EXPECT_EQ(names(), std::vector<std::string>{"a.txt"});
}

TEST_F(DownloadFileTest, IsGoneUnlessItIsKept) {
  create("a.txt").value()->write("half").value();
  EXPECT_TRUE(names().empty());
}

TEST_F(DownloadFileTest, StartsOverInTheSameFile) {
  auto file = create("a.txt").value();
  file->write("the first file, which is longer").value();
  file->clear().value();
  file->write("second").value();
  file->keep().value();
  EXPECT_EQ(text_of("a.txt"), "second");
}

TEST_F(DownloadFileTest, TouchesNoFileOfOthers) {
  write("a.txt.part", "foreign");
  write(".a.txt.parley-00000000", "foreign");
  auto one = create("a.txt").value();
  auto two = create("a.txt").value();
  one->write("one").value();
  two->write("two").value();
  one->keep().value();
  EXPECT_EQ(text_of("a.txt"), "one");
  two->keep().value();
  EXPECT_EQ(text_of("a.txt"), "two");
  EXPECT_EQ(text_of("a.txt.part"), "foreign");
  EXPECT_EQ(text_of(".a.txt.parley-00000000"), "foreign");
}

TEST_F(DownloadFileTest, HasTheRightsOfAnyNewFile) {
  const auto mask = ::umask(027);
  create("a.txt").value()->keep().value();
  ::umask(mask);
  struct stat status {};
  ASSERT_EQ(::stat(path("a.txt").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0640u);
}

TEST_F(DownloadFileTest, ReplacesALinkAndNotWhatItLeadsTo) {
  write("precious", "precious");
  fs::create_symlink(path("precious"), path("link"));
  auto file = create("link").value();
  file->write("new").value();
  file->keep().value();
  EXPECT_EQ(text_of("link"), "new");
  EXPECT_EQ(text_of("precious"), "precious");
}

TEST_F(DownloadFileTest, RefusesWhatIsNoFile) {
  fs::create_directory(path("directory"));
  fs::create_symlink(path("directory"), path("link"));
  ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
  const auto before = names();
  for (const char* name : {"directory", "link", "pipe"}) {
    const auto file = create(name);
    ASSERT_FALSE(file) << name;
    EXPECT_EQ(file.error().code, Errc::storage_error);
    EXPECT_THAT(file.error().message, HasSubstr(path(name)));
  }
  for (const std::string& name : {std::string("directory/"), std::string("nul\0l", 5)})
    EXPECT_EQ(create(name).error().code, Errc::invalid_argument) << name;
  EXPECT_EQ(DownloadFile::create("", random_).error().code, Errc::invalid_argument);
  EXPECT_EQ(names(), before);
}

TEST_F(DownloadFileTest, DoesNotReplaceADirectoryThatCameMeanwhile) {
  auto file = create("later").value();
  fs::create_directory(path("elsewhere"));
  fs::create_symlink(path("elsewhere"), path("later"));
  EXPECT_EQ(file->keep().error().code, Errc::storage_error);
  file.reset();
  EXPECT_TRUE(fs::is_symlink(path("later")));
  EXPECT_EQ(names(), (std::vector<std::string>{"elsewhere", "later"}));
}

TEST_F(DownloadFileTest, NamesTheDirectoryThatCannotBeWritten) {
  const auto missing = create("no/such/place");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Errc::storage_error);
  EXPECT_THAT(missing.error().message,
              HasSubstr(path("no/such") + ": no file can be made in this directory"));
  EXPECT_THAT(missing.error().message, HasSubstr(path("no/such/place")));
  EXPECT_EQ(missing.error().http_status, 0);
}

TEST_F(DownloadFileTest, TakesTheLongestNames) {
  const std::string ascii(255, 'a');
  std::string wide;
  for (int i = 0; i < 127; ++i) wide += "\xC3\xBC";
  for (const std::string& name : {ascii, wide}) {
    auto file = create(name);
    ASSERT_TRUE(file) << file.error().to_string();
    ASSERT_TRUE((*file)->keep());
    EXPECT_TRUE(fs::exists(path(name)));
  }
}

TEST_F(DownloadFileTest, CutsALongNameBetweenCharacters) {
  for (const std::string character : {"a", "\xC3\xBC", "\xE2\x82\xAC", "\xF0\x9F\x98\x80"})
    for (std::size_t before = 0; before < 4; ++before) {
      std::string name(before, 'a'), expected = name;
      while (name.size() + character.size() <= 255) name += character;
      while (expected.size() + character.size() <= 200) expected += character;
      const auto file = create(name).value();
      ASSERT_EQ(names().size(), 1u);
      EXPECT_EQ(names().front().substr(0, names().front().find(".parley-")), "." + expected);
    }
}

TEST_F(DownloadFileTest, StaysWhereItWasWhenTheProgramGoesElsewhere) {
  const auto before = fs::current_path();
  fs::current_path(place_.directory());
  auto file = DownloadFile::create("relative.txt", random_).value();
  fs::current_path(before);
  file->keep().value();
  EXPECT_EQ(names(), std::vector<std::string>{"relative.txt"});
}

}  // namespace
}  // namespace parley::detail
