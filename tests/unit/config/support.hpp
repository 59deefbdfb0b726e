#pragma once
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "common/config/config.hpp"

/// What the tests of this room share.
namespace parley::config {

using nlohmann::json;

inline const std::string kExample = std::string(PARLEY_SOURCE_DIR) + "/config.example.json";

inline json example() {
  std::ifstream file(kExample);
  return json::parse(file);
}

inline Environment variables(std::map<std::string, std::string> values) {
  return [values](const char* name) -> std::optional<std::string> {
    const auto found = values.find(name);
    if (found == values.end()) return std::nullopt;
    return found->second;
  };
}
inline const Environment kNoVariables = variables({});

inline Loaded parse_json(const json& document, const Environment& environment = kNoVariables) {
  return parse(document.dump(), "test.json", environment);
}

inline std::string problems_of(const Loaded& loaded) {
  return loaded ? "no problem" : describe(loaded.error());
}

/// A file that is gone with the test.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& content, unsigned mode = 0600) : path_(fresh_path()) {
    std::ofstream(path_, std::ios::binary) << content;
    std::filesystem::permissions(path_, std::filesystem::perms(mode));
  }
  ~TemporaryFile() { std::filesystem::remove(path_); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  const std::string& path() const { return path_; }

 private:
  static std::string fresh_path() {
    static int count = 0;
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    return testing::TempDir() + "/parley_config_" + test->test_suite_name() + "_" + test->name() +
           std::to_string(++count);
  }

  std::string path_;
};

}  // namespace parley::config
