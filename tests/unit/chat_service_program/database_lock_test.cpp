#include "chat_service/src/store/database_lock.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <istream>
#include <sstream>
#include <streambuf>

#include "chat_service/src/transfer/export.hpp"
#include "chat_service/store.hpp"
#include "common/base/random.hpp"
#include "tests/unit/chat_service_program/lived_in.hpp"

namespace parley::chat_service {
namespace {

using ::testing::HasSubstr;

constexpr const char* kInUse = "another service or a command that writes is using it";

class DatabaseLockTest : public ::testing::Test {
 protected:
  std::string path() const { return file_.path(); }
  std::string beside(const std::string& name) const { return (file_.directory() / name).string(); }

  testing::TemporaryFile file_;
};

TEST_F(DatabaseLockTest, IsHeldOnceAndEndsWithItsHolder) {
  {
    const auto held = DatabaseLock::take(path());
    ASSERT_TRUE(held) << held.error().message;
    EXPECT_TRUE(DatabaseLock::is_taken(path()));
    const auto refused = DatabaseLock::take(path());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::storage_error);
    EXPECT_EQ(refused.error().message, "database: " + path() + ": " + kInUse);
  }
  EXPECT_FALSE(DatabaseLock::is_taken(path()));
  EXPECT_TRUE(DatabaseLock::take(path()));
}

TEST_F(DatabaseLockTest, IsTheSameUnderAnotherNameOfTheFile) {
  SecureRandom random;
  ASSERT_TRUE(Store::open(path(), random));
  std::filesystem::create_symlink(path(), beside("link.db"));
  const auto held = DatabaseLock::take(path());
  EXPECT_TRUE(DatabaseLock::is_taken(beside("link.db")));
  EXPECT_FALSE(DatabaseLock::take(beside("link.db")));
}

TEST_F(DatabaseLockTest, IsTheSameByALinkToAFileThatIsStillToBeMade) {
  std::filesystem::create_symlink(path(), beside("link.db"));
  const auto held = DatabaseLock::take(beside("link.db"));
  ASSERT_TRUE(held);
  EXPECT_FALSE(DatabaseLock::take(path()));
}

TEST_F(DatabaseLockTest, BelongsToTheDatabasesOwner) {
  if (::geteuid() != 0) GTEST_SKIP() << "only the superuser makes files for others";
  constexpr uid_t kSomebody = 65534;
  SecureRandom random;
  ASSERT_TRUE(Store::open(path(), random));
  std::filesystem::remove(path() + "-lock");
  ASSERT_EQ(::chown(path().c_str(), kSomebody, kSomebody), 0);
  ASSERT_TRUE(DatabaseLock::take(path()));
  struct stat status {};
  ASSERT_EQ(::stat((path() + "-lock").c_str(), &status), 0);
  EXPECT_EQ(status.st_uid, kSomebody);
}

TEST_F(DatabaseLockTest, LooksWithoutLeavingAFile) {
  EXPECT_FALSE(DatabaseLock::is_taken(path()));
  EXPECT_TRUE(std::filesystem::is_empty(file_.directory()));
}

TEST_F(DatabaseLockTest, LooksWithoutTakingIt) {
  auto taker = os::open_lock_file(path());
  const auto looker = os::open(path());
  ASSERT_TRUE(taker && looker);
  EXPECT_FALSE(looker->is_locked());
  EXPECT_TRUE(taker->take_lock()) << "while the other one is still looking";
  EXPECT_TRUE(looker->is_locked());
}

TEST_F(DatabaseLockTest, IsOfNoUseInMemory) {
  const auto first = DatabaseLock::take(":memory:");
  EXPECT_TRUE(DatabaseLock::take(":memory:"));
}

TEST_F(DatabaseLockTest, SaysWhyItsFileCannotBeMade) {
  EXPECT_THAT(DatabaseLock::take("/nonexistent/chat.db").error().message,
              HasSubstr("database: /nonexistent/chat.db: its lock: "));
}

TEST_F(DatabaseLockTest, AStoreHoldsItAndAnotherOneChangesNothing) {
  SecureRandom random;
  const auto store = Store::open(path(), random);
  ASSERT_TRUE(store);
  EXPECT_TRUE(DatabaseLock::is_taken(path()));
  EXPECT_THAT(Store::open(path(), random).error().message, HasSubstr(kInUse));
}

TEST(ImportLock, AnImportBesideAServiceIsRefusedAtOnce) {
  LivedIn lived;
  testing::CoreDriver driver({.database = lived.path()});
  std::istringstream in("what it says is not even looked at");
  EXPECT_THAT(import_database(lived.path(), in).error().message, HasSubstr(kInUse));
  EXPECT_EQ(in.tellg(), 0);
}

/// A text that has something done before its first character is read.
class Interrupted final : public std::streambuf {
 public:
  Interrupted(std::string text, std::function<void()> before)
      : text_(std::move(text)), before_(std::move(before)) {}

 private:
  int_type underflow() override {
    if (!before_) return traits_type::eof();
    std::exchange(before_, nullptr)();
    setg(text_.data(), text_.data(), text_.data() + text_.size());
    return traits_type::to_int_type(text_.front());
  }

  std::string text_;
  std::function<void()> before_;
};

TEST_F(DatabaseLockTest, NoServiceStartsBesideAnImport) {
  LivedIn lived;
  std::optional<Error> refused;
  Interrupted text(exported(lived.path()), [&] {
    SecureRandom random;
    if (const auto store = Store::open(beside("new.db"), random); !store) refused = store.error();
  });
  std::istream in(&text);
  const auto rows = import_database(beside("new.db"), in);
  ASSERT_TRUE(rows) << rows.error().message;
  ASSERT_TRUE(refused);
  EXPECT_THAT(refused->message, HasSubstr(kInUse));
  SecureRandom random;
  EXPECT_TRUE(Store::open(beside("new.db"), random)) << "when it is done";
}

}  // namespace
}  // namespace parley::chat_service
