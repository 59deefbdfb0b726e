#include "common/protocol/token/access_token.hpp"

#include <gmock/gmock.h>

#include "common/protocol/token/jwt.hpp"
#include "tests/unit/token/golden_spec.hpp"

namespace parley::token {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class KnownAnswer : public testing::TestWithParam<int> {};

TEST_P(KnownAnswer, IsMintedByteForByte) {
  const auto vector = samples::golden(GetParam());
  SCOPED_TRACE(vector["name"].get<std::string>());
  const auto token = mint(samples::key(), samples::spec_of(vector), samples::at(vector["now"]));
  ASSERT_TRUE(token) << token.error().to_string();
  EXPECT_EQ(*token, vector["token"]);
  const auto parts = split_jwt(*token);
  ASSERT_TRUE(parts);
  EXPECT_EQ(parts->header, vector["header"]);
  EXPECT_EQ(parts->payload, vector["payload"]);
}

INSTANTIATE_TEST_SUITE_P(Vectors, KnownAnswer, testing::Range(1, 9));

std::string payload_of(const TokenSpec& spec) {
  const auto token = mint(samples::key(), spec, samples::now());
  return token ? split_jwt(*token)->payload : token.error().to_string();
}

TEST(AccessToken, WritesTaskRouterAndPlayerGrants) {
  const TokenSpec spec{
      .identity = "alice",
      .grants = {TaskRouterGrant{"WS1", "WK1", "worker"}, PlayerGrant{R"({"url":"https://x/y"})"}}};
  EXPECT_THAT(payload_of(spec),
              HasSubstr(R"("task_router":{"workspace_sid":"WS1","worker_sid":"WK1","role":"worker"},)"
                        R"("player":{"url":"https://x/y"})"));
}

TEST(AccessToken, WritesVoiceParamsOnlyWithAnApplication) {
  const TokenSpec spec{.identity = "alice", .grants = {VoiceGrant{.outgoing_params = R"({"a":1})"}}};
  EXPECT_THAT(payload_of(spec), HasSubstr(R"("voice":{})"));
}

TEST(AccessToken, ReplacesAnEarlierGrantOfTheSameKindInItsPlace) {
  const TokenSpec spec{.identity = "alice",
                       .grants = {ChatGrant{.service_sid = "IS1", .endpoint_id = "e"}, VideoGrant{"r"},
                                  ChatGrant{.service_sid = "IS2"}}};
  EXPECT_THAT(payload_of(spec), HasSubstr(R"("chat":{"service_sid":"IS2"},"video":{"room":"r"}})"));
}

TEST(AccessToken, RoundsTheMomentDownToSeconds) {
  const auto late = samples::now() + std::chrono::milliseconds(999);
  EXPECT_EQ(*mint(samples::key(), samples::spec(), late),
            *mint(samples::key(), samples::spec(), samples::now()));
  EXPECT_EQ(token_id(samples::key(), late), samples::kKeySid + "-1735689600");
}

TEST(AccessToken, KnowsItsAlgorithmsByNameOnly) {
  EXPECT_EQ(parse_algorithm("HS512"), Algorithm::hs512);
  for (const char* name : {"none", "None", "hs256", "RS256", "HS256 ", ""})
    EXPECT_FALSE(parse_algorithm(name)) << name;
}

struct Refusal {
  const char* name;
  void (*spoil)(ApiKey&, TokenSpec&);
  const char* message;
};

const Refusal kRefusals[] = {
    {"no account", [](ApiKey& k, TokenSpec&) { k.account_sid = ""; }, "account_sid"},
    {"auth token's account in place of a key", [](ApiKey& k, TokenSpec&) { k.key_sid = k.account_sid; },
     "api_key_sid"},
    {"short key SID", [](ApiKey& k, TokenSpec&) { k.key_sid.pop_back(); }, "api_key_sid"},
    {"upper-case key SID", [](ApiKey& k, TokenSpec&) { k.key_sid.back() = 'F'; }, "api_key_sid"},
    {"empty secret", [](ApiKey& k, TokenSpec&) { k.secret = ""; }, "api_key_secret"},
    {"empty identity", [](ApiKey&, TokenSpec& s) { s.identity = ""; }, "identity"},
    {"no life", [](ApiKey&, TokenSpec& s) { s.ttl = std::chrono::seconds(0); }, "ttl"},
    {"negative life", [](ApiKey&, TokenSpec& s) { s.ttl = std::chrono::seconds(-1); }, "ttl"},
    {"life over a day", [](ApiKey&, TokenSpec& s) { s.ttl = std::chrono::seconds(86401); }, "ttl"},
    {"identity not UTF-8", [](ApiKey&, TokenSpec& s) { s.identity = "\xff"; }, "UTF-8"},
    {"region not UTF-8", [](ApiKey&, TokenSpec& s) { s.region = "\xc0\x80"; }, "UTF-8"},
    {"player grant not JSON", [](ApiKey&, TokenSpec& s) { s.grants = {PlayerGrant{"{"}}; }, "player"},
    {"player grant not an object", [](ApiKey&, TokenSpec& s) { s.grants = {PlayerGrant{"[]"}}; }, "player"},
    {"voice params not an object",
     [](ApiKey&, TokenSpec& s) {
       s.grants = {VoiceGrant{.outgoing_application_sid = "AP1", .outgoing_params = "1"}};
     },
     "voice.outgoing_params"},
};

TEST(AccessToken, NamesTheFieldThatStopsIt) {
  for (const auto& refusal : kRefusals) {
    SCOPED_TRACE(refusal.name);
    ApiKey key = samples::key();
    TokenSpec spec = samples::spec();
    refusal.spoil(key, spec);
    const auto token = mint(key, spec, samples::now());
    ASSERT_FALSE(token);
    EXPECT_EQ(token.error().code, Errc::invalid_argument);
    EXPECT_THAT(token.error().message, AllOf(HasSubstr(refusal.message), Not(HasSubstr(samples::kSecret))));
  }
}

}  // namespace
}  // namespace parley::token
