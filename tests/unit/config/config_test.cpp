#include "common/config/config.hpp"

#include <gmock/gmock.h>

#include "tests/unit/config/support.hpp"

namespace parley::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kSecret = "example-secret-change-me-0123456";

TEST(Config, ExampleRunsAsItIs) {
  const auto loaded = load(kExample, kNoVariables);
  ASSERT_TRUE(loaded) << problems_of(loaded);
  EXPECT_EQ(loaded->accounts.at(0).account_sid, "AC0123456789abcdef0123456789abcdef");
  EXPECT_EQ(loaded->accounts.at(0).api_key_sid, "SK0123456789abcdef0123456789abcdef");
  EXPECT_EQ(loaded->accounts.at(0).api_key_secret, kSecret);
  EXPECT_EQ(loaded->accounts.at(0).chat_service_sid, "IS0123456789abcdef0123456789abcdef");
}

TEST(Config, DefaultsOfAbsentSectionsAreThoseOfTheExample) {
  const auto full = load(kExample, kNoVariables);
  const auto bare = parse_json({{"account", example()["account"]}});
  ASSERT_TRUE(full && bare) << problems_of(bare);
  EXPECT_EQ(bare->token_server.listen, full->token_server.listen);
  EXPECT_EQ(bare->token_server.token_ttl, full->token_server.token_ttl);
  EXPECT_EQ(bare->chat_service.listen, full->chat_service.listen);
  EXPECT_EQ(bare->chat_service.database, full->chat_service.database);
  EXPECT_EQ(bare->demo_app.token_url, full->demo_app.token_url);
  EXPECT_EQ(bare->demo_app.chat_url, full->demo_app.chat_url);
}

/// The JSON blocks of the document about this.
std::vector<std::string> documented_examples() {
  std::ifstream file(std::string(PARLEY_SOURCE_DIR) + "/docs/configuration.md");
  std::vector<std::string> blocks;
  bool inside = false;
  for (std::string line; std::getline(file, line);) {
    if (inside && line == "```") inside = false;
    if (inside) blocks.back() += line + "\n";
    if (line == "```json") inside = true, blocks.emplace_back();
  }
  return blocks;
}

// What a reader does with a block: replace the sections it has, or put it into the callers.
json paste(json block, const std::string& secret_file) {
  json document = example();
  if (block.contains("type")) {
    document["token_server"]["callers"] = json::array({block});
    return document;
  }
  const json flat = block.flatten();
  for (const auto& [pointer, value] : flat.items())
    if (pointer.ends_with("api_key_secret_file")) block[json::json_pointer(pointer)] = secret_file;
  if (block.contains("accounts")) document.erase("account");
  document.update(block);
  return document;
}

TEST(Config, DocumentedExamplesCanBePasted) {
  const TemporaryFile secret("s3cret");
  const auto blocks = documented_examples();
  EXPECT_GE(blocks.size(), 6u);
  for (const auto& block : blocks) {
    const auto loaded = parse_json(paste(json::parse(block), secret.path()));
    EXPECT_TRUE(loaded) << block << problems_of(loaded);
  }
}

TEST(Config, ReadsEveryKey) {
  json document = example();
  document["token_server"]["listen"] = "[::1]:0";
  document["token_server"]["token_ttl_seconds"] = 180;
  document["chat_service"] = {{"listen", "0.0.0.0:65535"},
                              {"public_url", "https://chat.example.com/base"},
                              {"database", ":memory:"},
                              {"tls", {{"certificate_file", "c.pem"}, {"private_key_file", "k.pem"}}},
                              {"allow_plain_http", true},
                              {"allowed_origins", {"https://app.example.com"}},
                              {"trusted_proxies", {"10.0.0.1"}},
                              {"metrics_listen", "127.0.0.1:0"},
                              {"drain_seconds", 9},
                              {"media",
                               {{"directory", "media"},
                                {"max_megabytes", 5},
                                {"max_user_megabytes", 6},
                                {"min_free_megabytes", 0},
                                {"content_types", {"image/*"}},
                                {"url_life_seconds", 60}}},
                              {"messages", {{"max_user_megabytes", 2}, {"min_free_megabytes", 3}}},
                              {"throttle", {{"per_second", 8}, {"burst", 9}}},
                              {"limits",
                               {{"max_connections", 7},
                                {"connections_per_address", 6},
                                {"connections_per_user", 5},
                                {"inits_per_second_per_address", 4},
                                {"send_queue_bytes", 4194304},
                                {"total_queue_bytes", 33554432},
                                {"total_inbound_bytes", 16777216}}}};
  document["demo_app"] = {{"token_url", "https://t.example.com/a/v1/token"},
                          {"chat_url", "wss://c:1/v3/wsconnect"}};
  const auto loaded = parse_json(document);
  ASSERT_TRUE(loaded) << problems_of(loaded);
  EXPECT_EQ(loaded->token_server.listen, "[::1]:0");
  EXPECT_EQ(loaded->token_server.token_ttl, std::chrono::seconds(180));
  EXPECT_EQ(loaded->chat_service.listen, "0.0.0.0:65535");
  EXPECT_EQ(loaded->chat_service.public_url, "https://chat.example.com/base");
  EXPECT_EQ(loaded->chat_service.database, ":memory:");
  const auto& chat = loaded->chat_service;
  ASSERT_TRUE(chat.tls);
  EXPECT_EQ(chat.tls->certificate_file, "c.pem");
  EXPECT_TRUE(chat.allow_plain_http);
  EXPECT_EQ(chat.allowed_origins, std::vector<std::string>{"https://app.example.com"});
  EXPECT_EQ(chat.metrics_listen, "127.0.0.1:0");
  EXPECT_EQ(chat.drain, std::chrono::seconds(9));
  EXPECT_EQ(chat.media.directory, "media");
  EXPECT_EQ(chat.media.max_megabytes, 5u);
  EXPECT_EQ(chat.media.max_user_megabytes, 6u);
  EXPECT_EQ(chat.media.min_free_megabytes, 0u);
  EXPECT_EQ(chat.media.content_types, std::vector<std::string>{"image/*"});
  EXPECT_EQ(chat.media.url_life, std::chrono::seconds(60));
  EXPECT_EQ(chat.messages.max_user_megabytes, 2u);
  EXPECT_EQ(chat.messages.min_free_megabytes, 3u);
  EXPECT_EQ(chat.throttle.per_second, 8u);
  EXPECT_EQ(chat.throttle.burst, 9u);
  EXPECT_EQ(chat.limits.max_connections, 7u);
  EXPECT_EQ(chat.limits.connections_per_address, 6u);
  EXPECT_EQ(chat.limits.connections_per_user, 5u);
  EXPECT_EQ(chat.limits.inits_per_second_per_address, 4u);
  EXPECT_EQ(chat.trusted_proxies, std::vector<std::string>{"10.0.0.1"});
  EXPECT_EQ(chat.limits.send_queue_bytes, 4194304u);
  EXPECT_EQ(chat.limits.total_queue_bytes, 33554432u);
  EXPECT_EQ(chat.limits.total_inbound_bytes, 16777216u);
  EXPECT_EQ(loaded->demo_app.token_url, "https://t.example.com/a/v1/token");
  EXPECT_EQ(loaded->demo_app.chat_url, "wss://c:1/v3/wsconnect");
}

struct Case {
  const char* pointer;  ///< what is changed in the example
  json value;
  const char* line;  ///< the one problem that results
};

// clang-format off
const Case kCases[] = {
    {"/account", 5, "account: expected an object with account_sid"},
    {"/account/account_sid", "SK0123456789abcdef0123456789abcdef", "account.account_sid: expected \"AC\" and 32 lower-case hex digits"},
    {"/account/account_sid", "AC0123456789abcdef0123456789abcde", "account.account_sid: expected \"AC\""},
    {"/account/account_sid", "AC0123456789abcdef0123456789abcdef0", "account.account_sid: expected \"AC\""},
    {"/account/account_sid", "AC0123456789ABCDEF0123456789abcdef", "account.account_sid: expected \"AC\""},
    {"/account/account_sid", "AC0123456789abcdef0123456789abcdef\n", "account.account_sid: expected \"AC\""},
    {"/account/account_sid", "", "account.account_sid: expected \"AC\""},
    {"/account/account_sid", nullptr, "account.account_sid: expected \"AC\""},
    {"/account/api_key_sid", "AC0123456789abcdef0123456789abcdef", "account.api_key_sid: expected \"SK\" and 32 lower-case hex digits"},
    {"/account/chat_service_sid", "CH0123456789abcdef0123456789abcdef", "account.chat_service_sid: expected \"IS\" and 32 lower-case hex digits"},
    {"/account/api_key_secret", "", "account.api_key_secret: expected a text that is not empty"},
    {"/account/api_key_secret", "two words", "account.api_key_secret: expected a text that is not empty and has no white space"},
    {"/account/api_key_secret", 12345, "account.api_key_secret: expected a text"},
    {"/account/auth_token", "x", "account.auth_token: unknown key; expected one of account_sid, algorithm, api_key_secret,"},
    {"/token_server", json::array(), "token_server: expected an object with listen, token_ttl_seconds and callers"},
    {"/token_server/listen", "127.0.0.1", "token_server.listen: expected an address and a port"},
    {"/token_server/listen", "127.0.0.1:65536", "token_server.listen: expected an address and a port"},
    {"/token_server/listen", 4000, "token_server.listen: expected an address and a port"},
    {"/token_server/token_ttl_seconds", 179, "token_server.token_ttl_seconds: expected a whole number of seconds, 180 to 86400"},
    {"/token_server/token_ttl_seconds", 86401, "token_server.token_ttl_seconds: expected a whole number"},
    {"/token_server/token_ttl_seconds", -1, "token_server.token_ttl_seconds: expected a whole number"},
    {"/token_server/token_ttl_seconds", 3600.5, "token_server.token_ttl_seconds: expected a whole number"},
    {"/token_server/token_ttl_seconds", "3600", "token_server.token_ttl_seconds: expected a whole number"},
    {"/token_server/token_ttl_seconds", true, "token_server.token_ttl_seconds: expected a whole number"},
    {"/token_server/ttl", 3600, "token_server.ttl: unknown key; expected one of allow_plain_http, audit_log, callers,"},
    {"/chat_service/listen", "127.0.0.1:", "chat_service.listen: expected an address and a port"},
    {"/chat_service/listen", "http://127.0.0.1:4010", "chat_service.listen: expected an address and a port"},
    {"/chat_service/public_url", "chat.example.com", "chat_service.public_url: expected an http or https URL"},
    {"/chat_service/public_url", "https://user:pw@host", "chat_service.public_url: expected an http or https URL"},
    {"/chat_service/database", "", "chat_service.database: expected the path of a file, or \":memory:\""},
    {"/chat_service/media", {{"directory", 1}}, "chat_service.media.directory: expected the path of a directory"},
    {"/chat_service/media", {{"max_user_megabytes", 0}}, "chat_service.media.max_user_megabytes: expected a whole number, 1 to"},
    {"/chat_service/media", {{"min_free_megabytes", -1}}, "chat_service.media.min_free_megabytes: expected a whole number, 0 to"},
    {"/chat_service/media", {{"content_types", {"Image/PNG"}}}, "chat_service.media.content_types[0]: expected a type in lower case"},
    {"/chat_service/messages", {{"max_user_megabytes", -1}}, "chat_service.messages.max_user_megabytes: expected a whole number, 0 to"},
    {"/chat_service/messages", {{"min_free_megabytes", 1048577}}, "chat_service.messages.min_free_megabytes: expected a whole number, 0 to"},
    {"/chat_service/throttle", {{"burst", 0}}, "chat_service.throttle.burst: expected a whole number, 1 to 1000000"},
    {"/chat_service/allowed_origins", {"*"}, "chat_service.allowed_origins[0]: expected an origin as browsers send it"},
    {"/account/chat", {{"admin_role_sids", {"IS0123456789abcdef0123456789abcdef"}}}, "account.chat.admin_role_sids[0]: expected \"RL\" and 32 lower-case hex digits"},
    {"/account/chat", {{"keep_messages_days", 0}}, "account.chat.keep_messages_days: expected a whole number of days, 1 to 36500"},
    {"/account/chat", {{"content_templates", {{{"sid", "XX"}}}}}, "account.chat.content_templates[0].sid: expected \"HX\" and 32 lower-case hex digits"},
    {"/chat_service/limits", 1, "chat_service.limits: expected an object with max_connections"},
    {"/chat_service/limits", {{"max_connections", 0}}, "chat_service.limits.max_connections: expected a whole number, 1 to 1000000"},
    {"/chat_service/limits", {{"total_queue_bytes", 33554431}}, "chat_service.limits.total_queue_bytes: expected a whole number of bytes, 33554432 to 1099511627776"},
    {"/chat_service/limits", {{"total_inbound_bytes", 16777215}}, "chat_service.limits.total_inbound_bytes: expected a whole number of bytes, 16777216 to 1099511627776"},
    {"/chat_service/limits", {{"send_queue_bytes", 4194303}}, "chat_service.limits.send_queue_bytes: expected a whole number of bytes, 4194304 to 1073741824"},
    {"/chat_service/limits", {{"max_connexions", 1}}, "chat_service.limits.max_connexions: unknown key"},
    {"/demo_app/token_url", "http://127.0.0.1:4000/auth", "demo_app.token_url: expected an http or https URL that ends in /v1/token"},
    {"/demo_app/token_url", "ws://127.0.0.1:4000/v1/token", "demo_app.token_url: expected an http or https URL"},
    {"/demo_app/token_url", "http://127.0.0.1:4000/v1/token?x=/v1/token", "demo_app.token_url: expected"},
    {"/demo_app/chat_url", "ws://127.0.0.1:4010/v3/wsconnect/", "demo_app.chat_url: expected a ws or wss URL that ends in /v3/wsconnect"},
    {"/demo_app/chat_url", "http://127.0.0.1:4010/v3/wsconnect", "demo_app.chat_url: expected a ws or wss URL"},
    {"/chat_services", {}, "chat_services: unknown key; expected one of account, accounts, chat_service, demo_app, token_server"},
    {"", json::array(), "the file: expected an object with the section account or accounts"},
    {"", "text", "the file: expected an object"},
};
// clang-format on

TEST(Config, NamesTheKeyAndWhatWasExpected) {
  for (const auto& c : kCases) {
    SCOPED_TRACE(std::string(c.pointer) + " = " + c.value.dump());
    json document = example();
    document[json::json_pointer(c.pointer)] = c.value;
    const auto loaded = parse_json(document);
    ASSERT_FALSE(loaded);
    EXPECT_THAT(problems_of(loaded), HasSubstr(std::string("  ") + c.line));
    EXPECT_EQ(loaded.error().size(), 1u) << problems_of(loaded);
  }
}

TEST(Config, AsksForEveryKeyThatIsMissing) {
  for (const char* pointer :
       {"/account/account_sid", "/account/api_key_sid", "/account/chat_service_sid",
        "/account/api_key_secret", "/token_server/listen", "/token_server/token_ttl_seconds",
        "/chat_service/listen", "/chat_service/database", "/demo_app/token_url", "/demo_app/chat_url",
        "/token_server/callers", "/account"}) {
    SCOPED_TRACE(pointer);
    const json::json_pointer path(pointer);
    json document = example();
    document[path.parent_pointer()].erase(path.back());
    const auto loaded = parse_json(document);
    ASSERT_FALSE(loaded);
    ASSERT_EQ(loaded.error().size(), 1u) << problems_of(loaded);
    std::string key = std::string(pointer).substr(1);
    std::replace(key.begin(), key.end(), '/', '.');
    EXPECT_EQ(loaded.error()[0].key, key);
    EXPECT_THAT(loaded.error()[0].what, HasSubstr("missing"));
  }
}

TEST(Config, ListsAllProblemsAtOnceAndNeverTheSecret) {
  json document = example();
  document["account"]["api_key_sid"] = kSecret;  // pasted into the wrong line
  document["account"]["api_key_secret"] = "hush hush";
  document["token_server"]["token_ttl_seconds"] = 1;
  document["demo_app"]["chat_url"] = 1;
  document["extra"] = "hush hush";
  const auto loaded = parse_json(document);
  ASSERT_FALSE(loaded);
  std::vector<std::string> keys;
  for (const auto& problem : loaded.error()) keys.push_back(problem.key);
  EXPECT_THAT(keys,
              testing::UnorderedElementsAre("account.api_key_sid", "account.api_key_secret",
                                            "token_server.token_ttl_seconds", "demo_app.chat_url", "extra"));
  EXPECT_THAT(problems_of(loaded), Not(HasSubstr(kSecret)));
  EXPECT_THAT(problems_of(loaded), Not(HasSubstr("hush")));
}

TEST(Config, SaysWhereTheJsonBreaksWithoutQuotingIt) {
  const std::string text = "{\n  \"account\": {\"api_key_secret\": \"hush\" \"hush\"}\n}";
  const auto loaded = parse(text, "my.json", kNoVariables);
  ASSERT_FALSE(loaded);
  ASSERT_EQ(loaded.error().size(), 1u);
  EXPECT_THAT(loaded.error()[0].key, testing::StartsWith("my.json:2:"));
  EXPECT_EQ(loaded.error()[0].what, "expected well-formed JSON");
  EXPECT_THAT(problems_of(parse("", "my.json", kNoVariables)),
              HasSubstr("my.json:1:1: expected well-formed JSON"));
}

TEST(Config, RefusesAKeyNamedTwice) {
  std::string text = example().dump();
  text.replace(text.find("\"api_key_sid\""), 0, "\"api_key_sid\":\"SK1\",");
  EXPECT_THAT(problems_of(parse(text, "my.json", kNoVariables)),
              HasSubstr("account.api_key_sid: expected once, but it is there twice"));
}

TEST(Config, SurvivesHostileSizes) {
  json document = example();
  document["account"]["account_sid"] = "AC" + std::string(60'000, 'a');
  EXPECT_THAT(problems_of(parse_json(document)),
              HasSubstr("account.account_sid: expected at most 2048 bytes"));
  document = example();
  document["demo_app"]["token_url"] = "http://" + std::string(2000, 'a') + "/v1/token";
  EXPECT_TRUE(parse_json(document));
  document = example();
  for (int i = 0; i < 1001; ++i) document["token_server"]["trusted_proxies"].push_back(1);
  EXPECT_EQ(problems_of(parse_json(document)),
            "  token_server.trusted_proxies: expected at most 1000 entries\n");
  document = example();
  for (int i = 0; i < 500; ++i) document["x" + std::to_string(i)] = 1;
  EXPECT_FALSE(parse_json(document));
  const std::string nested = "{\"account\":" + std::string(30'000, '[') + std::string(30'000, ']') + "}";
  EXPECT_THAT(problems_of(parse(nested, "my.json", kNoVariables)), HasSubstr("nested"));
}

TEST(Config, ReportsAFileThatCannotBeRead) {
  const std::string missing = testing::TempDir() + "/parley_no_such_file.json";
  EXPECT_THAT(problems_of(load(missing, kNoVariables)),
              HasSubstr(missing + ": expected a file that can be read, but there is no such file"));
  EXPECT_THAT(problems_of(load(testing::TempDir(), kNoVariables)),
              HasSubstr("expected a file that can be read, but it is a directory"));
  const TemporaryFile large(std::string(64 * 1024 + 1, ' '));
  EXPECT_THAT(problems_of(load(large.path(), kNoVariables)), HasSubstr("it has more than 64 KiB"));
}

TEST(Config, TakesTheSecretFromAFile) {
  for (const char* content : {"s3cret", "s3cret\n", "s3cret\r\n"}) {
    const TemporaryFile file(content);
    json document = example();
    document["account"].erase("api_key_secret");
    document["account"]["api_key_secret_file"] = file.path();
    const auto loaded = parse_json(document);
    ASSERT_TRUE(loaded) << problems_of(loaded);
    EXPECT_EQ(loaded->accounts.at(0).api_key_secret, "s3cret");
  }
}

TEST(Config, RefusesABadSecretFileWithoutRepeatingIt) {
  const TemporaryFile empty("\n"), words("two words"), open("s3cret", 0604);
  const std::pair<std::string, std::string> cases[] = {
      {testing::TempDir() + "/parley_hush",
       "expected the path of a file that can be read, but there is no such file"},
      {testing::TempDir(), "expected the path of a file that can be read, but it is a directory"},
      {"/dev/null",
       "expected the path of a file that can be read, but it is no regular file but a pipe, a device or a "
       "socket"},
      {empty.path(), "expected a file that is not empty"},
      {words.path(), "expected a file that holds the secret and nothing else"},
#ifndef _WIN32
      {open.path(), "expected a file that only its owner and group can read (chmod o-rwx)"},
#endif
      {"", "expected the path of a file that holds the secret"},
  };
  for (const auto& [path, expected] : cases) {
    SCOPED_TRACE(path);
    json document = example();
    document["account"].erase("api_key_secret");
    document["account"]["api_key_secret_file"] = path;
    const auto loaded = parse_json(document);
    ASSERT_FALSE(loaded);
    EXPECT_EQ(problems_of(loaded), "  account.api_key_secret_file: " + expected + "\n");
  }
}

TEST(Config, WantsOneSourceOfTheSecret) {
  json document = example();
  document["account"]["api_key_secret_file"] = "secret.txt";
  EXPECT_EQ(problems_of(parse_json(document)),
            "  account.api_key_secret: expected api_key_secret or api_key_secret_file, not both\n");
}

const std::map<std::string, std::string> kAllVariables = {
    {"TWILIO_ACCOUNT_SID", "AC00000000000000000000000000000001"},
    {"TWILIO_API_KEY", "SK00000000000000000000000000000002"},
    {"TWILIO_API_SECRET", "from-the-environment"},
    {"TWILIO_CHAT_SERVICE_SID", "IS00000000000000000000000000000003"},
};

TEST(Config, LetsTheEnvironmentReplaceTheAccount) {
  json document = example();
  document["account"]["account_sid"] = "wrong, but replaced";
  document["account"].erase("api_key_secret");
  document["account"]["api_key_secret_file"] = "/no/such/file";
  const auto loaded = parse_json(document, variables(kAllVariables));
  ASSERT_TRUE(loaded) << problems_of(loaded);
  EXPECT_EQ(loaded->accounts.at(0).account_sid, "AC00000000000000000000000000000001");
  EXPECT_EQ(loaded->accounts.at(0).api_key_sid, "SK00000000000000000000000000000002");
  EXPECT_EQ(loaded->accounts.at(0).api_key_secret, "from-the-environment");
  EXPECT_EQ(loaded->accounts.at(0).chat_service_sid, "IS00000000000000000000000000000003");
}

TEST(Config, NeedsNoFileWhenTheEnvironmentHasTheAccount) {
  EXPECT_TRUE(load("", variables(kAllVariables)));
  auto incomplete = kAllVariables;
  incomplete.erase("TWILIO_API_KEY");
  EXPECT_EQ(problems_of(load("", variables(incomplete))),
            "  account.api_key_sid: expected \"SK\" and 32 lower-case hex digits, but it is missing\n");
  EXPECT_THAT(problems_of(load("", kNoVariables)), HasSubstr("TWILIO_ACCOUNT_SID"));
}

TEST(Config, NamesTheVariableThatIsWrong) {
  auto bad = kAllVariables;
  bad["TWILIO_API_KEY"] = bad["TWILIO_ACCOUNT_SID"];
  bad["TWILIO_API_SECRET"] = "";
  const auto loaded = parse_json(example(), variables(bad));
  ASSERT_FALSE(loaded);
  EXPECT_THAT(loaded.error(), ElementsAre(Problem{"account.api_key_secret (from TWILIO_API_SECRET)",
                                                  "expected a text that is not empty and has no white space"},
                                          Problem{"account.api_key_sid (from TWILIO_API_KEY)",
                                                  "expected \"SK\" and 32 lower-case hex digits"}));
}

}  // namespace
}  // namespace parley::config
