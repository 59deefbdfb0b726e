#include "chat_service/src/transfer/listing.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "chat_service/program/administer.hpp"
#include "chat_service/service.hpp"
#include "chat_service/src/store/tables.hpp"
#include "chat_service/src/transfer/check.hpp"
#include "chat_service/src/transfer/export.hpp"
#include "common/base/random.hpp"
#include "tests/unit/chat_service_program/lived_in.hpp"

namespace parley::chat_service {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class Listing : public ::testing::Test {
 protected:
  LivedIn lived_;
};

TEST_F(Listing, ShowsUsersOnALineEach) {
  const auto lines = list_users(lived_.path(), "");
  ASSERT_TRUE(lines);
  ASSERT_THAT(*lines, SizeIs(2));
  const auto alice = json::parse(lines->front());
  EXPECT_EQ(alice["identity"], "alice");
  EXPECT_EQ(alice["friendly_name"], "Alice");
  EXPECT_EQ(alice["channels"], 2);
}

TEST_F(Listing, ShowsChannelsOnALineEach) {
  const auto lines = list_channels(lived_.path(), std::string(testing::kServiceSid));
  ASSERT_TRUE(lines);
  ASSERT_THAT(*lines, SizeIs(2));
  const auto general = json::parse(lines->front());
  EXPECT_EQ(general["sid"], lived_.room_sid());
  EXPECT_EQ(general["friendly_name"], "Grüße \"du\"");
  EXPECT_EQ(general["messages"], 2);
  EXPECT_EQ(general["participants"], 2);
}

TEST_F(Listing, ShowsAChannelWithItsParticipants) {
  const auto lines = show_channel(lived_.path(), "", "general");
  ASSERT_TRUE(lines);
  ASSERT_THAT(*lines, SizeIs(3));
  EXPECT_EQ(json::parse((*lines)[2])["identity"], "bob");
  EXPECT_EQ(json::parse((*lines)[2])["last_read"], 2);
  EXPECT_EQ(show_channel(lived_.path(), "", "nowhere").error().code, Errc::not_found);
}

TEST_F(Listing, AServiceThatIsNotThereIsNoEmptyOne) {
  const auto lines = list_users(lived_.path(), "nonsense");
  ASSERT_FALSE(lines);
  EXPECT_EQ(lines.error().message,
            "service: there is no nonsense in the database, which has " + std::string(testing::kServiceSid));
  EXPECT_EQ(list_channels(lived_.path(), "nonsense").error().code, Errc::not_found);
  EXPECT_EQ(find_channel(lived_.path(), "nonsense", "general").error().message, lines.error().message);
}

TEST_F(Listing, AChannelIsDeletedWhereNoServiceRuns) {
  const auto name = find_channel(lived_.path(), "", "general");
  ASSERT_TRUE(name);
  const auto done = delete_channel(lived_.path(), *name);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(find_channel(lived_.path(), "", "general").error().code, Errc::not_found);
  EXPECT_THAT(check_database(lived_.path()).value(), IsEmpty());
  EXPECT_EQ(delete_channel(lived_.path(), *name).error().http_status, 404);
}

TEST_F(Listing, ARunningServiceDeletesAChannelItself) {
  std::vector<std::string> log;
  ServiceOptions options;
  options.database = lived_.path();
  options.tenants = {testing::test_tenant()};
  options.log = [&](const std::string& line) { log.push_back(line); };
  Service service(std::move(options));
  ASSERT_TRUE(service.start());
  const auto name = find_channel(lived_.path(), "", "general");
  ASSERT_TRUE(name);
  const auto done = delete_channel(lived_.path(), *name);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(delete_channel(lived_.path(), *name).error().http_status, 404);
  service.stop(std::chrono::seconds(1));
  EXPECT_THAT(log, ::testing::Contains(HasSubstr(R"("event":"admin","status":204)")));
  EXPECT_THAT(check_database(lived_.path()).value(), IsEmpty());
}

TEST_F(Listing, TheClockIsAcceptedWhereNoServiceRunsAndWhereOneDoes) {
  const auto accepted = [&] {
    auto file = DatabaseFile::open(lived_.path());
    auto row = (*file)->query("SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'latest_time'");
    return row.next() ? row.integer(0) : 0;
  };
  const auto before = to_millis(system_clock().wall_now());
  EXPECT_LT(accepted(), before);
  ASSERT_TRUE(administer(lived_.path(), {.action = AcceptClock()}));
  EXPECT_GE(accepted(), before);
  {
    SecureRandom random;
    Store::open(lived_.path(), random).value()->tables().meta.set_latest_time(5);
  }
  std::vector<std::string> log;
  ServiceOptions options;
  options.database = lived_.path();
  options.tenants = {testing::test_tenant()};
  options.log = [&](const std::string& line) { log.push_back(line); };
  Service service(std::move(options));
  ASSERT_TRUE(service.start());
  ASSERT_TRUE(administer(lived_.path(), {.action = AcceptClock()}));
  service.stop(std::chrono::seconds(1));
  EXPECT_GE(accepted(), before);
  EXPECT_THAT(log, ::testing::Contains(HasSubstr(R"("event":"clock_jumped")")));
}

// A database that is read or copied while a deleted channel is still being erased.
TEST_F(Listing, NothingOfADeletedChannelIsListedExportedOrFoundAmiss) {
  {
    testing::CoreDriver driver({.database = lived_.path(), .erase_rows = 1});
    testing::TestClient alice(driver, "alice");
    ASSERT_EQ(alice.remove(alice.link("conversations") + "/" + lived_.room_sid()).status, 204);
    auto row = driver.database().query("SELECT COUNT(*) FROM messages");
    ASSERT_TRUE(row.next());
    ASSERT_GT(row.integer(0), 0) << "its rows are there";
  }
  EXPECT_THAT(check_database(lived_.path()).value(), IsEmpty());
  EXPECT_THAT(list_channels(lived_.path(), "").value(), SizeIs(1));
  EXPECT_EQ(show_channel(lived_.path(), "", lived_.room_sid()).error().code, Errc::not_found);
  const auto text = exported(lived_.path());
  EXPECT_THAT(text, ::testing::Not(HasSubstr(lived_.room_sid() + ".messages")));
  EXPECT_THAT(text, ::testing::Not(HasSubstr("kept")));
  std::istringstream in(text);
  const auto imported = import_database(lived_.folder() + "/other.db", in);
  EXPECT_TRUE(imported) << imported.error().message;
}

/// What the operator changes for Alice.
AdminCall change_block(const std::string& blocked, bool on) {
  return {.service_sid = std::string(testing::kServiceSid), .action = ChangeBlock{"alice", blocked, on}};
}

TEST_F(Listing, BlocksAreChangedWithAndWithoutAService) {
  const auto name = find_user(lived_.path(), "", "alice");
  ASSERT_TRUE(name);
  EXPECT_EQ(find_user(lived_.path(), "", "nobody").error().code, Errc::not_found);
  ASSERT_TRUE(administer(lived_.path(), change_block("mallory", true)));
  ServiceOptions options;
  options.database = lived_.path();
  options.tenants = {testing::test_tenant()};
  Service service(std::move(options));
  ASSERT_TRUE(service.start());
  ASSERT_TRUE(administer(lived_.path(), change_block("eve \"#%", true)));
  ASSERT_TRUE(administer(lived_.path(), change_block("trudy", true)));
  ASSERT_TRUE(administer(lived_.path(), change_block("trudy", false)));
  EXPECT_EQ(administer(lived_.path(), change_block("alice", true)).error().message,
            "identity: expected somebody else's");
  EXPECT_FALSE(administer(lived_.path(), change_block("", true)));
  service.stop(std::chrono::seconds(1));
  const auto lines = list_blocks(lived_.path(), *name);
  ASSERT_TRUE(lines);
  ASSERT_THAT(*lines, SizeIs(2));
  EXPECT_EQ(json::parse(lines->front())["identity"], "eve \"#%");
  EXPECT_EQ(json::parse(lines->back())["identity"], "mallory");
  EXPECT_THAT(check_database(lived_.path()).value(), IsEmpty());
}

TEST(AdminCalls, ComeBackAsTheyWere) {
  for (const bool on : {true, false}) {
    const auto call = decode_admin_call(encode(change_block("bob", on)));
    ASSERT_TRUE(call);
    const auto* change = std::get_if<ChangeBlock>(&call->action);
    ASSERT_TRUE(change);
    EXPECT_EQ(change->identity, "alice");
    EXPECT_EQ(change->blocked, "bob");
    EXPECT_EQ(change->on, on);
  }
  for (const char* line : {"", "{}", R"({"service":"IS1"})", R"({"service":"IS1","block":1})",
                           R"({"service":"IS1","block":{"identity":"a"}})", R"({"block":{"identity":"a"}})"})
    EXPECT_FALSE(decode_admin_call(line)) << line;
}

TEST_F(Listing, TwoServicesCannotHaveOneDatabase) {
  ServiceOptions options;
  options.database = lived_.path();
  options.tenants = {testing::test_tenant()};
  Service first(options), second(options);
  ASSERT_TRUE(first.start());
  const auto refused = second.start();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::storage_error);
  first.stop(std::chrono::seconds(0));
}

}  // namespace
}  // namespace parley::chat_service
