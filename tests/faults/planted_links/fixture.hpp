#pragma once
#include <gtest/gtest.h>
#include <sys/types.h>

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/temporary_file.hpp"

namespace parley::support {

/// A directory of root's with a treasure in it, and a service's directory, in which its user has planted
/// something. Tests of it are skipped for all but root, who alone is two users.
class PlantedLinks : public ::testing::Test {
 protected:
  static constexpr uid_t kService = 61234;
  enum class Plant { link, link_to_nothing, hard_link, pipe };
  static constexpr std::array kPlants{Plant::link, Plant::link_to_nothing, Plant::hard_link, Plant::pipe};

  void SetUp() override;

  /// Puts something of the service's user there, in the place of what is there.
  void plant(Plant what, const std::filesystem::path& path) const;
  /// The treasure is as it was, and nothing was made beside it.
  void expect_untouched() const;
  /// Everything in the service's directory belongs to its user.
  void expect_all_of_the_service() const;
  static void give_to_service(const std::filesystem::path& path);

  /// The exit code of a program; it must not hang.
  static int run(std::vector<std::string> command);
  /// The same with a line on its standard input.
  static int run_with_line(const std::string& line, std::vector<std::string> command);

  parley::testing::TemporaryFile files_;
  const std::filesystem::path house_ = files_.directory() / "house";
  const std::filesystem::path treasure_ = house_ / "treasure";
  const std::filesystem::path service_ = files_.directory() / "service";
};

}  // namespace parley::support
