#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

#include <parley/cache_sqlite.hpp>

#include "common/storage/database.hpp"
#include "tests/support/temporary_file.hpp"

namespace parley::detail {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

StoredOutgoing message(const std::string& id) {
  StoredOutgoing one{.local_id = id, .channel_sid = "CH1"};
  one.message = std::make_shared<const NewMessage>("text of " + id);
  one.created_at = WallTime(1234567890123456us);
  return one;
}

/// Caches in a directory of the test's.
class CacheSqlite : public ::testing::Test {
 protected:
  Result<CacheComponent::Opened> open(const std::string& identity = "alice") const {
    return open_sqlite_cache({directory.string(), "wss://chat", identity});
  }
  void write(std::vector<CacheChange> changes) {
    auto opened = open();
    ASSERT_TRUE(opened) << opened.error().to_string();
    ASSERT_TRUE(opened->store->write(changes));
  }
  std::vector<StoredOutgoing> outgoing(const std::string& identity = "alice") const {
    auto opened = open(identity);
    EXPECT_TRUE(opened) << opened.error().to_string();
    return opened ? opened->contents.outgoing : std::vector<StoredOutgoing>();
  }
  /// The only file with that ending.
  fs::path file(const std::string& ending) const {
    for (const auto& entry : fs::directory_iterator(directory))
      if (entry.path().string().ends_with(ending)) return entry.path();
    ADD_FAILURE() << "no file " << ending;
    return {};
  }

  const testing::TemporaryFile files;
  const fs::path directory = files.directory() / "cache";
};

TEST_F(CacheSqlite, EverythingOfAMessageComesBack) {
  StoredOutgoing given = message("a");
  given.named = true;
  given.newest_before = 41;
  NewMessage text("text", R"({"a":1})");
  text.files = {NewFile::from_bytes(std::string("\0x", 2), "name", "image/png"), NewFile::from_path("/p")};
  given.message = std::make_shared<const NewMessage>(text);
  given.progress = {
      .expires_at = WallTime(1234567990123456us),
      .sendable_since = WallTime(1234567890999999us),
      .media_sids = {"ME1"},
      .error = Error{.code = Errc::forbidden, .message = "no", .http_status = 403, .server_code = 50430},
      .blocked = true};
  write({AddOutgoing{given}});
  const auto found = outgoing();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].local_id, given.local_id);
  EXPECT_EQ(found[0].channel_sid, given.channel_sid);
  EXPECT_EQ(found[0].message->text, text.text);
  EXPECT_EQ(found[0].message->attributes, text.attributes);
  EXPECT_EQ(found[0].created_at, given.created_at);
  EXPECT_TRUE(found[0].named);
  EXPECT_EQ(found[0].newest_before, 41);
  ASSERT_EQ(found[0].message->files.size(), 2u);
  EXPECT_EQ(found[0].message->files[0].bytes, std::string("\0x", 2));
  EXPECT_EQ(found[0].message->files[0].filename, "name");
  EXPECT_EQ(found[0].message->files[0].content_type, "image/png");
  EXPECT_EQ(found[0].message->files[1].path, "/p");
  EXPECT_EQ(found[0].progress.expires_at, given.progress.expires_at);
  EXPECT_EQ(found[0].progress.sendable_since, given.progress.sendable_since);
  EXPECT_EQ(found[0].progress.media_sids, given.progress.media_sids);
  EXPECT_EQ(found[0].progress.error->code, Errc::forbidden);
  EXPECT_EQ(found[0].progress.error->http_status, 403);
  EXPECT_EQ(found[0].progress.error->server_code, 50430);
  EXPECT_TRUE(found[0].progress.blocked);
}

TEST_F(CacheSqlite, ChangesApplyInTheirOrder) {
  write({AddOutgoing{message("a")}, AddOutgoing{message("b")}, AddOutgoing{message("c")},
         UpdateOutgoing{"a", {}, /*to_end=*/true}, EraseOutgoing{"b"}, MarkSendable{WallTime(5s)},
         AddOutgoing{message("d")}, AddOutgoing{message("d")}});
  const auto found = outgoing();
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0].local_id, "c");
  EXPECT_EQ(found[1].local_id, "a");
  EXPECT_EQ(found[2].local_id, "d");
  EXPECT_EQ(found[0].progress.sendable_since, WallTime(5s));
  EXPECT_FALSE(found[2].progress.sendable_since) << "it came after the mark";
}

Message stored(std::int64_t index, const std::string& text = "") {
  Message one;
  one.index = index;
  one.text = text.empty() ? std::to_string(index) : text;
  return one;
}

/// Of the indexes first to last, all that are not left out exist.
PutMessages put(std::int64_t first, std::int64_t last, const std::set<std::int64_t>& without = {}) {
  PutMessages change{.range = {first, last}};
  for (auto index = first; index <= last; ++index)
    if (!without.contains(index)) change.messages.push_back(stored(index));
  return change;
}

ChangeHistory history(std::vector<HistoryChange> changes, std::int64_t oldest_kept = 0,
                      const std::string& channel = "CH1") {
  return {channel, std::make_shared<const std::vector<HistoryChange>>(std::move(changes)), oldest_kept};
}

/// "3 4 5", and what else was found.
std::string read(CacheStore& store, IndexRange within, std::size_t limit, bool newest_first,
                 const std::string& channel = "CH1") {
  const auto found = store.read({channel, within, limit, newest_first});
  EXPECT_TRUE(found) << found.error().to_string();
  if (!found) return "";
  std::string text;
  for (const auto& one : found->messages) text += (text.empty() ? "" : " ") + one.text;
  return text + (found->more ? " more" : "") + (found->complete ? "" : " incomplete");
}

TEST_F(CacheSqlite, EverythingOfAMessageOfTheHistoryComesBack) {
  Message given = stored(7, "text");
  given.sid = "IM7";
  given.author = "bob";
  given.attributes = R"({"a":1})";
  given.created_at = WallTime(1234567890123456us);
  given.updated_at = WallTime(1234567890123457us);
  given.updated_by = "carol";
  given.media = {{"ME1", "media", "a.png", "image/png", 5}, {"ME2", "media", "b", "text/plain", 6}};
  Message other = stored(8);
  other.media = {{"ME3", "media", "c", "text/plain", 7}};
  write({history({PutMessages{{7, 8}, {given, other}}})});
  const auto opened = open();
  const auto found = opened->store->read({"CH1", {7, 8}, 10, false});
  ASSERT_TRUE(found) << found.error().to_string();
  ASSERT_EQ(found->messages.size(), 2u);
  const Message& one = found->messages[0];
  EXPECT_EQ(one.index, 7);
  EXPECT_EQ(one.sid, given.sid);
  EXPECT_EQ(one.author, given.author);
  EXPECT_EQ(one.text, given.text);
  EXPECT_EQ(one.attributes, given.attributes);
  EXPECT_EQ(one.created_at, given.created_at);
  EXPECT_EQ(one.updated_at, given.updated_at);
  EXPECT_EQ(one.updated_by, given.updated_by);
  ASSERT_EQ(one.media.size(), 2u);
  EXPECT_EQ(one.media[0].sid, "ME1");
  EXPECT_EQ(one.media[0].category, "media");
  EXPECT_EQ(one.media[0].filename, "a.png");
  EXPECT_EQ(one.media[0].content_type, "image/png");
  EXPECT_EQ(one.media[0].size, 5);
  EXPECT_EQ(one.media[1].sid, "ME2");
  ASSERT_EQ(found->messages[1].media.size(), 1u);
  EXPECT_EQ(found->messages[1].media[0].sid, "ME3");
}

TEST_F(CacheSqlite, MessagesAreReadFromEitherEndOfARange) {
  write({history({put(10, 20, {15})})});
  const auto opened = open();
  CacheStore& store = *opened->store;
  EXPECT_EQ(read(store, {10, 20}, 3, true), "18 19 20 more");
  EXPECT_EQ(read(store, {10, 17}, 3, true), "14 16 17 more");
  EXPECT_EQ(read(store, {10, 12}, 3, true), "10 11 12");
  EXPECT_EQ(read(store, {10, 12}, 9, true), "10 11 12");
  EXPECT_EQ(read(store, {14, 20}, 2, false), "14 16 more");
  EXPECT_EQ(read(store, {15, 15}, 2, false), "") << "it is known that there is none";
  EXPECT_EQ(read(store, {10, 25}, 3, false), "10 11 12 more");
  EXPECT_EQ(read(store, {19, 25}, 3, false), "19 20 incomplete");
  EXPECT_EQ(read(store, {0, 20}, 50, true).substr(29), " incomplete");
  EXPECT_EQ(read(store, {10, 20}, 3, true, "CH2"), " incomplete");
}

TEST_F(CacheSqlite, RangesOfAHistoryGrowTogether) {
  write({history({put(0, 2), put(10, 12)}), PutChannel{std::make_shared<const ChannelState>([] {
           ChannelState state;
           state.sid = "CH1";
           return state;
         }())}});
  using Ranges = std::vector<IndexRange>;
  const auto known = [this] { return open()->contents.channels[0].known_history; };
  EXPECT_EQ(known(), (Ranges{{0, 2}, {10, 12}}));
  write({history({put(13, 14)})});
  EXPECT_EQ(known(), (Ranges{{0, 2}, {10, 14}}));
  write({history({put(2, 10)})});
  EXPECT_EQ(known(), (Ranges{{0, 14}}));
  write({history({put(15, 20)}, /*oldest_kept=*/12)});
  EXPECT_EQ(known(), (Ranges{{12, 20}}));
  write({EraseChannel{"CH1"}, PutChannel{std::make_shared<const ChannelState>(ChannelState())}});
  EXPECT_EQ(known(), Ranges{});
  const auto opened = open();
  EXPECT_EQ(read(*opened->store, {0, 20}, 100, true), " incomplete");
}

TEST_F(CacheSqlite, WhatChangesOfAMessageReplacesIt) {
  write({history({put(0, 5)})});
  write({history({UpdateMessage{stored(3, "new")}, UpdateMessage{stored(9, "unknown")}, EraseMessage{4}})});
  write({history({put(0, 1, {0})})});
  const auto opened = open();
  EXPECT_EQ(read(*opened->store, {0, 9}, 100, false), "1 2 new 5 incomplete");
}

TEST_F(CacheSqlite, WhatIsTooMuchIsDroppedByWholeChannels) {
  write({history({put(0, 9)}, 0, "CH1"), history({put(0, 9)}, 0, "CH2"), history({put(10, 10)}, 0, "CH1")});
  write({LimitHistories{4500}});  // a message takes a little more than 200
  {
    const auto opened = open();
    EXPECT_EQ(read(*opened->store, {9, 10}, 5, false), "9 10");
    EXPECT_EQ(read(*opened->store, {0, 9}, 5, false, "CH2"), "0 1 2 3 4 more");
  }
  write({LimitHistories{4000}});
  {
    const auto opened = open();
    EXPECT_EQ(read(*opened->store, {9, 10}, 5, false), "9 10");
    EXPECT_EQ(read(*opened->store, {0, 9}, 5, false, "CH2"), " incomplete") << "it changed first";
  }
  write({history({EraseMessage{0}, EraseMessage{1}, UpdateMessage{stored(2, std::string(100, 'x'))}}),
         LimitHistories{2000}});
  {
    const auto opened = open();
    EXPECT_EQ(read(*opened->store, {9, 10}, 5, false), "9 10");
  }
  write({history({UpdateMessage{stored(2, std::string(200, 'x'))}}), LimitHistories{2000}});
  const auto opened = open();
  EXPECT_EQ(read(*opened->store, {9, 10}, 5, false), " incomplete");
}

TEST_F(CacheSqlite, AHistoryThatIsErasedGoesOn) {
  write({history({put(0, 9), EraseHistory(), put(20, 21)})});
  {
    const auto opened = open();
    EXPECT_EQ(read(*opened->store, {0, 9}, 5, false), " incomplete");
    EXPECT_EQ(read(*opened->store, {20, 21}, 5, false), "20 21");
  }
  write({LimitHistories{300}});
  const auto opened = open();
  EXPECT_EQ(read(*opened->store, {20, 21}, 5, false), " incomplete") << "it was counted";
}

TEST_F(CacheSqlite, ALimitOfNothingLeavesNone) {
  write({history({put(0, 9)}), history({put(5, 5, {5})}, 0, "CH2"), LimitHistories{0}});
  const auto opened = open();
  EXPECT_EQ(read(*opened->store, {0, 9}, 5, false), " incomplete");
  EXPECT_EQ(read(*opened->store, {5, 5}, 5, false, "CH2"), " incomplete");
}

TEST_F(CacheSqlite, EverythingOfAChannelComesBackButItsMembers) {
  ChannelState given;
  given.sid = "CH1";
  given.name = "alice#bob";
  given.description = "shown";
  given.attributes = R"({"a":1})";
  given.created_by = "alice";
  given.kind = ChannelKind::direct;
  given.peer = "bob";
  given.joined = given.loaded = given.muted = true;
  given.created_at = WallTime(1234567890123456us);
  given.updated_at = WallTime(1234567890123457us);
  given.last_message_index = 8;
  given.last_read_index = 6;
  given.unread = {2, true, 7};
  write({PutChannel{std::make_shared<const ChannelState>(given)}});
  {
    const auto opened = open();
    ASSERT_EQ(opened->contents.channels.size(), 1u);
    const ChannelState& found = opened->contents.channels[0];
    EXPECT_EQ(found.sid, given.sid);
    EXPECT_EQ(found.name, given.name);
    EXPECT_EQ(found.description, given.description);
    EXPECT_EQ(found.attributes, given.attributes);
    EXPECT_EQ(found.created_by, given.created_by);
    EXPECT_EQ(found.kind, given.kind);
    EXPECT_EQ(found.peer, given.peer);
    EXPECT_TRUE(found.joined && found.muted && !found.loaded);
    EXPECT_EQ(found.created_at, given.created_at);
    EXPECT_EQ(found.updated_at, given.updated_at);
    EXPECT_EQ(found.last_message_index, 8);
    EXPECT_EQ(found.last_read_index, 6);
    EXPECT_EQ(found.unread, (Unread{2, false, 7, UnreadReason::restored}));
  }
  write({EraseChannel{"CH1"}});
  EXPECT_TRUE(open()->contents.channels.empty());
}

TEST_F(CacheSqlite, AnOlderOneIsBroughtUpToDate) {
  write({AddOutgoing{message("a")}});
  {
    auto database = storage::Database::open({.path = file(".db").string()}).value();
    for (const char* table :
         {"channel", "message_medium", "message", "history_range", "history", "read_horizon"})
      ASSERT_TRUE(database->run_script(std::string("DROP TABLE ") + table));
    ASSERT_TRUE(database->run_script("DELETE FROM schema_version WHERE version > 1"));
  }
  auto opened = open();
  ASSERT_TRUE(opened) << opened.error().to_string();
  EXPECT_FALSE(opened->contents.damage);
  EXPECT_EQ(opened->contents.outgoing.size(), 1u);
  EXPECT_TRUE(opened->store->write({EraseChannel{"CH1"}}));
}

TEST_F(CacheSqlite, AnotherIdentityAndAnotherServiceSeeNothingOfIt) {
  write({AddOutgoing{message("a")}});
  EXPECT_TRUE(outgoing("bob").empty());
  const auto other = open_sqlite_cache({directory.string(), "wss://other", "alice"});
  EXPECT_TRUE(other->contents.outgoing.empty());
  EXPECT_EQ(outgoing().size(), 1u);
}

TEST_F(CacheSqlite, NobodyElseMayReadItsFiles) {
  const auto opened = open();
  ASSERT_TRUE(opened->store->write({AddOutgoing{message("a")}}));
  EXPECT_EQ(fs::status(directory).permissions(), fs::perms::owner_all);
  std::size_t files = 0;
  for (const auto& entry : fs::directory_iterator(directory)) {
    ++files;
    EXPECT_EQ(entry.status().permissions(), fs::perms::owner_read | fs::perms::owner_write) << entry.path();
  }
  EXPECT_EQ(files, 4u) << "the database, its log and index, the lock";
}

TEST_F(CacheSqlite, ASecondClientIsRefusedUntilTheFirstIsClosed) {
  auto first = open();
  ASSERT_TRUE(first);
  const auto second = open();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::conflict);
  EXPECT_NE(second.error().message.find(".db: another client has it open"), std::string::npos);
  EXPECT_TRUE(open("bob")) << "that is another one";
  first->store.reset();
  EXPECT_TRUE(open());
}

TEST_F(CacheSqlite, OneThatIsBeingClosedIsWaitedFor) {
  auto first = open();
  std::thread closing([store = std::move(first->store)]() mutable {
    std::this_thread::sleep_for(200ms);  // a client that still writes
    store.reset();
  });
  EXPECT_TRUE(open());
  closing.join();
}

TEST_F(CacheSqlite, ALinkIsNotFollowed) {
  open();
  const fs::path database = file(".db");
  const fs::path elsewhere = directory / "elsewhere";
  std::ofstream(elsewhere).close();
  fs::remove(database);
  fs::create_symlink(elsewhere, database);
  const auto opened = open();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Errc::storage_error);
  EXPECT_EQ(fs::file_size(elsewhere), 0u);
}

TEST_F(CacheSqlite, ADirectoryThatCannotBeMadeIsNamed) {
  const auto opened = open_sqlite_cache({"/proc/no/such", "wss://chat", "alice"});
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().message.find("/proc/no/such"), std::string::npos);
}

TEST_F(CacheSqlite, ANewerOneIsRefusedAndStaysAsItIs) {
  write({AddOutgoing{message("a")}});
  {
    auto database = storage::Database::open({.path = file(".db").string()}).value();
    ASSERT_TRUE(database->run("INSERT INTO schema_version(version, name) VALUES(1000, 'future')"));
  }
  const auto opened = open();
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().message.find("newer"), std::string::npos);
  auto database = storage::Database::open({.path = file(".db").string()}).value();
  EXPECT_TRUE(database->query("SELECT 1 FROM outbox").next());
}

TEST_F(CacheSqlite, WhatIsNoDatabaseIsSetAside) {
  write({AddOutgoing{message("a")}});
  std::ofstream(file(".db"), std::ios::trunc) << std::string(8192, 'x');
  auto opened = open();
  ASSERT_TRUE(opened) << opened.error().to_string();
  ASSERT_TRUE(opened->contents.damage);
  EXPECT_NE(opened->contents.damage->message.find(".db.damaged-1"), std::string::npos);
  EXPECT_TRUE(opened->contents.outgoing.empty());
  EXPECT_EQ(fs::file_size(file(".db.damaged-1")), 8192u);
  EXPECT_TRUE(opened->store->write({AddOutgoing{message("b")}}));
}

TEST_F(CacheSqlite, WhatCanBeReadOfADamagedOneIsSaved) {
  std::vector<CacheChange> changes;
  for (int i = 0; i < 500; ++i) {
    StoredOutgoing one = message("message" + std::to_string(i));
    one.message = std::make_shared<const NewMessage>(std::string(1000, 'x') + std::to_string(i));
    changes.emplace_back(AddOutgoing{one});
  }
  write(changes);
  {
    std::fstream database(file(".db"), std::ios::in | std::ios::out | std::ios::binary);
    database.seekp(static_cast<std::streamoff>(fs::file_size(file(".db")) / 2));
    database << std::string(4096, 'x');
  }
  {
    const auto opened = open();
    ASSERT_TRUE(opened) << opened.error().to_string();
    ASSERT_TRUE(opened->contents.damage);
    EXPECT_GT(opened->contents.outgoing.size(), 300u);
    EXPECT_EQ(opened->contents.outgoing.front().local_id, "message0");
    EXPECT_EQ(opened->contents.outgoing.back().local_id, "message499");
  }
  EXPECT_GT(outgoing().size(), 300u) << "and lies in the new one";
}

TEST_F(CacheSqlite, ADamagedHistoryCostsNothingButHistories) {
  ChannelState channel;
  channel.sid = "CH1";
  channel.name = "general";
  std::vector<CacheChange> changes{AddOutgoing{message("waits")}, PutHorizon{"CH1", 7, false},
                                   PutChannel{std::make_shared<const ChannelState>(channel)}};
  PutMessages many = put(0, 999);
  for (auto& one : many.messages) one.text = std::string(1000, 'x');
  changes.emplace_back(history({std::move(many)}));
  write(changes);
  {
    std::fstream database(file(".db"), std::ios::in | std::ios::out | std::ios::binary);
    database.seekp(static_cast<std::streamoff>(fs::file_size(file(".db")) / 2 / 4096 * 4096));
    database << std::string(4096, 'x');
  }
  for (const bool first : {true, false}) {
    const auto opened = open();
    ASSERT_TRUE(opened) << opened.error().to_string();
    EXPECT_FALSE(opened->contents.damage);
    ASSERT_EQ(opened->contents.channels.size(), 1u);
    EXPECT_EQ(opened->contents.channels[0].name, "general");
    EXPECT_EQ(opened->contents.channels[0].known_history.empty(), !first);
    EXPECT_EQ(opened->contents.horizons.size(), 1u);
    ASSERT_EQ(opened->contents.outgoing.size(), 1u);
    EXPECT_EQ(opened->contents.outgoing[0].local_id, "waits");
    const auto sound = opened->store->verify();
    ASSERT_EQ(sound.has_value(), !first);
    if (first) {
      EXPECT_NE(sound.error().message.find(".db.damaged-1"), std::string::npos);
    }
    EXPECT_EQ(read(*opened->store, {0, 9}, 5, false), " incomplete");
    EXPECT_TRUE(opened->store->write(
        {AddOutgoing{message(first ? "first" : "second")}, EraseOutgoing{first ? "first" : "second"}}));
  }
}

TEST_F(CacheSqlite, AChangeThatWasBrokenOffIsFinished) {
  write({AddOutgoing{message("saved")}});
  fs::rename(file(".db"), file(".db").string() + ".whole");
  std::ofstream(file(".lock").replace_extension(".db")) << std::string(8192, 'x');
  const auto found = outgoing();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].local_id, "saved");
  EXPECT_EQ(fs::file_size(file(".db.damaged-1")), 8192u);
}

TEST_F(CacheSqlite, EveryDamagedFileIsKept) {
  for (int i = 1; i <= 3; ++i) {
    write({AddOutgoing{message("a")}});
    std::ofstream(file(".db"), std::ios::trunc) << std::string(4096, 'x');
    ASSERT_TRUE(open());
    EXPECT_EQ(fs::file_size(file(".db.damaged-" + std::to_string(i))), 4096u);
  }
}

TEST_F(CacheSqlite, WhatIsForgottenLeavesAnEmptyLockFile) {
  write({AddOutgoing{message("a")}});
  std::ofstream(file(".db"), std::ios::trunc) << std::string(8192, 'x');
  open();  // sets one aside
  const CachePlace place{directory.string(), "wss://chat", "alice"};
  {
    const auto opened = open();
    EXPECT_EQ(remove_sqlite_cache(place).error().code, Errc::conflict) << "somebody has it open";
  }
  ASSERT_TRUE(remove_sqlite_cache(place));
  for (const auto& entry : fs::directory_iterator(directory)) {
    EXPECT_TRUE(entry.path().string().ends_with(".lock")) << entry.path();
    EXPECT_EQ(entry.file_size(), 0u);
  }
  EXPECT_TRUE(outgoing().empty());
}

}  // namespace
}  // namespace parley::detail
