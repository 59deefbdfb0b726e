#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/faults/planted_links/fixture.hpp"

namespace parley::support {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* kNames[] = {"keys.json", "keys.json.lock", "keys.json.new", "audit.log",
                                  "token.db",  "token.db-wal",   "token.db-shm",  "token.db-journal"};

class TokenServerPlantedLinks : public PlantedLinks {
 protected:
  /// A configuration of root's, with everything in `directory`.
  std::vector<std::string> program(const fs::path& directory) const {
    std::ifstream file(std::string(PARLEY_SOURCE_DIR) + "/config.example.json");
    auto config = json::parse(file);
    auto& section = config["token_server"];
    section["callers"] = {{{"type", "backend_keys"}, {"keys_file", directory / "keys.json"}},
                          {{"type", "users"}}};
    section["database"] = directory / "token.db";
    section["audit_log"] = directory / "audit.log";
    const auto path = files_.directory() / "config.json";
    std::ofstream(path) << config.dump();
    return {PARLEY_TOKEN_SERVER, "--config", path.string()};
  }
  int add_key(const fs::path& directory) {
    auto command = program(directory);
    command.insert(command.end(), {"key", "add", "key-" + std::to_string(++number_)});
    return run(command);
  }
  int add_user(const fs::path& directory) {
    auto command = program(directory);
    command.insert(command.end(), {"user", "add", "user-" + std::to_string(++number_)});
    return run_with_line("correct horse", command);
  }

  int number_ = 0;
};

TEST_F(TokenServerPlantedLinks, WhatRootMakesBelongsToTheService) {
  EXPECT_EQ(add_key(service_), 0);
  EXPECT_EQ(add_user(service_), 0);
  EXPECT_EQ(add_key(service_ / "deep"), 0) << "a directory that is made";
  expect_all_of_the_service();
}

TEST_F(TokenServerPlantedLinks, LeadNowhere) {
  for (const char* name : kNames)
    for (const auto what : kPlants) {
      SCOPED_TRACE(std::string(name) + ", plant " + std::to_string(static_cast<int>(what)));
      for (const auto& entry : fs::directory_iterator(service_)) fs::remove_all(entry);
      plant(what, service_ / name);
      add_key(service_);
      plant(what, service_ / name);
      add_user(service_);
      expect_untouched();
    }
}

// What the link leads to is a list of keys, so nothing refuses it before the command opens what it changes.
TEST_F(TokenServerPlantedLinks, LeadToNoOtherListOfKeys) {
  const auto keys = files_.directory() / "house" / "list";
  std::ofstream(keys) << "[]";
  fs::permissions(keys, fs::perms::owner_read | fs::perms::owner_write);
  fs::create_symlink(keys, service_ / "keys.json");
  give_to_service(service_ / "keys.json");
  EXPECT_NE(add_key(service_), 0);
  EXPECT_FALSE(fs::exists(keys.string() + ".lock"));
  std::ifstream after(keys);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(after), {}), "[]");
}

TEST_F(TokenServerPlantedLinks, LeadNowhereInThePlaceOfADirectoryEither) {
  fs::create_directory_symlink(house_, service_ / "deep");
  give_to_service(service_ / "deep");
  EXPECT_NE(add_key(service_ / "deep"), 0);
  EXPECT_NE(add_user(service_ / "deep"), 0);
  EXPECT_NE(add_key(service_ / "deep" / "deeper"), 0);
  expect_untouched();
}

}  // namespace
}  // namespace parley::support
