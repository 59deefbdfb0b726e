#include <sys/stat.h>

#include "tests/faults/planted_links/fixture.hpp"
#include "tests/unit/chat_service_program/lived_in.hpp"

namespace parley::support {
namespace {

namespace fs = std::filesystem;

class ChatServicePlantedLinks : public PlantedLinks {
 protected:
  /// The service's directory with a database of its user's and nothing else.
  void begin() const {
    for (const auto& entry : fs::directory_iterator(service_)) fs::remove_all(entry);
    fs::copy_file(lived_.path(), database_);
    fs::permissions(database_, fs::perms::owner_read | fs::perms::owner_write);
    give_to_service(database_);
  }
  int command(std::vector<std::string> words) const {
    words.insert(words.begin(), {PARLEY_CHAT_SERVICE, "--database", database_.string()});
    return run(words);
  }
  /// Does it with each kind of plant in the place of each of these files.
  void with_each(const std::vector<const char*>& names, const std::function<void()>& work) const {
    for (const char* name : names)
      for (const auto what : kPlants) {
        SCOPED_TRACE(std::string(name) + ", plant " + std::to_string(static_cast<int>(what)));
        begin();
        plant(what, service_ / name);
        work();
        expect_untouched();
      }
  }

  const chat_service::LivedIn lived_;
  const fs::path database_ = service_ / "chat.db";
};

TEST_F(ChatServicePlantedLinks, WhatRootMakesBelongsToTheService) {
  begin();
  EXPECT_EQ(command({"channel", "delete", "general"}), 0);
  EXPECT_EQ(command({"check"}), 0);
  EXPECT_EQ(command({"export", service_ / "all.jsonl"}), 0);
  EXPECT_EQ(command({"backup", service_ / "copy.db"}), 0);
  EXPECT_EQ(command({"restore", service_ / "copy.db"}), 0);
  expect_all_of_the_service();
}

TEST_F(ChatServicePlantedLinks, WhatTheOperatorNamesElsewhereIsRoots) {
  begin();
  for (const auto& words : {std::vector<std::string>{"backup", files_.directory() / "copy.db"},
                            std::vector<std::string>{"export", files_.directory() / "all.jsonl"}}) {
    EXPECT_EQ(command(words), 0);
    struct stat status {};
    ASSERT_EQ(::stat(words.back().c_str(), &status), 0);
    EXPECT_EQ(status.st_uid, 0u);
  }
  EXPECT_EQ(command({"restore", files_.directory() / "copy.db"}), 0);
  expect_all_of_the_service();
}

TEST_F(ChatServicePlantedLinks, LeadNowhereBesideTheDatabase) {
  with_each({"chat.db", "chat.db-lock", "chat.db-wal", "chat.db-shm", "chat.db-journal", "chat.db-admin"},
            [&] {
              command({"channel", "delete", "general"});
              command({"check"});
            });
}

TEST_F(ChatServicePlantedLinks, LeadNowhereInThePlaceOfWhatACommandWrites) {
  with_each({"copy.db", "copy.db.partial", "copy.db.partial-journal"}, [&] {
    command({"backup", service_ / "copy.db"});
    command({"export", service_ / "copy.db"});
  });
  with_each({"chat.db.partial", "chat.db.replaced-1", "chat.db-lock"}, [&] {
    command({"restore", lived_.path()});
  });
}

TEST_F(ChatServicePlantedLinks, AreNotReadInThePlaceOfABackup) {
  begin();
  const auto secret = house_ / "secret.db";
  fs::copy_file(lived_.path(), secret);
  fs::permissions(secret, fs::perms::owner_read | fs::perms::owner_write);
  fs::create_symlink(secret, service_ / "copy.db");
  give_to_service(service_ / "copy.db");
  fs::create_directory_symlink(house_, service_ / "deep");
  give_to_service(service_ / "deep");
  EXPECT_NE(command({"restore", service_ / "copy.db"}), 0);
  EXPECT_NE(command({"restore", service_ / "deep" / "secret.db"}), 0);
  EXPECT_EQ(command({"restore", secret}), 0) << "what the operator names is read";
}

TEST_F(ChatServicePlantedLinks, LeadNowhereInThePlaceOfADirectoryEither) {
  begin();
  fs::create_directory_symlink(house_, service_ / "deep");
  give_to_service(service_ / "deep");
  EXPECT_NE(command({"backup", service_ / "deep" / "copy.db"}), 0);
  EXPECT_NE(run({PARLEY_CHAT_SERVICE, "--database", service_ / "deep" / "chat.db", "restore", lived_.path()}),
            0);
  expect_untouched();
}

}  // namespace
}  // namespace parley::support
