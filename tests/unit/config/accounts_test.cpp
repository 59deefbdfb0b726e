#include <gmock/gmock.h>

#include "common/config/config.hpp"
#include "tests/unit/config/support.hpp"

namespace parley::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

json account(const std::string& name) {
  json out = example()["account"];
  out["name"] = name;
  return out;
}

json two_accounts() {
  json document = example();
  document.erase("account");
  document["accounts"] = {account("shop"), account("staging")};
  return document;
}

TEST(Accounts, ShortFormIsOneAccountNamedDefault) {
  const auto loaded = parse_json(example());
  ASSERT_TRUE(loaded) << problems_of(loaded);
  ASSERT_EQ(loaded->accounts.size(), 1u);
  EXPECT_EQ(loaded->accounts[0].key, "account");
  EXPECT_EQ(loaded->accounts[0].name, "default");
  EXPECT_EQ(loaded->accounts[0].algorithm, "HS256");
}

TEST(Accounts, ListHasOneAccountPerEntry) {
  const auto loaded = parse_json(two_accounts());
  ASSERT_TRUE(loaded) << problems_of(loaded);
  ASSERT_EQ(loaded->accounts.size(), 2u);
  EXPECT_EQ(loaded->accounts[1].key, "accounts[1]");
  EXPECT_EQ(loaded->accounts[1].name, "staging");
}

TEST(Accounts, ReadsEveryKey) {
  const TemporaryFile file("the-secret-of-the-older-key\n");
  json document = example();
  document["account"].update({{"name", "shop"},
                              {"algorithm", "HS384"},
                              {"region", "ie1"},
                              {"push_credential_sid", "CR" + std::string(32, '1')},
                              {"deployment_role_sid", "RL" + std::string(32, '2')}});
  document["account"]["previous_keys"] = {
      {{"api_key_sid", "SK" + std::string(32, '3')}, {"api_key_secret", "previous"}},
      {{"api_key_sid", "SK" + std::string(32, '4')}, {"api_key_secret_file", file.path()}}};
  document["account"]["grants"] = {{"sync", {{"service_sid", "IS" + std::string(32, '5')}}},
                                   {"video", {{"room", "lobby"}}},
                                   {"voice",
                                    {{"incoming_allowed", true},
                                     {"outgoing_application_sid", "AP" + std::string(32, '6')},
                                     {"outgoing_params", {{"to", "+1"}}},
                                     {"push_credential_sid", "CR" + std::string(32, '7')}}}};
  const auto loaded = parse_json(document);
  ASSERT_TRUE(loaded) << problems_of(loaded);
  const auto& read = loaded->accounts[0];
  EXPECT_EQ(read.name, "shop");
  EXPECT_EQ(read.algorithm, "HS384");
  EXPECT_EQ(read.region, "ie1");
  EXPECT_EQ(read.push_credential_sid, "CR" + std::string(32, '1'));
  EXPECT_EQ(read.deployment_role_sid, "RL" + std::string(32, '2'));
  ASSERT_EQ(read.previous_keys.size(), 2u);
  EXPECT_EQ(read.previous_keys[0].api_key_sid, "SK" + std::string(32, '3'));
  EXPECT_EQ(read.previous_keys[0].api_key_secret, "previous");
  EXPECT_EQ(read.previous_keys[1].api_key_secret, "the-secret-of-the-older-key");
  EXPECT_EQ(read.sync->service_sid, "IS" + std::string(32, '5'));
  EXPECT_EQ(read.video->room, "lobby");
  EXPECT_TRUE(read.voice->incoming_allowed);
  EXPECT_EQ(read.voice->outgoing_application_sid, "AP" + std::string(32, '6'));
  EXPECT_EQ(read.voice->outgoing_params, R"({"to":"+1"})");
  EXPECT_EQ(read.voice->push_credential_sid, "CR" + std::string(32, '7'));
}

TEST(Accounts, LeaveOutWhatTheFileLeavesOut) {
  const auto loaded = parse_json(example());
  ASSERT_TRUE(loaded);
  const auto& read = loaded->accounts[0];
  EXPECT_FALSE(read.sync || read.video || read.voice);
  EXPECT_TRUE(read.previous_keys.empty());
  EXPECT_EQ(read.region + read.push_credential_sid + read.deployment_role_sid, "");
  json document = example();
  document["account"]["grants"] = {{"video", json::object()}, {"voice", json::object()}};
  const auto empty = parse_json(document);
  ASSERT_TRUE(empty) << problems_of(empty);
  EXPECT_TRUE(empty->accounts[0].video && empty->accounts[0].voice);
}

TEST(Accounts, KeepTheOrderOfParameters) {
  json document = example();
  document["account"]["grants"]["voice"] = {{"outgoing_application_sid", "AP" + std::string(32, '6')}};
  std::string text = document.dump();
  text.replace(text.find("\"outgoing_application_sid\""), 0,
               R"("outgoing_params":{"z":1,"a":{"y":[],"b":2}},)");
  const auto loaded = parse(text, "test.json", kNoVariables);
  ASSERT_TRUE(loaded) << problems_of(loaded);
  EXPECT_EQ(loaded->accounts[0].voice->outgoing_params, R"({"z":1,"a":{"y":[],"b":2}})");
}

struct Case {
  const char* pointer;  ///< what is changed
  json value;
  const char* line;  ///< the one problem that results
};

void expect_one_problem(json document, const Case& c) {
  SCOPED_TRACE(std::string(c.pointer) + " = " + c.value.dump());
  document[json::json_pointer(c.pointer)] = c.value;
  const auto loaded = parse_json(document);
  ASSERT_FALSE(loaded);
  EXPECT_THAT(problems_of(loaded), testing::StartsWith(std::string("  ") + c.line));
  EXPECT_EQ(loaded.error().size(), 1u) << problems_of(loaded);
}

// clang-format off
const Case kBadAccount[] = {
    {"/account/name", "", "account.name: expected 1 to 64 letters"},
    {"/account/name", "two words", "account.name: expected 1 to 64 letters"},
    {"/account/algorithm", "none", "account.algorithm: expected HS256, HS384 or HS512"},
    {"/account/algorithm", "RS256", "account.algorithm: expected HS256"},
    {"/account/region", "IE1", "account.region: expected 2 to 16 lower-case letters"},
    {"/account/region", "", "account.region: expected 2 to 16"},
    {"/account/push_credential_sid", "AP0123456789abcdef0123456789abcdef", "account.push_credential_sid: expected \"CR\" and 32"},
    {"/account/deployment_role_sid", "RL1", "account.deployment_role_sid: expected \"RL\" and 32"},
    {"/account/previous_keys", 1, "account.previous_keys: expected a list of objects with api_key_sid and"},
    {"/account/previous_keys/0", 1, "account.previous_keys[0]: expected an object with api_key_sid and"},
    {"/account/previous_keys/0", {{"api_key_sid", "SK1"}, {"api_key_secret", "x"}}, "account.previous_keys[0].api_key_sid: expected \"SK\""},
    {"/account/previous_keys/0", {{"api_key_secret", "x"}}, "account.previous_keys[0].api_key_sid: expected \"SK\" and 32 lower-case hex digits, but it is missing"},
    {"/account/previous_keys/0", {{"api_key_sid", "SK00000000000000000000000000000002"}}, "account.previous_keys[0].api_key_secret: expected a text that is not empty and has no white space; api_key_secret or api_key_secret_file is needed, but both are missing"},
    {"/account/previous_keys/0", {{"api_key_sid", "SK00000000000000000000000000000002"}, {"api_key_secret_file", "/no/such"}}, "account.previous_keys[0].api_key_secret_file: expected the path of a file that can be read, but there is no such file"},
    {"/account/previous_keys/0", {{"api_key_sid", "SK0123456789abcdef0123456789abcdef"}, {"api_key_secret", "x"}}, "account.previous_keys[0].api_key_sid: expected a key that is neither the current one nor listed twice"},
    {"/account/grants", json::array(), "account.grants: expected an object with sync, video or voice"},
    {"/account/grants/chat", json::object(), "account.grants.chat: unknown key; expected one of sync, video, voice"},
    {"/account/grants/sync", json::object(), "account.grants.sync.service_sid: expected \"IS\" and 32 lower-case hex digits, but it is missing"},
    {"/account/grants/sync/service_sid", "XX", "account.grants.sync.service_sid: expected \"IS\""},
    {"/account/grants/video/room", "", "account.grants.video.room: expected the name or SID of a room"},
    {"/account/grants/voice/incoming_allowed", "yes", "account.grants.voice.incoming_allowed: expected true or false"},
    {"/account/grants/voice/outgoing_application_sid", "AC", "account.grants.voice.outgoing_application_sid: expected \"AP\""},
    {"/account/grants/voice/outgoing_params", "{}", "account.grants.voice.outgoing_params: expected an object"},
    {"/account/grants/voice/outgoing_params", {{"a", 1}}, "account.grants.voice.outgoing_application_sid: expected with outgoing_params, but it is missing"},
};
const Case kBadList[] = {
    {"/accounts", json::array(), "accounts: expected a list of objects as account is one, each with a name, at least one"},
    {"/accounts", json::object(), "accounts: expected a list of objects"},
    {"/accounts/1", "x", "accounts[1]: expected an object with name, account_sid"},
    {"/accounts/1/name", "shop", "accounts[1].name: expected a name that no other account has"},
    {"/accounts/1/name", 1, "accounts[1].name: expected 1 to 64 letters"},
    {"/accounts/1/api_key_sid", "SK", "accounts[1].api_key_sid: expected \"SK\" and 32"},
    {"/accounts/1/sid", "SK", "accounts[1].sid: unknown key; expected one of account_sid, algorithm,"},
    {"/accounts/1/api_key_secret", std::string(2049, 'x'), "accounts[1].api_key_secret: expected at most 2048 bytes"},
    {"/account", example()["account"], "account: expected account or accounts, not both"},
};
// clang-format on

TEST(Accounts, NameTheKeyAndWhatWasExpected) {
  for (const auto& c : kBadAccount) expect_one_problem(example(), c);
  for (const auto& c : kBadList) expect_one_problem(two_accounts(), c);
}

TEST(Accounts, NeedANameInAList) {
  json document = two_accounts();
  document["accounts"][1].erase("name");
  EXPECT_THAT(problems_of(parse_json(document)),
              testing::MatchesRegex("  accounts\\[1\\].name: expected 1 to 64 .*, but it is missing\n"));
}

TEST(Accounts, TakeNoVariablesWithAList) {
  const auto loaded =
      parse_json(two_accounts(), variables({{"TWILIO_API_KEY", "SK1"}, {"TWILIO_API_SECRET", "hush"}}));
  ASSERT_FALSE(loaded);
  EXPECT_THAT(loaded.error(),
              ElementsAre(Problem{"accounts",
                                  "expected account with TWILIO_API_KEY in the environment, which fills "
                                  "account only"},
                          Problem{"accounts",
                                  "expected account with TWILIO_API_SECRET in the environment, which fills "
                                  "account only"}));
}

TEST(Accounts, ReadSecretFilesInAList) {
  const TemporaryFile file("s3cret\n");
  json document = two_accounts();
  document["accounts"][1].erase("api_key_secret");
  document["accounts"][1]["api_key_secret_file"] = file.path();
  const auto loaded = parse_json(document);
  ASSERT_TRUE(loaded) << problems_of(loaded);
  EXPECT_EQ(loaded->accounts[1].api_key_secret, "s3cret");
}

#ifndef _WIN32
TEST(Accounts, RefuseSecretFilesThatOthersCanRead) {
  const TemporaryFile file("s3cret\n", 0644);
  json document = two_accounts();
  document["accounts"][1].erase("api_key_secret");
  document["accounts"][1]["api_key_secret_file"] = file.path();
  EXPECT_EQ(
      problems_of(parse_json(document)),
      "  accounts[1].api_key_secret_file: expected a file that only its owner and group can read (chmod "
      "o-rwx)\n");
}
#endif

TEST(Accounts, SurviveAVariableThatIsNoText) {
  const auto loaded = parse_json(example(), variables({{"TWILIO_API_KEY", "SK\xff\xfe"}}));
  EXPECT_THAT(problems_of(loaded), HasSubstr("account.api_key_sid (from TWILIO_API_KEY): expected"));
}

}  // namespace
}  // namespace parley::config
