#include <sys/mount.h>

#include <cstring>

#include "tests/faults/fault_test.hpp"

namespace parley::faults {
namespace {

// A client tries a message again and again; here it is to say soon what becomes of it.
constexpr auto kMessageLife = std::chrono::seconds(3);

/// A file system of 16 MB that ends with it.
class SmallDisk {
 public:
  explicit SmallDisk(const std::string& place) : place_(place) {
    std::filesystem::create_directories(place);
    if (::mount("tmpfs", place.c_str(), "tmpfs", MS_NOSUID | MS_NODEV, "size=16m,mode=700") != 0)
      why_not_ = std::strerror(errno);
  }
  ~SmallDisk() {
    if (why_not_.empty()) ::umount2(place_.c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  /// Why it could not be mounted; empty: it is there.
  const std::string& why_not() const { return why_not_; }
  const std::string& place() const { return place_; }

 private:
  std::string place_;
  std::string why_not_;
};

class DiskFull : public FaultTest {
 protected:
  DiskFull() : disk_(folder() + "/disk") {
    config_["chat_service"]["database"] = disk_.place() + "/chat.db";
    set_floor(0);  // to the very end
  }
  void SetUp() override {
    if (!disk_.why_not().empty()) GTEST_SKIP() << "a small disk cannot be mounted here: " << disk_.why_not();
  }

  void set_floor(int megabytes) { config_["chat_service"]["messages"]["min_free_megabytes"] = megabytes; }

  SmallDisk disk_;
};

TEST_F(DiskFull, SendsAreRefusedReadsGoOnAndNothingIsLost) {
  const auto ballast = disk_.place() + "/ballast";
  std::ofstream(ballast) << std::string(4 * 1024 * 1024, 'x');
  start();
  const auto alice = person("alice", kMessageLife);
  const auto text = [](std::size_t number) { return std::to_string(number) + std::string(30'000, '.'); };
  std::vector<std::string> acknowledged;
  bool told_unready = false;  // while the disk is full; what is smaller may still be stored in between
  const auto send = [&](const std::string& message) {
    auto outcome = alice->begin_send(message);
    while (outcome.wait_for(std::chrono::milliseconds(20)) != std::future_status::ready)
      told_unready = told_unready || status_of("/readyz") == 503;
    return outcome.get();
  };
  Result<void> sent;
  while ((sent = send(text(acknowledged.size())))) {
    acknowledged.push_back(text(acknowledged.size()));
    ASSERT_LT(acknowledged.size(), 1000u) << "more than the disk holds";
  }
  EXPECT_EQ(sent.error().code, Errc::outcome_unknown) << "the service has failed, and not refused";
  ASSERT_GT(acknowledged.size(), 20u);
  EXPECT_TRUE(log_says("commits_fail"));
  EXPECT_EQ(status_of("/healthz"), 200);
  EXPECT_TRUE(told_unready);
  const auto history = alice->history();
  ASSERT_TRUE(history) << history.error().to_string();
  for (std::size_t i = 0; i < acknowledged.size(); ++i) ASSERT_EQ((*history)[i], acknowledged[i]);

  std::filesystem::remove(ballast);
  const auto again = alice->send("there is room again");
  EXPECT_TRUE(again) << again.error().to_string();
  EXPECT_EQ(status_of("/readyz"), 200);
  EXPECT_EQ(stop_service(), 0);
  const auto stored = run({"--database", database(), "export", "-"});
  for (const auto& one : acknowledged) EXPECT_NE(stored.out.find(one), stored.out.npos);
  EXPECT_EQ(run({"check", database()}).code, 0);
}

TEST_F(DiskFull, SendsAreRefusedBeforeItIsFullWhereAFloorIsSet) {
  set_floor(8);
  start();
  const auto alice = person("alice", kMessageLife);
  std::size_t stored = 0;
  while (alice->send(std::string(30'000, '.'))) ASSERT_LT(++stored, 1000u) << "more than the disk holds";
  EXPECT_GT(stored, 20u);
  EXPECT_GT(std::filesystem::space(disk_.place()).available, 4u * 1024 * 1024) << "room to work is left";
  EXPECT_EQ(status_of("/readyz"), 200) << "nothing failed";
  const auto history = alice->history();
  ASSERT_TRUE(history) << history.error().to_string();
  EXPECT_EQ(history->size(), stored);
}

// What the operator is told must be enough to act.
TEST_F(DiskFull, TheLogSaysThatTheDiskIsFull) {
  start();
  const auto alice = person("alice", kMessageLife);
  std::ofstream(disk_.place() + "/ballast") << std::string(32 * 1024 * 1024, 'x');
  Result<void> sent;
  for (int i = 0; i < 1000 && (sent = alice->send(std::string(30'000, '.'))); ++i) {
  }
  ASSERT_FALSE(sent);
  EXPECT_TRUE(log_says("database or disk is full")) << "commits_fail says why";
}

}  // namespace
}  // namespace parley::faults
