#include "common/protocol/token/minter.hpp"

#include <gmock/gmock.h>

#include <iostream>
#include <random>
#include <thread>

#include "tests/unit/token/golden_spec.hpp"

namespace parley::token {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;

constexpr int kInputs = 5'000;

/// Inputs of every kind a minter meets, from one seed.
class Inputs {
 public:
  explicit Inputs(unsigned seed) : chance_(seed) {}

  std::size_t below(std::size_t bound) { return chance_() % bound; }
  bool often() { return below(4) != 0; }
  bool seldom() { return below(4) == 0; }

  std::string text() {
    static const std::vector<std::string> kBits{
        "a",    "Bob", "@x.org", "\"", "\\",    "/",      "\n", "\t",   "\x01", "\x1f",
        "\x7f", " ",   "\b\f\r", "é",  "Алиса", "\u2028", "😀",  "</x>", "日本", "\xF4\x8F\xBF\xBF"};
    std::string out;
    for (std::size_t bits = below(12); bits-- > 0;) out += kBits[below(kBits.size())];
    return out;
  }
  std::string some_text() {
    const auto out = text();
    return out.empty() ? "x" : out;
  }
  std::string maybe_text() { return often() ? text() : std::string(); }

  Grant grant() {
    switch (below(6)) {
      case 0:
        return ChatGrant{maybe_text(), maybe_text(), maybe_text(), maybe_text()};
      case 1:
        return SyncGrant{maybe_text(), maybe_text()};
      case 2:
        return VideoGrant{maybe_text()};
      case 3:
        return VoiceGrant{seldom(), maybe_text(), often() ? R"({"a":[1,"\n"]})" : "", maybe_text(),
                          maybe_text()};
      case 4:
        return TaskRouterGrant{maybe_text(), maybe_text(), maybe_text()};
      default:
        return PlayerGrant{R"({ "chat":{"endpoint_id":"x"}, "n": 1.5 })"};
    }
  }

  TokenSpec spec() {
    TokenSpec out{.identity = some_text(), .ttl = seconds(1 + below(86400)), .region = maybe_text()};
    if (seldom()) out.not_before = samples::at(static_cast<std::int64_t>(below(2'000'000'000)));
    out.algorithm = static_cast<Algorithm>(below(3));
    for (std::size_t grants = below(5); grants-- > 0;) out.grants.push_back(grant());
    return out;
  }

  WallTime moment() {
    return samples::at(static_cast<std::int64_t>(below(4'000'000'000)) - 1'000) +
           std::chrono::milliseconds(below(1000));
  }

  ApiKey key() {
    ApiKey out = samples::key();
    out.secret = some_text();
    if (seldom()) out.secret += std::string(below(300), 's');  // beyond a block of any digest
    return out;
  }

 private:
  std::mt19937 chance_;
};

// What mint() is to be asked for the same token.
TokenSpec with_endpoint(TokenSpec spec, const std::string& endpoint_id) {
  for (auto& grant : spec.grants)
    if (auto* chat = std::get_if<ChatGrant>(&grant); chat && !endpoint_id.empty())
      chat->endpoint_id = endpoint_id;
  return spec;
}

TEST(Minter, GivesTheVeryTokensThatMintGives) {
  const unsigned seed = std::random_device{}();
  std::cout << "seed " << seed << std::endl;
  Inputs inputs(seed);
  for (int i = 0; i < kInputs && !HasFailure(); ++i) {
    const ApiKey key = inputs.key();
    const TokenSpec spec = inputs.spec();
    const WallTime now = inputs.moment();
    const std::string endpoint_id = inputs.seldom() ? inputs.text() : "";
    const auto minter = Minter::make(key, spec);
    ASSERT_TRUE(minter) << i << ": " << minter.error().to_string();
    const auto expected = mint(key, with_endpoint(spec, endpoint_id), now);
    const auto minted = minter->mint(spec.identity, spec.ttl, now, endpoint_id);
    ASSERT_TRUE(expected && minted) << i;
    ASSERT_EQ(*minted, *expected) << i;
  }
}

class MinterKnownAnswer : public testing::TestWithParam<int> {};

TEST_P(MinterKnownAnswer, IsMintedByteForByte) {
  const auto vector = samples::golden(GetParam());
  SCOPED_TRACE(vector["name"].get<std::string>());
  const TokenSpec spec = samples::spec_of(vector);
  const auto minter = Minter::make(samples::key(), spec);
  ASSERT_TRUE(minter);
  EXPECT_EQ(*minter->mint(spec.identity, spec.ttl, samples::at(vector["now"])), vector["token"]);
}

INSTANTIATE_TEST_SUITE_P(Vectors, MinterKnownAnswer, testing::Range(1, 9));

TEST(Minter, MintsForManyThreadsAtOnce) {
  const auto minter = *Minter::make(samples::key(), samples::spec());
  const auto identity = [](int thread, int i) { return std::to_string(thread) + "/" + std::to_string(i); };
  std::vector<std::vector<std::string>> tokens(4);
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 4; ++thread)
      threads.emplace_back([&, thread] {
        for (int i = 0; i < 500; ++i)
          tokens[thread].push_back(*minter.mint(identity(thread, i), kDefaultLife, samples::now()));
      });
  }
  for (int thread = 0; thread < 4; ++thread)
    for (int i = 0; i < 500; ++i)
      ASSERT_EQ(tokens[thread][i], *mint(samples::key(), samples::spec(identity(thread, i)), samples::now()));
}

void expect_same_refusal(const ApiKey& key, const TokenSpec& spec) {
  const auto expected = mint(key, spec, samples::now());
  const auto minter = Minter::make(key, spec);
  const auto error = minter ? minter->mint(spec.identity, spec.ttl, samples::now()).error() : minter.error();
  EXPECT_EQ(error.code, expected.error().code);
  EXPECT_EQ(error.message, expected.error().message);
  EXPECT_THAT(error.message, Not(HasSubstr(samples::kSecret)));
}

TEST(Minter, RefusesWhatMintRefusesInTheSameWords) {
  ApiKey key = samples::key();
  key.account_sid.pop_back();
  expect_same_refusal(key, samples::spec());
  key = samples::key();
  key.key_sid = key.account_sid;
  expect_same_refusal(key, samples::spec());
  key = samples::key();
  key.secret.clear();
  expect_same_refusal(key, samples::spec());

  TokenSpec spec = samples::spec("");
  expect_same_refusal(samples::key(), spec);
  expect_same_refusal(samples::key(), samples::spec("\xff"));
  for (int ttl : {0, -1, 86401}) {
    spec = samples::spec();
    spec.ttl = seconds(ttl);
    expect_same_refusal(samples::key(), spec);
  }
  spec = samples::spec();
  spec.region = "\xc0\x80";
  expect_same_refusal(samples::key(), spec);
  for (const char* text : {"{", "[]", "{\"a\":\"\xff\"}"}) {
    spec.region.clear();
    spec.grants = {PlayerGrant{text}};
    expect_same_refusal(samples::key(), spec);
  }
  spec.grants = {ChatGrant{.service_sid = "IS\xff"}};
  expect_same_refusal(samples::key(), spec);
}

TEST(Minter, RefusesAnEndpointIdThatIsNotUtf8) {
  const auto minter = *Minter::make(samples::key(), samples::spec());
  const auto refused = minter.mint("alice", kDefaultLife, samples::now(), "\xff");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::invalid_argument);
}

}  // namespace
}  // namespace parley::token
