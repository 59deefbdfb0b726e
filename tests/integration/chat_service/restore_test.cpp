#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>

#include "tests/integration/chat_service/program_fixture.hpp"

namespace parley::support {
namespace {

constexpr uid_t kServiceUser = 65534;  // "nobody"

/// The drill of docs/operations.md: root puts a backup in the place of a lost database, and the service,
/// which runs as a user of its own, goes on.
class RestoreDrill : public ChatProgram {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "only root has files of another user";
    std::filesystem::create_directory(state());
    give(state());
    config_["chat_service"]["database"] = database();
    give(write_config());
  }

  std::string state() const { return folder() + "/state"; }
  std::string database() const { return state() + "/chat.db"; }
  std::string backup() const { return folder() + "/backup.db"; }

  static void give(const std::string& path) {
    ASSERT_EQ(::chown(path.c_str(), kServiceUser, kServiceUser), 0);
  }

  std::string url_of_service_as_its_user() {
    const auto id = std::to_string(kServiceUser);
    service_.emplace(std::vector<std::string>{"/usr/bin/setpriv", "--reuid=" + id, "--regid=" + id,
                                              "--clear-groups", program(), "--config",
                                              folder() + "/config.json"});
    const auto line = service_->read_line();
    return line.value_or("it did not start");
  }
  void stop() {
    service_->signal(SIGTERM);
    EXPECT_EQ(service_->exit_code(), 0);
  }
  void as_root(std::vector<std::string> words) const {
    words.insert(words.begin(), {program(), "--config", folder() + "/config.json"});
    ChildProcess running(words);
    EXPECT_EQ(running.exit_code(), 0) << running.error_output();
  }
  void expect_files_of_its_user() const {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(state())) {
      struct stat status {};
      ASSERT_EQ(::lstat(entry.path().c_str(), &status), 0);
      EXPECT_EQ(status.st_uid, kServiceUser) << entry.path();
    }
  }

  std::optional<ChildProcess> service_;
};

TEST_F(RestoreDrill, ABackupThatRootRestoresIsServed) {
  ASSERT_THAT(url_of_service_as_its_user(), ::testing::HasSubstr("listening"));
  as_root({"backup", backup()});
  stop();
  as_root({"restore", backup()});
  EXPECT_TRUE(std::filesystem::exists(database() + ".replaced-1"));
  expect_files_of_its_user();
  ASSERT_THAT(url_of_service_as_its_user(), ::testing::HasSubstr("listening"));
  stop();
}

TEST_F(RestoreDrill, ADatabaseThatRootImportsIsServed) {
  ASSERT_THAT(url_of_service_as_its_user(), ::testing::HasSubstr("listening"));
  as_root({"export", folder() + "/all.jsonl"});
  stop();
  for (const char* rest : {"", "-wal", "-shm", "-lock"}) std::filesystem::remove(database() + rest);
  as_root({"import", folder() + "/all.jsonl"});
  expect_files_of_its_user();
  ASSERT_THAT(url_of_service_as_its_user(), ::testing::HasSubstr("listening"));
  stop();
}

}  // namespace
}  // namespace parley::support
