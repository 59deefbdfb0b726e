#include "chat_service/src/media/blobs.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "common/base/crypto.hpp"
#include "common/base/encoding.hpp"
#include "common/base/random.hpp"
#include "tests/support/temporary_file.hpp"
#include "tests/unit/chat_service_media/disk_trouble.hpp"

namespace parley::chat_service::media {
namespace {

namespace fs = std::filesystem;
using testing::TemporaryFile;

class BlobsTest : public ::testing::Test {
 protected:
  std::unique_ptr<Blobs> open() { return Blobs::open(path_, random_).value(); }

  static std::string put(Blobs& blobs, std::string_view bytes) {
    const auto writer = blobs.begin();
    EXPECT_TRUE(writer->write(bytes));
    EXPECT_TRUE(writer->close() && writer->seal());
    return writer->hash();
  }

  static std::string get(const os::File& file) {
    std::string text(static_cast<std::size_t>(file.size().value()), '\0');
    EXPECT_EQ(file.read(0, text).value(), text.size());
    return text;
  }

  /// Everything below the directory that is a file, without the lock.
  std::vector<fs::path> files() const {
    std::vector<fs::path> found;
    for (const auto& entry : fs::recursive_directory_iterator(path_))
      if (entry.is_regular_file() && entry.path().filename() != "lock") found.push_back(entry.path());
    return found;
  }

  TemporaryFile place_;
  std::string path_ = place_.directory() / "media";
  SeededRandom random_{1};
};

TEST_F(BlobsTest, NamesAFileByWhatIsInIt) {
  const auto blobs = open();
  const std::string hash = put(*blobs, "some bytes");
  EXPECT_EQ(hash, sha256_hex("some bytes"));
  EXPECT_EQ(files(), std::vector{blob_path(path_, hash)});
  EXPECT_EQ(fs::path(path_) / hash.substr(0, 2) / hash.substr(2, 2) / hash, blob_path(path_, hash));
  EXPECT_EQ(get(*blobs->find(hash, 10)), "some bytes");
}

TEST_F(BlobsTest, KeepsEqualBytesOnce) {
  const auto blobs = open();
  EXPECT_EQ(put(*blobs, "same"), put(*blobs, "same"));
  EXPECT_EQ(files().size(), 1u);
  put(*blobs, "");
  EXPECT_EQ(files().size(), 2u);
}

TEST_F(BlobsTest, FindsOnlyWhatIsWhole) {
  const auto blobs = open();
  const std::string hash = put(*blobs, "0123456789");
  EXPECT_TRUE(blobs->find(hash, 10));
  EXPECT_EQ(blobs->find(hash, 11).error().code, Errc::not_found);
  EXPECT_EQ(blobs->find(sha256_hex("other"), 0).error().code, Errc::not_found);
  EXPECT_EQ(blobs->find("../../etc/passwd", 0).error().code, Errc::not_found);
}

TEST_F(BlobsTest, GivesAllBytesToWhoReadsWhileItIsRemoved) {
  const auto blobs = open();
  const std::string hash = put(*blobs, "0123456789");
  const auto file = blobs->find(hash, 10);
  EXPECT_TRUE(blobs->remove(hash));
  EXPECT_FALSE(blobs->remove(hash));
  EXPECT_EQ(get(*file), "0123456789");
  EXPECT_FALSE(blobs->remove("../lock"));
}

TEST_F(BlobsTest, ListsByTheFirstTwoDigits) {
  const auto blobs = open();
  std::size_t listed = 0;
  for (int i = 0; i < 20; ++i) put(*blobs, std::to_string(i));
  for (int i = 0; i < 256; ++i) {
    const auto byte = static_cast<std::uint8_t>(i);
    const std::string prefix = hex_encode({&byte, 1});
    for (const std::string& hash : blobs->list(prefix)) {
      EXPECT_TRUE(hash.starts_with(prefix));
      ++listed;
    }
  }
  EXPECT_EQ(listed, 20u);
}

TEST_F(BlobsTest, LeavesNothingOfAnUploadThatBreaksOff) {
  const auto blobs = open();
  {
    const auto writer = blobs->begin();
    EXPECT_TRUE(writer->write("half of"));
    EXPECT_EQ(files().size(), 1u);
  }
  EXPECT_TRUE(files().empty());
}

TEST_F(BlobsTest, IsForItsOwnerAlone) {
  const auto blobs = open();
  put(*blobs, "private");
  for (const auto& entry : fs::recursive_directory_iterator(path_))
    EXPECT_EQ(entry.status().permissions() & (fs::perms::group_all | fs::perms::others_all), fs::perms::none)
        << entry.path();
  EXPECT_EQ(fs::status(path_).permissions(), fs::perms::owner_all);
}

TEST_F(BlobsTest, BelongsToOneProcess) {
  const auto blobs = open();
  const auto second = Blobs::open(path_, random_);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::storage_error);
  EXPECT_NE(second.error().message.find(path_), std::string::npos);
}

TEST_F(BlobsTest, SaysWhyADirectoryCannotBeUsed) {
  std::ofstream(place_.directory() / "file") << "x";
  for (const std::string path : {place_.directory() / "file", place_.directory() / "no" / "parent"}) {
    const auto blobs = Blobs::open(path, random_);
    ASSERT_FALSE(blobs);
    EXPECT_NE(blobs.error().message.find(path), std::string::npos);
  }
}

TEST_F(BlobsTest, HasATemporaryDirectoryOfItsOwn) {
  auto blobs = Blobs::open("", random_).value();
  const std::string directory = blobs->directory();
  EXPECT_EQ(fs::status(directory).permissions(), fs::perms::owner_all);
  const std::string hash = put(*blobs, "bytes");
  EXPECT_EQ(get(*blobs->find(hash, 5)), "bytes");
  blobs.reset();
  EXPECT_FALSE(fs::exists(directory));
}

TEST_F(BlobsTest, ClearsWhatAKilledProcessLeft) {
  const ::pid_t child = ::fork();
  if (child == 0) {
    auto blobs = Blobs::open(path_, random_).value();
    const auto whole = blobs->begin();
    (void)whole->write("whole");
    (void)whole->close();
    (void)whole->seal();
    const auto half = blobs->begin();
    (void)half->write("half");
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(files().size(), 2u);

  const auto blobs = open();
  EXPECT_EQ(files().size(), 1u);
  EXPECT_EQ(get(*blobs->find(sha256_hex("whole"), 5)), "whole");
}

TEST_F(BlobsTest, SaysThatTheDiskIsFullAndLeavesNothing) {
  const auto blobs = open();
  {
    const test::SmallDisk disk(1000);
    const auto writer = blobs->begin();
    EXPECT_TRUE(writer->write(std::string(1000, 'x')));
    const auto written = writer->write("x");
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().http_status, 507);
  }
  EXPECT_TRUE(files().empty());
}

TEST_F(BlobsTest, SaysThatAFileCannotGetItsPlace) {
  const auto blobs = open();
  std::ofstream(fs::path(path_) / sha256_hex("bytes").substr(0, 2)) << "in the way";
  {
    const auto writer = blobs->begin();
    EXPECT_TRUE(writer->write("bytes"));
    EXPECT_TRUE(writer->close());
    const auto sealed = writer->seal();
    ASSERT_FALSE(sealed);
    EXPECT_EQ(sealed.error().http_status, 500);
  }
  EXPECT_EQ(files().size(), 1u) << "what is in the way";
}

TEST_F(BlobsTest, HealsABlobThatWasSpoilt) {
  const auto blobs = open();
  const std::string hash = put(*blobs, "bytes");
  std::ofstream(blob_path(path_, hash), std::ios::trunc) << "by";
  EXPECT_FALSE(blobs->find(hash, 5));
  put(*blobs, "bytes");
  EXPECT_EQ(get(*blobs->find(hash, 5)), "bytes");
}

}  // namespace
}  // namespace parley::chat_service::media
