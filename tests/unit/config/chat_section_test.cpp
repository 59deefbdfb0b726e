#include <gmock/gmock.h>

#include "common/config/deployment.hpp"
#include "tests/unit/config/support.hpp"

namespace parley::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const std::string kTemplate = R"([{"friendly_name":"hi","sid":"HX0123456789abcdef0123456789abcdef"}])";

json with_chat(const json& chat) {
  json document = example();
  document["account"]["chat"] = chat;
  return document;
}

TEST(ChatSection, ReadsWhatAnAccountMayHave) {
  const auto loaded = parse_json(with_chat({{"admins", {"root"}},
                                            {"admin_role_sids", {"RL0123456789abcdef0123456789abcdef"}},
                                            {"keep_messages_days", 30},
                                            {"content_templates", json::parse(kTemplate)},
                                            {"public_channels", false},
                                            {"who_may_add", "shared_conversation"}}));
  ASSERT_TRUE(loaded) << problems_of(loaded);
  const auto& chat = loaded->accounts.at(0).chat;
  EXPECT_THAT(chat.admins, ElementsAre("root"));
  EXPECT_THAT(chat.admin_role_sids, ElementsAre("RL0123456789abcdef0123456789abcdef"));
  EXPECT_EQ(chat.keep_messages, std::chrono::hours(30 * 24));
  EXPECT_EQ(chat.content_templates, kTemplate);
  EXPECT_FALSE(chat.public_channels);
  EXPECT_EQ(chat.who_may_add, "shared_conversation");
}

TEST(ChatSection, LeavesEverythingOutByDefault) {
  const auto loaded = parse_json(example());
  ASSERT_TRUE(loaded) << problems_of(loaded);
  const auto& chat = loaded->accounts.at(0).chat;
  EXPECT_TRUE(chat.admins.empty());
  EXPECT_FALSE(chat.keep_messages);
  EXPECT_EQ(chat.content_templates, "[]");
  EXPECT_TRUE(chat.public_channels);
  EXPECT_EQ(chat.who_may_add, "anybody");
}

TEST(ChatSection, TakesTemplatesFromAFile) {
  const TemporaryFile file(kTemplate);
  const auto loaded = parse_json(with_chat({{"content_templates_file", file.path()}}));
  ASSERT_TRUE(loaded) << problems_of(loaded);
  EXPECT_EQ(loaded->accounts.at(0).chat.content_templates, kTemplate);
}

TEST(ChatSection, RefusesAFileOfTemplatesThatIsNone) {
  for (const char* text : {"", "{}", "[]", R"([{"sid":"HX1"}])", "[1]"}) {
    const TemporaryFile file(text);
    const auto loaded = parse_json(with_chat({{"content_templates_file", file.path()}}));
    ASSERT_FALSE(loaded) << text;
    EXPECT_THAT(problems_of(loaded), HasSubstr("account.chat.content_templates_file: expected a file with"));
  }
  EXPECT_THAT(problems_of(parse_json(with_chat({{"content_templates_file", "/no/such/file"}}))),
              HasSubstr("expected the path of a file that can be read"));
}

TEST(ChatSection, TakesTemplatesOnce) {
  const TemporaryFile file(kTemplate);
  EXPECT_THAT(problems_of(parse_json(with_chat(
                  {{"content_templates_file", file.path()}, {"content_templates", json::parse(kTemplate)}}))),
              HasSubstr("content_templates_file: expected this key or content_templates, not both"));
}

TEST(ChatSection, KnowsWhoMayAddWhom) {
  for (const char* rule : {"anybody", "shared_conversation", "admins"})
    EXPECT_TRUE(parse_json(with_chat({{"who_may_add", rule}}))) << rule;
  for (const json& rule : {json("friends"), json(""), json(true)})
    EXPECT_THAT(problems_of(parse_json(with_chat({{"who_may_add", rule}}))),
                HasSubstr("account.chat.who_may_add: expected anybody, shared_conversation or admins"));
}

TEST(ChatSection, RefusesAKeyThatOthersCanRead) {
  const TemporaryFile key("key", 0644);
  json document = example();
  document["chat_service"]["tls"] = {{"certificate_file", "c.pem"}, {"private_key_file", key.path()}};
  EXPECT_THAT(problems_of(parse_json(document)), HasSubstr("chat_service.tls.private_key_file: expected"));
}

/// What a case changes in a configuration that is safe anywhere.
struct Setup {
  std::string listen = "0.0.0.0:443";
  std::string secret = "0123456789abcdefghijklmn";
  bool tls = true;
  bool allow_plain_http = false;
  bool same_service = false;
};

struct Case {
  const char* what;
  Setup setup;
  std::vector<std::string> keys;  ///< of the problems
};

const Case kCases[] = {
    {"safe", {}, {}},
    {"the example on loopback",
     {.listen = "127.0.0.1:4010", .secret = std::string(kExampleSecret), .tls = false},
     {}},
    {"the example's secret", {.secret = std::string(kExampleSecret)}, {"accounts[1].api_key_secret"}},
    {"a weak secret", {.secret = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}, {"accounts[1].api_key_secret"}},
    {"plain HTTP", {.tls = false}, {"chat_service.tls"}},
    {"plain HTTP behind a proxy", {.tls = false, .allow_plain_http = true}, {}},
    {"one service twice", {.listen = "[::1]:1", .same_service = true}, {"accounts[1].chat_service_sid"}},
};

Config make(const Setup& setup) {
  Config config;
  config.accounts.resize(2);
  config.accounts[0].key = "accounts[0]";
  config.accounts[0].api_key_secret = "0123456789abcdefghijklmn";
  config.accounts[0].chat_service_sid = "IS1";
  config.accounts[1].key = "accounts[1]";
  config.accounts[1].api_key_secret = setup.secret;
  config.accounts[1].chat_service_sid = setup.same_service ? "IS1" : "IS2";
  config.chat_service.listen = setup.listen;
  if (setup.tls) config.chat_service.tls = Tls{"c.pem", "k.pem"};
  config.chat_service.allow_plain_http = setup.allow_plain_http;
  return config;
}

TEST(ChatDeployment, RefusesWhatIsNotSafeWhereItListens) {
  for (const auto& [what, setup, keys] : kCases) {
    std::vector<std::string> found;
    for (const auto& problem : check_chat_deployment(make(setup))) found.push_back(problem.key);
    EXPECT_EQ(found, keys) << what;
  }
}

}  // namespace
}  // namespace parley::config
