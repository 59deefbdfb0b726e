#include "chat_service/src/transfer/check.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "chat_service/src/media/blobs.hpp"
#include "chat_service/src/transfer/blob_copy.hpp"
#include "common/base/crypto.hpp"
#include "common/base/encoding.hpp"
#include "tests/unit/chat_service_program/lived_in.hpp"

namespace parley::chat_service {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class Check : public ::testing::Test {
 protected:
  void damage(const std::string& sql) {
    auto file = DatabaseFile::open(lived_.path());
    ASSERT_TRUE(file);
    ASSERT_TRUE((*file)->run_script("PRAGMA foreign_keys=OFF; " + sql)) << (*file)->error()->message;
  }
  Violations found() {
    auto checked = check_database(lived_.path());
    EXPECT_TRUE(checked);
    return checked ? *checked : Violations{"it could not be checked"};
  }

  LivedIn lived_;
};

TEST_F(Check, FindsNothingInWhatTheServiceWrote) { EXPECT_THAT(found(), IsEmpty()); }

struct Damage {
  const char* sql;
  const char* what;
};

const Damage kDamages[] = {
    {"UPDATE conversations SET messages_count = messages_count + 1", "messages_count is not"},
    {"UPDATE conversations SET participants_count = 7", "participants_count is not"},
    {"UPDATE conversations SET next_index = next_index + 1", "neither a message nor a hole"},
    {"DELETE FROM message_holes", "neither a message nor a hole"},
    {"UPDATE message_holes SET message_index = 99", "an index that was not given yet"},
    {"UPDATE message_holes SET message_index = 0", "both a message and a hole"},
    {"UPDATE conversations SET last_message_index = 0 WHERE unique_name = 'general'",
     "the last message is not"},
    {"UPDATE conversations SET last_message_date = 5 WHERE unique_name = 'general'",
     "the last message's date"},
    {"UPDATE participants SET last_read = 1000", "a read horizon is beyond"},
    {"DELETE FROM sync_items WHERE typeof(key) = 'integer'", "a message is not in its conversation's list"},
    {"UPDATE sync_items SET removed = 0 WHERE typeof(key) = 'integer'",
     "a list shows a message that does not"},
    {"DELETE FROM sync_items WHERE key LIKE 'MB%'", "a participant is not in the roster"},
    {"DELETE FROM sync_items WHERE key LIKE 'CH%'", "a conversation is not in a participant's own list"},
    {"DELETE FROM participants", "a roster shows somebody who is no participant"},
    {"DELETE FROM participants", "a user's own list shows a conversation that is not theirs"},
    {"UPDATE sync_items SET last_event_id = last_event_id + 1000", "newer than its object's last one"},
    {"UPDATE sync_items SET last_event_id = 1, created_event_id = 0", "have the same event"},
    {"UPDATE sync_objects SET pruned_event_id = last_event_id", "a removed item is older than"},
    {"DELETE FROM conversations WHERE unique_name = 'second'", "a Sync object belongs to nobody"},
    {"DELETE FROM sync_objects WHERE type = 1", "a conversation has a Sync object that does not exist"},
    {"UPDATE users SET service_sid = 'IS1'", "a participant's user is of another service"},
    {"INSERT INTO media VALUES(1,'ME1','IS1','a','media',NULL,'x/y',1,'00',1,'IM1',0,0,0)",
     "a medium belongs to a message that does not exist"},
    {"INSERT INTO media VALUES(1,'ME1','IS1','a','media',NULL,'x/y',1,'../../x',NULL,NULL,0,0,0)",
     "a medium's file is named by something that is no hash"},
    {"INSERT INTO media VALUES(1,'ME1','IS1','a','media',NULL,'x/y',1,'',NULL,NULL,0,0,0)",
     "a medium's file is named by something that is no hash"},
    {"INSERT INTO media VALUES(1,'ME1','IS1','a','media',NULL,'x/y',1,x'00',NULL,NULL,0,0,0)",
     "a medium's file is named by something that is no hash"},
    {"INSERT INTO media_usage VALUES('IS1','a',5)", "what a user's media take is not what is counted"},
    {"UPDATE message_hole_counts SET holes = 5", "the holes of a block are not what is counted"},
    {"INSERT INTO receipts VALUES('DY1',1,'IM1','MB1',NULL,'sent',0,0,0)",
     "a receipt belongs to a message that does not exist"},
    {"UPDATE participants SET user_id = 12345 WHERE id = 1", "a row refers to one that does not exist"},
};

TEST(CheckRules, EachFindsItsDamage) {
  for (const auto& [sql, what] : kDamages) {
    LivedIn lived;
    {
      auto file = DatabaseFile::open(lived.path());
      ASSERT_TRUE(file);
      ASSERT_TRUE((*file)->run_script(std::string("PRAGMA foreign_keys=OFF; ") + sql))
          << sql << ": " << (*file)->error()->message;
    }
    const auto found = check_database(lived.path());
    ASSERT_TRUE(found);
    EXPECT_THAT(*found, Contains(HasSubstr(what))) << sql;
    for (const auto& violation : *found) EXPECT_THAT(violation, ::testing::Not(HasSubstr("alice")));
  }
}

TEST_F(Check, NamesTheFirstCasesAndCountsTheRest) {
  damage("UPDATE sync_items SET last_event_id = last_event_id + 1000");
  damage(
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50) INSERT INTO sync_objects"
      "(sid, service_sid, unique_name, type, last_event_id, date_created, date_updated) "
      "SELECT 'ET' || i, 'IS1', 'x' || i, 0, 0, 0, 0 FROM n");
  EXPECT_THAT(found(), Contains(AllOf(HasSubstr("belongs to nobody"), HasSubstr("and 30 more"))));
}

TEST_F(Check, RefusesWhatIsNoDatabaseOfAService) {
  EXPECT_THAT(check_database(lived_.folder() + "/none").error().message, HasSubstr("there is no such file"));
  const auto other = lived_.folder() + "/other";
  std::ofstream(other) << "text, and not a little of it, so that it cannot be taken for an empty database";
  EXPECT_FALSE(check_database(other));
  damage("UPDATE schema_version SET version = 99 WHERE version = (SELECT MAX(version) FROM schema_version)");
  EXPECT_THAT(check_database(lived_.path()).error().message, HasSubstr("schema has version 99"));
}

class CheckBlobs : public Check {
 protected:
  static constexpr const char* kBytes = "the bytes";

  CheckBlobs() {
    hash_ = hex_encode(as_bytes(sha256(kBytes)));
    damage("INSERT INTO media VALUES(1,'ME1','IS1','a','media',NULL,'text/plain',9,'" + hash_ +
           "',NULL,NULL,0,0,0)");
  }
  std::string media() const { return lived_.folder() + "/media"; }
  std::string write(const std::string& directory, const std::string& hash, const std::string& bytes) const {
    const auto path = media::blob_path(directory, hash);
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << bytes;
    return path;
  }
  Violations found_in(const std::string& directory) const {
    auto checked = check_blobs(lived_.path(), directory);
    if (!checked) return {"it could not be checked"};
    auto& all = checked->violations;
    all.insert(all.end(), checked->strays.begin(), checked->strays.end());
    return all;
  }

  std::string hash_;
};

TEST_F(CheckBlobs, FindsFilesThatAreMissingTooShortOrNobodys) {
  EXPECT_THAT(found_in(media()), ElementsAre(StartsWith("a file of media is missing")));
  write(media(), hash_, "the");
  EXPECT_THAT(found_in(media()), ElementsAre(StartsWith("a file of media has another length")));
  write(media(), hash_, kBytes);
  EXPECT_THAT(found_in(media()), IsEmpty());
  write(media(), std::string(64, 'a'), "stray");
  EXPECT_THAT(found_in(media()), ElementsAre(StartsWith("a file of media has no row")));
}

TEST_F(CheckBlobs, CopiesThemOnceAndOnlyWhole) {
  const auto there = lived_.folder() + "/copy";
  EXPECT_EQ(copy_blobs(lived_.path(), media(), there).value().missing, 1u);
  write(media(), hash_, kBytes);
  EXPECT_EQ(copy_blobs(lived_.path(), media(), there).value().copied, 1u);
  EXPECT_EQ(copy_blobs(lived_.path(), media(), there).value().present, 1u);
  EXPECT_THAT(found_in(there), IsEmpty());
  write(media(), hash_, "BYTES the");
  const auto elsewhere = lived_.folder() + "/elsewhere";
  EXPECT_THAT(copy_blobs(lived_.path(), media(), elsewhere).error().message,
              HasSubstr("is not what its name says"));
  EXPECT_FALSE(std::filesystem::exists(media::blob_path(elsewhere, hash_)));
}

// As a database that somebody else made may hold them.
TEST_F(CheckBlobs, NamesThatAreNoHashesLeadNowhere) {
  const auto there = lived_.folder() + "/copy";
  for (const std::string name : {"", "a", "..", "../../outside", "/etc/passwd", "ab/../../outside"}) {
    damage("UPDATE media SET blob = '" + name + "'");
    EXPECT_THAT(found(), Contains(StartsWith("a medium's file is named by something that is no hash: ME1")));
    EXPECT_THAT(found_in(media()), IsEmpty()) << "nothing is looked for";
    std::ofstream(lived_.folder() + "/outside") << "the bytes";
    const auto copied = copy_blobs(lived_.path(), media(), there);
    ASSERT_FALSE(copied) << name;
    EXPECT_THAT(copied.error().message, HasSubstr("something that is no hash"));
    EXPECT_FALSE(std::filesystem::exists(there));
  }
}

// What is no plain file could keep the reader waiting for ever.
TEST_F(CheckBlobs, CopiesPlainFilesAlone) {
  std::filesystem::create_directories(media::blob_path(media(), hash_));
  const auto done = copy_blobs(lived_.path(), media(), lived_.folder() + "/copy");
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->missing, 1u);
}

}  // namespace
}  // namespace parley::chat_service
