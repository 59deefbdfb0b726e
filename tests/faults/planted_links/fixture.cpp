#include "tests/faults/planted_links/fixture.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

#include "tests/support/child_process.hpp"

namespace parley::support {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPrecious = "precious";
constexpr auto kTreasureMode = fs::perms::owner_read | fs::perms::owner_write | fs::perms::group_read;

struct stat status_of(const fs::path& path) {
  struct stat status {};
  EXPECT_EQ(::lstat(path.c_str(), &status), 0) << path;
  return status;
}

}  // namespace

void PlantedLinks::SetUp() {
  if (::geteuid() != 0) GTEST_SKIP() << "it takes root to run a command in the directory of another user";
  for (const auto& directory : {house_, service_}) {
    fs::create_directory(directory);
    fs::permissions(directory, fs::perms::owner_all);
  }
  give_to_service(service_);
  std::ofstream(treasure_) << kPrecious;
  fs::permissions(treasure_, kTreasureMode);
}

void PlantedLinks::give_to_service(const fs::path& path) {
  ASSERT_EQ(::lchown(path.c_str(), kService, kService), 0) << path;
}

void PlantedLinks::plant(Plant what, const fs::path& path) const {
  fs::remove(path);
  if (what == Plant::hard_link) return fs::create_hard_link(treasure_, path);
  if (what == Plant::link) fs::create_symlink(treasure_, path);
  if (what == Plant::link_to_nothing) fs::create_symlink(house_ / "nothing", path);
  if (what == Plant::pipe) {
    ASSERT_EQ(::mkfifo(path.c_str(), 0666), 0);
  }
  give_to_service(path);
}

void PlantedLinks::expect_untouched() const {
  const auto status = status_of(treasure_);
  EXPECT_EQ(status.st_uid, 0u);
  EXPECT_EQ(status.st_gid, 0u);
  EXPECT_EQ(fs::status(treasure_).permissions(), kTreasureMode);
  std::ifstream in(treasure_, std::ios::binary);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), kPrecious);
  EXPECT_EQ(std::distance(fs::directory_iterator(house_), fs::directory_iterator()), 1);
}

void PlantedLinks::expect_all_of_the_service() const {
  for (const auto& entry : fs::recursive_directory_iterator(service_)) {
    EXPECT_EQ(status_of(entry.path()).st_uid, kService) << entry;
    EXPECT_EQ(status_of(entry.path()).st_gid, kService) << entry;
  }
}

int PlantedLinks::run(std::vector<std::string> command) {
  ChildProcess running(std::move(command));
  const auto code = running.exit_code();
  EXPECT_TRUE(code) << "it hangs, or it was ended by a signal: " << running.error_output();
  return code.value_or(-1);
}

int PlantedLinks::run_with_line(const std::string& line, std::vector<std::string> command) {
  command.insert(command.begin(), {"/bin/sh", "-c", "echo \"$0\" | \"$@\"", line});
  return run(std::move(command));
}

}  // namespace parley::support
