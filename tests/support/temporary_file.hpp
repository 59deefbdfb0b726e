#pragma once
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <string>

namespace parley::testing {

/// A directory of its own with the path of a database in it; removed with everything inside.
class TemporaryFile {
 public:
  TemporaryFile() {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    const std::string name = std::string("parley-") + test->name() + "-" + std::to_string(::getpid());
    directory_ = std::filesystem::temp_directory_path() / name;
    std::filesystem::create_directories(directory_);
  }
  ~TemporaryFile() {
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }
  std::string path() const { return directory_ / "test.db"; }
  std::filesystem::path directory() const { return directory_; }

 private:
  std::filesystem::path directory_;
};

}  // namespace parley::testing
